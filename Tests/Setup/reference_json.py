"""Makes `tokenizer.json` files of every kind of model, and encodes texts with them.

Usage: reference_json.py TEXTS MISTRAL MODELS RESULTS

Small models are trained with `tokenizers`; others are put together from SentencePiece models (MISTRAL
holds real ones, MODELS those of reference_sentencepiece.py). For each it writes RESULTS/NAME.json and
RESULTS/NAME.digests: 64-bit little-endian numbers, first how many documents, then for each document
the text it is from (by its place among the sorted TEXTS/*.txt), its bytes, its tokens, a digest of
their ids and of where they begin and end, and the digest of the bytes of what decoding gives; see
digests.py. Nothing is done when the results are those of the same texts and script.
"""

import pathlib
import sys

import numpy
import sentencepiece.sentencepiece_model_pb2 as model_pb2
import tokenizers
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers,
                        pre_tokenizers, processors, trainers)

from digests import Stamp, digest, documents, encoding_words, lines, powers, write_table

LONGEST = 400_000
SPACE = "\u2581"
# What small models are compared on; WHOLE ones are compared on everything.
SMALL = {"extremes", "manual-el", "manual-ja", "manual-vi", "noise-scalars", "words", "every-scalar"}
WHOLE = {"llama", "unigram-nfkc", "wordpiece-cased"}
NORMAL, UNKNOWN, CONTROL, USER, BYTE = 1, 2, 3, 4, 6


def piece_model(path):
    proto = model_pb2.ModelProto()
    proto.ParseFromString(path.read_bytes())
    return proto


def added(made, proto):
    """The pieces that are found whole, as converters add them."""
    made.add_special_tokens([
        AddedToken(p.piece, normalized=False, special=True)
        for p in proto.pieces if p.type in (UNKNOWN, CONTROL)])
    made.add_tokens([
        AddedToken(p.piece, normalized=False, special=False)
        for p in proto.pieces if p.type == USER])


def unigram(path, normalizer, metaspace, fallback=False):
    proto = piece_model(path)
    unknown = next(i for i, p in enumerate(proto.pieces) if p.type == UNKNOWN)
    made = Tokenizer(models.Unigram(
        [(p.piece, p.score) for p in proto.pieces], unk_id=unknown, byte_fallback=fallback))
    charsmap = proto.normalizer_spec.precompiled_charsmap
    made.normalizer = normalizers.Sequence(
        ([normalizers.Precompiled(charsmap)] if charsmap else []) + normalizer)
    made.pre_tokenizer = metaspace
    made.decoder = decoders.Metaspace(
        replacement=SPACE, prepend_scheme=metaspace.prepend_scheme, split=metaspace.split)
    if fallback:
        made.decoder = decoders.Sequence([decoders.ByteFallback(), made.decoder])
    added(made, proto)
    return made


def pairs(path, **options):
    """BPE over characters: a merge for each way to join two pieces into one, in order of scores."""
    proto = piece_model(path)
    ids = {p.piece: i for i, p in enumerate(proto.pieces)}
    scores = {p.piece: p.score for p in proto.pieces}
    merges = []
    for piece, score in scores.items():
        own = [(piece[:i], piece[i:]) for i in range(1, len(piece))
               if piece[:i] in ids and piece[i:] in ids]
        merges += [(score, pair) for pair in sorted(own, key=lambda p: (ids[p[0]], ids[p[1]]))]
    merges = [pair for _, pair in sorted(merges, key=lambda m: m[0], reverse=True)]
    made = Tokenizer(models.BPE(
        ids, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True, **options))
    return made, proto


def llama(mistral, models_folder):
    made, proto = pairs(mistral / "tokenizer.model.v1")
    made.normalizer = normalizers.Sequence(
        [normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    made.decoder = decoders.Sequence([
        decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(),
        decoders.Strip(" ", 1, 0)])
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    added(made, proto)
    return made


def gemma(mistral, models_folder):
    made, proto = pairs(mistral / "mistral_instruct_tokenizer_240323.model.v3", ignore_merges=True)
    made.normalizer = normalizers.Replace(" ", SPACE)
    made.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    made.decoder = decoders.Sequence([
        decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()])
    added(made, proto)
    return made


def mistral_legacy(mistral, models_folder):
    made, proto = pairs(models_folder / "bpe-bytes.model")
    made.pre_tokenizer = pre_tokenizers.Metaspace(
        replacement=SPACE, prepend_scheme="first", split=False)
    made.decoder = decoders.Sequence([
        decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(),
        decoders.Strip(" ", 1, 0)])
    made.add_special_tokens([AddedToken("<s>", rstrip=True, lstrip=True)])
    made.add_tokens([AddedToken("the", single_word=True), AddedToken("\U0001F642"),
                     AddedToken("12", normalized=False)])
    return made


def trained(make):
    def build(mistral, models_folder, sample):
        made, trainer = make()
        made.train_from_iterator(sample, trainer)
        return made
    return build


def cased():
    made = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=20))
    made.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=None)
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("contiguous")])
    made.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    return made, trainers.WordPieceTrainer(
        vocab_size=6000, special_tokens=["[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False)


def folded():
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.Sequence(
        [normalizers.NFKD(), normalizers.Lowercase(), normalizers.StripAccents()])
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece(prefix="@@", cleanup=False)
    return made, trainers.WordPieceTrainer(
        vocab_size=4000, special_tokens=["[UNK]"], continuing_subword_prefix="@@",
        show_progress=False)


def accents():
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=True, strip_accents=True, lowercase=False)
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)])
    return made, trainers.WordPieceTrainer(
        vocab_size=4000, special_tokens=["[UNK]"], show_progress=False)


