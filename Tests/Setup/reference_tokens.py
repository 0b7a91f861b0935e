"""Encodes texts with Hugging Face `tokenizers`, built from the vocabulary of a GGUF file.

Usage: reference_tokens.py MODEL.gguf TEXTS RESULTS

For each TEXTS/NAME.txt it writes RESULTS/NAME.ids: 32-bit little-endian numbers, first how many
documents, then for each document its bytes and its tokens, then the ids of all documents. The
documents are consecutive parts of the text, cut between any two characters. Texts in which special
tokens occur are encoded once more as if these were ordinary text, into RESULTS/NAME.plain.ids.
Nothing is done when the results are those of the same model, texts and script.
"""

import hashlib
import pathlib
import random
import sys

import gguf
import numpy
import tokenizers
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

CONTROL = 3
WITH_SPECIALS = {"words", "extremes"}


def reference(path):
    """The tokenizer of the file, without and with its special tokens."""
    fields = gguf.GGUFReader(path).fields
    entries = fields["tokenizer.ggml.tokens"].contents()
    kinds = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(m.split(" ")) for m in fields["tokenizer.ggml.merges"].contents()]
    specials = [entry for entry, kind in zip(entries, kinds) if kind == CONTROL]

    def build():
        vocabulary = {entry: index for index, entry in enumerate(entries)}
        made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
        made.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ])
        return made

    plain, full = build(), build()
    full.add_special_tokens([AddedToken(s, normalized=False, special=True) for s in specials])
    return plain, full


def documents(text):
    """The text, cut between characters into parts of very different lengths."""
    generator = random.Random(len(text))
    start = 0
    while start < len(text):
        length = int(10 ** generator.uniform(1.5, 5.3))
        yield text[start:start + length]
        start += length


def write(path, tokenizer, parts):
    encodings = tokenizer.encode_batch_fast(parts, add_special_tokens=False)
    ids = [numpy.array(encoding.ids, dtype="<u4") for encoding in encodings]
    sizes = [(len(part.encode("utf-8")), len(found)) for part, found in zip(parts, ids)]
    header = numpy.array([len(parts), *(number for size in sizes for number in size)], dtype="<u4")
    path.write_bytes(b"".join([header.tobytes(), *(found.tobytes() for found in ids)]))


def main():
    model, texts, results = (pathlib.Path(argument) for argument in sys.argv[1:])
    state = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    state.update((texts / "recipe").read_bytes())
    state.update(f"{tokenizers.__version__} {model.stat().st_size} {model.stat().st_mtime_ns}".encode())
    stamp = results / "state"
    if stamp.exists() and stamp.read_text() == state.hexdigest():
        return
    results.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    plain, full = reference(model)
    for path in sorted(texts.glob("*.txt")):
        parts = list(documents(path.read_bytes().decode("utf-8")))
        write(results / (path.stem + ".ids"), full, parts)
        if path.stem in WITH_SPECIALS:
            write(results / (path.stem + ".plain.ids"), plain, parts)
    stamp.write_text(state.hexdigest())


main()
