"""Encodes texts with the reference implementations, built from the files that ours opens.

Usage: reference_tokens.py KIND FILE TEXTS RESULTS

KIND is `gguf`, `json` (Hugging Face `tokenizers`), `pair` (GPT-2's encoder.json; `tokenizers`),
`qwen`, `qwen35` (.tiktoken) or `tekken` (both `tiktoken`). For each TEXTS/NAME.txt it writes
RESULTS/NAME.ids: 32-bit little-endian numbers, first how many documents, then for each document its
bytes and its tokens, then the ids of all documents. The documents are consecutive parts of the text,
cut between any two characters. Texts in which special tokens occur are encoded once more as if
these were ordinary text, into RESULTS/NAME.plain.ids. For `json`, NAME.offsets has the byte offsets
of each token's first and last character in its document, for some texts. Nothing is done when the
results are those of the same file, texts and script.
"""

import base64
import json
import pathlib
import sys

import numpy
import tiktoken
import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from digests import Stamp, documents

CONTROL = 3
WITH_SPECIALS = {"words", "extremes"}
WITH_OFFSETS = {"extremes", "noise-scalars"}
ENDINGS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
QWEN = ENDINGS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN35 = (ENDINGS + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")


class HuggingFace:
    """A tokenizer of `tokenizers`, with its special tokens or without."""

    def __init__(self, full, plain=None):
        self.full, self.plain = full, plain
        if plain is None:
            self.plain = Tokenizer.from_str(full.to_str())
            self.plain.encode_special_tokens = True

    def ids(self, parts, plain):
        tokenizer = self.plain if plain else self.full
        return [found.ids for found in tokenizer.encode_batch_fast(parts, add_special_tokens=False)]

    def offsets(self, parts):
        return [found.offsets for found in self.full.encode_batch(parts, add_special_tokens=False)]


class Tiktoken:
    """A tokenizer of `tiktoken`."""

    def __init__(self, pattern, ranks, specials, first=0):
        self.encoding = tiktoken.Encoding(
            "reference", pat_str=pattern, mergeable_ranks=ranks, special_tokens=specials)
        self.first = first

    def ids(self, parts, plain):
        encode = self.encoding.encode_ordinary if plain else (
            lambda part: self.encoding.encode(part, allowed_special="all"))
        return [[token + self.first for token in encode(part)] for part in parts]


def from_gguf(path):
    import gguf

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
    return HuggingFace(full, plain)


def from_json(path):
    data = json.loads(path.read_text())
    # A post-processor may trim offsets; what it adds is not asked for.
    data["post_processor"] = None
    return HuggingFace(Tokenizer.from_str(json.dumps(data)))


def from_pair(path):
    vocabulary = json.loads(path.read_text())
    lines = path.with_name("vocab.bpe").read_text().split("\n")
    merges = [tuple(line.split(" ")) for line in lines if line and not line.startswith("#version")]
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken("<|endoftext|>", normalized=False, special=True)])
    return HuggingFace(made)


def from_ranks(path, pattern):
    lines = [line.split() for line in path.read_bytes().splitlines() if line]
    ranks = {base64.b64decode(entry): int(rank) for entry, rank in lines}
    names = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    specials = {name: len(ranks) + index for index, name in enumerate(names)}
    return Tiktoken(pattern, ranks, specials)


def from_tekken(path):
    data = json.loads(path.read_text())
    config = data["config"]
    first = config["default_num_special_tokens"]
    entries = data["vocab"][:config["default_vocab_size"] - first]
    ranks = {base64.b64decode(entry["token_bytes"]): entry["rank"] for entry in entries}
    # Special tokens are never found in texts by Mistral's own reader.
    return Tiktoken(config["pattern"], ranks, {}, first)


READERS = {
    "gguf": from_gguf,
    "json": from_json,
    "pair": from_pair,
    "qwen": lambda path: from_ranks(path, QWEN),
    "qwen35": lambda path: from_ranks(path, QWEN35),
    "tekken": from_tekken,
}


def write(path, parts, ids):
    ids = [numpy.array(found, dtype="<u4") for found in ids]
    sizes = [(len(part.encode("utf-8")), len(found)) for part, found in zip(parts, ids)]
    header = numpy.array([len(parts), *(number for size in sizes for number in size)], dtype="<u4")
    path.write_bytes(b"".join([header.tobytes(), *(found.tobytes() for found in ids)]))


def byte_offsets(part, offsets):
    """Offsets in characters as offsets in bytes."""
    places = numpy.zeros(len(part) + 1, dtype="<u4")
    widths = numpy.array([len(character.encode("utf-8")) for character in part], dtype="<u4")
    places[1:] = numpy.cumsum(widths)
    return places[numpy.array(offsets, dtype=int).reshape(-1)]


def main():
    kind = sys.argv[1]
    source, texts, results = (pathlib.Path(argument) for argument in sys.argv[2:])
    versions = f"{tokenizers.__version__} {tiktoken.__version__}"
    file = f"{source.stat().st_size} {source.stat().st_mtime_ns}"
    stamp = Stamp(
        results / "state", __file__, (texts / "recipe").read_bytes(), versions.encode(), file.encode())
    if stamp.is_set():
        return
    stamp.clear()
    reference = READERS[kind](source)
    for path in sorted(texts.glob("*.txt")):
        parts = list(documents(path.read_bytes().decode("utf-8"), 1.5, 5.3))
        if kind != "tekken":
            write(results / (path.stem + ".ids"), parts, reference.ids(parts, plain=False))
        if path.stem in WITH_SPECIALS or kind == "tekken":
            write(results / (path.stem + ".plain.ids"), parts, reference.ids(parts, plain=True))
        if kind == "json" and path.stem in WITH_OFFSETS:
            offsets = [byte_offsets(p, o) for p, o in zip(parts, reference.offsets(parts))]
            (results / (path.stem + ".offsets")).write_bytes(b"".join(o.tobytes() for o in offsets))
    stamp.set()


main()
