"""Encodes texts with Hugging Face `tokenizers` and a WordPiece tokenizer.json.

Usage: reference_wordpiece.py TOKENIZER.json TEXTS RESULTS

It writes RESULTS/wordpiece.digests: 64-bit little-endian numbers, first how many documents, then for
each document the text it is from (by its place among the sorted TEXTS/*.txt), its bytes, its tokens,
and a digest of their ids and of the bytes where they begin and end, as reference_sentencepiece.py
does. Nothing is done when the results are those of the same texts and script.
"""

import hashlib
import pathlib
import random
import sys

import numpy
import tokenizers

MULTIPLIER = 0xD6E8FEB86659FD93


def documents(text):
    """The text, cut between characters into parts of very different lengths."""
    generator = random.Random(len(text))
    start = 0
    while start < len(text):
        length = int(10 ** generator.uniform(0, 4.5))
        yield text[start:start + length]
        start += length


def main():
    file, texts, results = (pathlib.Path(argument) for argument in sys.argv[1:])
    state = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    state.update((texts / "recipe").read_bytes() + file.read_bytes())
    state.update(tokenizers.__version__.encode())
    stamp = results / "wordpiece.state"
    if stamp.exists() and stamp.read_text() == state.hexdigest():
        return
    results.mkdir(parents=True, exist_ok=True)
    tokenizer = tokenizers.Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    powers = numpy.ones(200_000, dtype=numpy.uint64)
    powers[1:] = MULTIPLIER
    powers = numpy.cumprod(powers, dtype=numpy.uint64)
    rows = []
    for index, path in enumerate(sorted(texts.glob("*.txt"))):
        for part in documents(path.read_bytes().decode("utf-8")):
            widths = [1 if c < "\x80" else 2 if c < "\u0800" else 3 if c < "\U00010000" else 4
                      for c in part]
            offsets = numpy.concatenate([[0], numpy.cumsum(widths)]).astype(numpy.uint64)
            encoding = tokenizer.encode(part, add_special_tokens=False)
            spans = numpy.array(encoding.offsets, dtype=numpy.int64).reshape(-1, 2)
            words = numpy.stack([numpy.array(encoding.ids, dtype=numpy.uint64),
                                 offsets[spans[:, 0]], offsets[spans[:, 1]]], axis=1).reshape(-1)
            digest = int(numpy.sum((words + numpy.uint64(1)) * powers[:len(words)],
                                   dtype=numpy.uint64))
            rows.append([index, int(offsets[-1]), len(encoding.ids), digest])
    table = numpy.array([len(rows)] + [number for row in rows for number in row], dtype="<u8")
    (results / "wordpiece.digests").write_bytes(table.tobytes())
    # Last, so that an interrupted preparation is done again.
    stamp.write_text(state.hexdigest())


main()
