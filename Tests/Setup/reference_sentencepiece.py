"""Trains small models with `sentencepiece`, and encodes texts with them and with real ones.

Usage: reference_sentencepiece.py TEXTS MISTRAL RESULTS

For each model it writes RESULTS/NAME.model and RESULTS/NAME.digests: 64-bit little-endian numbers,
first how many documents, then for each document the text it is from (by its place among the sorted
TEXTS/*.txt), its bytes, its tokens, and a digest of their ids and of where they begin and end, all
in a row; see digests.py. The documents are consecutive parts of the texts, cut between any two characters. Each
byte of a character that fell back to bytes stands for one byte of the text, if it has as many;
otherwise the last stands for all, as in the reference. Nothing is done when the results are those
of the same texts and script.
"""

import pathlib
import shutil
import sys

import numpy
import sentencepiece

from digests import Stamp, digest, documents, lines, powers, write_table

LONGEST = 200_000
REAL = {
    "mistral-v1": "tokenizer.model.v1",
    "mistral-v3": "mistral_instruct_tokenizer_240323.model.v3",
    "mistral-v7": "mistral_instruct_tokenizer_241114.model.v7",
}
WHOLES = ["<sep>", "of the", "ing", "\u2581\u2581", "\uff21\uff22", "\n\n"]
TRAINED = {
    "unigram-nfkc": dict(
        model_type="unigram", normalization_rule_name="nmt_nfkc", user_defined_symbols=WHOLES,
        control_symbols=["<cls>"]),
    "unigram-bytes": dict(
        model_type="unigram", normalization_rule_name="identity", byte_fallback=True,
        remove_extra_whitespaces=False, user_defined_symbols=WHOLES),
    "unigram-suffix": dict(
        model_type="unigram", normalization_rule_name="nmt_nfkc_cf",
        treat_whitespace_as_suffix=True, byte_fallback=True),
    "unigram-runs": dict(
        model_type="unigram", normalization_rule_name="nfkc", split_by_whitespace=False,
        remove_extra_whitespaces=False, add_dummy_prefix=False),
    "bpe-nfkc": dict(
        model_type="bpe", normalization_rule_name="nmt_nfkc", user_defined_symbols=WHOLES,
        control_symbols=["<cls>"]),
    "bpe-bytes": dict(
        model_type="bpe", normalization_rule_name="identity", byte_fallback=True,
        remove_extra_whitespaces=False, allow_whitespace_only_pieces=True, split_digits=True),
    "bpe-suffix": dict(
        model_type="bpe", normalization_rule_name="nmt_nfkc_cf",
        treat_whitespace_as_suffix=True),
    "bpe-runs": dict(
        model_type="bpe", normalization_rule_name="identity", split_by_whitespace=False,
        byte_fallback=True, add_dummy_prefix=False, user_defined_symbols=WHOLES),
}
# What small models are compared on; real ones are compared on everything.
SMALL = {"code-swift", "extremes", "manual-el", "manual-ja", "manual-vi", "manual-zh_TW",
         "noise-scalars", "words", "manual-de", "every-scalar"}


def train(path, texts, options):
    settings = dict(vocab_size=3000, character_coverage=0.995, num_threads=2, minloglevel=2,
                    hard_vocab_limit=False)
    with path.open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=lines(texts, seed=5), model_writer=file, **settings, **options)


def numbers(processor, byte_of, part):
    """The ids of a document, and where its tokens begin and end."""
    ids, begins, ends, run = [], [], [], 0
    for piece in processor.encode(part, return_type="proto").pieces:
        ids.append(piece.id)
        begins.append(piece.begin)
        ends.append(piece.end)
        byte = byte_of[piece.id]
        run = 0 if byte is None else run + 1 if 0x80 <= byte < 0xC0 else 1
        if run and piece.end > piece.begin:
            if piece.end - piece.begin == run:
                begins[-run:] = range(piece.begin, piece.end)
                ends[-run:] = range(piece.begin + 1, piece.end + 1)
            run = 0
    return ids, begins, ends


def write(model, path, texts):
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
    byte_of = [int(processor.IdToPiece(index)[1:-1], 16) if processor.IsByte(index) else None
               for index in range(len(processor))]
    multipliers = powers(3 * LONGEST)
    rows = []
    for index, text in texts:
        for document in documents(text):
            part = document.encode("utf-8")
            ids, begins, ends = numbers(processor, byte_of, part)
            words = numpy.array([ids, begins, ends], dtype=numpy.uint64).T.reshape(-1)
            rows.append([index, len(part), len(ids), digest(words, multipliers)])
    write_table(path, rows)


def main():
    folder, mistral, results = (pathlib.Path(argument) for argument in sys.argv[1:])
    stamp = Stamp(results / "state", __file__, (folder / "recipe").read_bytes(),
                  sentencepiece.__version__.encode())
    if stamp.is_set():
        return
    stamp.clear()
    paths = sorted(folder.glob("*.txt"))
    texts = [(index, path.stem, path.read_bytes().decode("utf-8"))
             for index, path in enumerate(paths)]
    for name, options in TRAINED.items():
        model = results / f"{name}.model"
        train(model, paths, options)
        write(model, results / f"{name}.digests",
              [(index, text) for index, stem, text in texts if stem in SMALL])
    for name, file in REAL.items():
        model = results / f"{name}.model"
        shutil.copyfile(mistral / file, model)
        write(model, results / f"{name}.digests", [(index, text) for index, _, text in texts])
    stamp.set()


main()