def composed():
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.Sequence([
        normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " "),
        normalizers.Strip()])
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    return made, trainers.UnigramTrainer(
        vocab_size=3000, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False)


def scripts():
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.Sequence(
        [normalizers.NFD(), normalizers.Strip(left=True, right=False)])
    made.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.UnicodeScripts(), pre_tokenizers.Metaspace(prepend_scheme="first"),
        pre_tokenizers.FixedLength(7)])
    made.decoder = decoders.Fuse()
    return made, trainers.UnigramTrainer(
        vocab_size=3000, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False)


def suffix():
    made = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>"))
    made.normalizer = normalizers.Sequence([
        normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(
            Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed",
            invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    made.decoder = decoders.Sequence([decoders.ByteLevel(), decoders.BPEDecoder("</w>")])
    return made, trainers.BpeTrainer(
        vocab_size=4000, special_tokens=["<|endoftext|>"], end_of_word_suffix="</w>",
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())[:200], show_progress=False)


def alphabet():
    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.ByteLevel()
    made.pre_tokenizer = pre_tokenizers.Split(Regex(r"(?<=[a-z])(?=[A-Z0-9])|(?<!\u0120)\u0120"),
                                              "merged_with_next")
    made.decoder = decoders.ByteLevel()
    return made, trainers.BpeTrainer(
        vocab_size=4000, special_tokens=["<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)


def behind():
    made = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##"))
    made.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.NFC()])
    made.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(),
        pre_tokenizers.Split(Regex(r"(?<=\d)(?=\p{L})|(?<=\p{L}{2})(?=\d)"), "isolated"),
        pre_tokenizers.Split(Regex(r"(?>\p{L}+|\p{L}+'s)(?:'t)?|(?:[!.]{2})++|(?<![a-z\u4e00-\u9fff])-"),
                             "isolated")])
    return made, trainers.BpeTrainer(
        vocab_size=4000, special_tokens=["<unk>"], continuing_subword_prefix="##",
        limit_alphabet=300, show_progress=False)


def level():
    made = Tokenizer(models.WordLevel(unk_token="<unk>"))
    made.normalizer = normalizers.Sequence(
        [normalizers.Replace("``", '"'), normalizers.NFKD(), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    made.decoder = decoders.ByteLevel()
    return made, trainers.WordLevelTrainer(
        vocab_size=4000, special_tokens=["<unk>"], show_progress=False)


CONVERTED = {
    "llama": llama,
    "gemma": gemma,
    "mistral-legacy": mistral_legacy,
    "unigram-nfkc": lambda _, folder: unigram(
        folder / "unigram-nfkc.model",
        [normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), SPACE)],
        pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")),
    "unigram-runs": lambda _, folder: unigram(
        folder / "unigram-runs.model", [],
        pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="never", split=False)),
    "unigram-bytes": lambda _, folder: unigram(
        folder / "unigram-bytes.model", [],
        pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="first", split=False),
        fallback=True),
    "unigram-folded": lambda _, folder: unigram(
        folder / "unigram-suffix.model",
        [normalizers.Replace("``", '"'), normalizers.NFKD(), normalizers.StripAccents(),
         normalizers.Lowercase()],
        pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="never"), fallback=True),
}
TRAINED = {
    "wordpiece-cased": cased, "wordpiece-folded": folded, "wordpiece-accents": accents,
    "unigram-composed": composed, "unigram-scripts": scripts, "bpe-suffix": suffix,
    "bpe-alphabet": alphabet, "bpe-behind": behind, "wordlevel": level,
}


def encodings(made, parts):
    """What the reference makes of some documents."""
    for start in range(0, len(parts), 64):
        batch = parts[start:start + 64]
        yield from zip(batch, made.encode_batch(batch, add_special_tokens=False))


def write(made, path, texts, multipliers):
    rows = []
    for index, text in texts:
        for part, found in encodings(made, list(documents(text))):
            size, words = encoding_words(part, found)
            decoded = made.decode(found.ids, skip_special_tokens=False).encode("utf-8")
            rows.append([
                index, size, len(found.ids), digest(words, multipliers),
                digest(numpy.frombuffer(decoded, dtype=numpy.uint8), multipliers)])
    write_table(path, rows)


def is_compared(name, stem):
    return name in WHOLE or stem in SMALL


def main():
    folder, mistral, pieces, results = (pathlib.Path(argument) for argument in sys.argv[1:])
    stamp = Stamp(results / "state", __file__, (folder / "recipe").read_bytes(),
                  (pieces / "state").read_bytes(), tokenizers.__version__.encode())
    if stamp.is_set():
        return
    stamp.clear()
    paths = sorted(folder.glob("*.txt"))
    texts = [(index, path.stem, path.read_bytes().decode("utf-8"))
             for index, path in enumerate(paths)]
    sample = list(lines(paths, seed=7))
    multipliers = powers(3 * LONGEST)
    for name in [*CONVERTED, *TRAINED]:
        made = (CONVERTED[name](mistral, pieces) if name in CONVERTED
                else trained(TRAINED[name])(mistral, pieces, sample))
        made.save(str(results / f"{name}.json"))
        # The file is what is compared, not what was made in memory.
        made = Tokenizer.from_file(str(results / f"{name}.json"))
        write(made, results / f"{name}.digests",
              [(index, text) for index, stem, text in texts if is_compared(name, stem)], multipliers)
    stamp.set()


main()
