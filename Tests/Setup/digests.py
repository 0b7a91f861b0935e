"""What the references of whole texts have in common: documents, digests, and the tables of them.

A table is of 64-bit little-endian numbers: first how many documents, then a row for each. A digest of
numbers w in a row is the sum of (w[i] + 1) * m^i modulo 2^64, m an odd constant.
"""

import hashlib
import pathlib
import random

import numpy

MULTIPLIER = 0xD6E8FEB86659FD93


def documents(text, shortest=0.0, longest=4.5):
    """The text, cut between characters into parts of very different lengths: powers of ten."""
    generator = random.Random(len(text))
    start = 0
    while start < len(text):
        length = int(10 ** generator.uniform(shortest, longest))
        yield text[start:start + length]
        start += length


def lines(texts, seed):
    """A sample of the texts to train on."""
    generator = random.Random(seed)
    for path in texts:
        if path.stem.startswith(("manual", "code", "words")):
            for line in path.read_bytes().decode("utf-8").split("\n"):
                if 3 < len(line) < 2000 and generator.random() < 0.04:
                    yield line


def powers(count):
    """The powers of the multiplier for rows of as many numbers."""
    result = numpy.ones(count, dtype=numpy.uint64)
    result[1:] = MULTIPLIER
    return numpy.cumprod(result, dtype=numpy.uint64)


def digest(words, powers):
    return int(numpy.sum((words.astype(numpy.uint64) + numpy.uint64(1)) * powers[:len(words)],
                         dtype=numpy.uint64))


def encoding_words(text, found):
    """What Hugging Face `tokenizers` made of a text: how many bytes the text has, and in a row for each
    token its id and the bytes where it begins and ends."""
    widths = [1 if c < "\x80" else 2 if c < "\u0800" else 3 if c < "\U00010000" else 4 for c in text]
    offsets = numpy.concatenate([[0], numpy.cumsum(widths)]).astype(numpy.uint64)
    spans = numpy.array(found.offsets, dtype=numpy.int64).reshape(-1, 2)
    words = numpy.stack([numpy.array(found.ids, dtype=numpy.uint64),
                         offsets[spans[:, 0]], offsets[spans[:, 1]]], axis=1)
    return int(offsets[-1]), words.reshape(-1)


def write_table(path, rows):
    table = numpy.array([len(rows)] + [number for row in rows for number in row], dtype="<u8")
    path.write_bytes(table.tobytes())


class Stamp:
    """Whether results are those of the present texts and scripts; set last, so that an interrupted
    preparation is done again."""

    def __init__(self, path, script, *parts):
        state = hashlib.sha256(pathlib.Path(script).read_bytes())
        state.update(pathlib.Path(__file__).read_bytes())
        for part in parts:
            state.update(part)
        self.path, self.state = path, state.hexdigest()

    def is_set(self):
        return self.path.exists() and self.path.read_text() == self.state

    def clear(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)

    def set(self):
        self.path.write_text(self.state)
