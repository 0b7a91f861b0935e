"""Trains BPE and Unigram models with Hugging Face `tokenizers` and `sentencepiece`.

Usage: reference_training.py TEXTS RESULTS

Writes RESULTS/cases.json and, for each case of byte-level BPE, its text, and the entries in order of
id and the merges in order of rank in RESULTS/NAME.json; and bits per byte of Unigram models in
RESULTS/unigram.json. Nothing is done when the results are those of the same texts and script.
"""

import hashlib
import json
import math
import pathlib
import random
import sys

import sentencepiece
import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

SPECIALS = ["<|endoftext|>", "<|im_start|>"]


def words():
    return pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])


def train_bpe(path, size, minimum, specials):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = words()
    tokenizer.train([str(path)], trainers.BpeTrainer(
        vocab_size=size, min_frequency=minimum, special_tokens=specials, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    model = json.loads(tokenizer.to_str())["model"]
    entries = sorted(model["vocab"], key=model["vocab"].get)
    return {"entries": entries, "merges": model["merges"]}


def cases(texts):
    """Name, text, size, least frequency and special tokens of each case."""
    def part(name, size):
        return (texts / (name + ".txt")).read_bytes()[:size].decode("utf-8", errors="ignore")

    yield "german-400", part("manual-de", 900_000), 400, 0, []
    yield "german-12000", part("manual-de", 900_000), 12_000, 2, SPECIALS
    yield "python-9000", part("code-python", 1_500_000), 9_000, 2, SPECIALS
    yield "mixed-6000", part("manual-ja", 400_000) + part("manual-ru", 400_000) + part(
        "code-swift", 400_000), 6_000, 3, []
    yield "scalars-3000", part("noise-scalars", 400_000), 3_000, 2, SPECIALS
    yield "words-5000", part("words", 500_000), 5_000, 0, []
    yield "runs-900", part("extremes", 60_000), 900, 0, []
    yield "special-letters", part("manual-es", 100_000), 600, 0, ["a", "de", "Ġla"]
    generator = random.Random(7)
    for number in range(150):
        letters = generator.choice(["ab", "abc", "aab c", "abcd e\n", "äé "])
        length = generator.choice([20, 100, 400, 2000])
        text = "".join(generator.choice(letters) for _ in range(length))
        yield f"random-{number}", text, generator.choice([270, 300, 420]), generator.choice(
            [0, 1, 2, 3]), []


def unigram_text(texts, results):
    """A text to learn from and another to measure on, every tenth twenty lines of the same one."""
    lines = (texts / "manual-de.txt").read_text("utf-8")[:700_000].splitlines(keepends=True)
    parts = [[line for number, line in enumerate(lines) if (number // 20 % 10 == 9) == held]
             for held in (False, True)]
    paths = results / "unigram-train.txt", results / "unigram-held.txt"
    for path, part in zip(paths, parts):
        path.write_bytes("".join(part).encode("utf-8"))
    return paths


def bits_of_tokenizers(train, held, size):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = words()
    tokenizer.train([str(train)], trainers.UnigramTrainer(
        vocab_size=size, special_tokens=[], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    scores = dict(map(tuple, json.loads(tokenizer.to_str())["model"]["vocab"]))
    nats = sum(
        -scores[token] for line in held.read_text("utf-8").splitlines(keepends=True)
        for token in tokenizer.encode(line).tokens)
    return nats / math.log(2) / len(held.read_bytes())


def bits_of_sentencepiece(train, held, size, folder):
    sentencepiece.SentencePieceTrainer.train(
        input=str(train), model_prefix=str(folder / "sentencepiece"), vocab_size=size,
        model_type="unigram", byte_fallback=True, character_coverage=1.0,
        normalization_rule_name="identity", remove_extra_whitespaces=False, minloglevel=2,
        num_threads=2, split_digits=True)
    processor = sentencepiece.SentencePieceProcessor(
        model_file=str(folder / "sentencepiece.model"))
    nats = sum(
        -processor.get_score(i) for line in held.read_text("utf-8").splitlines()
        for i in processor.encode(line))
    return nats / math.log(2) / len(held.read_bytes())


def main():
    texts, results = (pathlib.Path(argument) for argument in sys.argv[1:])
    state = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    state.update((texts / "recipe").read_bytes())
    state.update(f"{tokenizers.__version__} {sentencepiece.__version__}".encode())
    stamp = results / "state"
    if stamp.exists() and stamp.read_text() == state.hexdigest():
        return
    results.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    listed = []
    for name, text, size, minimum, specials in cases(texts):
        path = results / (name + ".txt")
        path.write_bytes(text.encode("utf-8"))
        found = train_bpe(path, size, minimum, specials)
        # Its tables are in random order; where a result depends on that there is none to compare.
        if any(train_bpe(path, size, minimum, specials) != found for _ in range(2)):
            continue
        (results / (name + ".json")).write_text(json.dumps(found))
        listed.append({"name": name, "size": size, "minimum": minimum, "specials": specials})
    (results / "cases.json").write_text(json.dumps(listed))
    train, held = unigram_text(texts, results)
    (results / "unigram.json").write_text(json.dumps({
        "size": 4000,
        "tokenizers": bits_of_tokenizers(train, held, 4000),
        "sentencepiece": bits_of_sentencepiece(train, held, 4000, results),
    }))
    stamp.write_text(state.hexdigest())


main()
