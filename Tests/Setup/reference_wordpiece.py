"""Encodes texts with Hugging Face `tokenizers` and a WordPiece tokenizer.json.

Usage: reference_wordpiece.py TOKENIZER.json TEXTS RESULTS

It writes RESULTS/wordpiece.digests: 64-bit little-endian numbers, first how many documents, then for
each document the text it is from (by its place among the sorted TEXTS/*.txt), its bytes, its tokens,
and a digest of their ids and of the bytes where they begin and end; see digests.py. Nothing is done when the results are those of the same texts and script.
"""

import pathlib
import sys

import tokenizers

from digests import Stamp, digest, documents, encoding_words, powers, write_table

LONGEST = 200_000


def main():
    file, texts, results = (pathlib.Path(argument) for argument in sys.argv[1:])
    stamp = Stamp(results / "wordpiece.state", __file__, (texts / "recipe").read_bytes(),
                  file.read_bytes(), tokenizers.__version__.encode())
    if stamp.is_set():
        return
    stamp.clear()
    tokenizer = tokenizers.Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    multipliers = powers(LONGEST)
    rows = []
    for index, path in enumerate(sorted(texts.glob("*.txt"))):
        for part in documents(path.read_bytes().decode("utf-8")):
            encoding = tokenizer.encode(part, add_special_tokens=False)
            size, words = encoding_words(part, encoding)
            rows.append([index, size, len(encoding.ids), digest(words, multipliers)])
    write_table(results / "wordpiece.digests", rows)
    stamp.set()


main()
