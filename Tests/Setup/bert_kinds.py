"""Prints Sources/Tokenization/WordPiece/BertKind+Ranges.swift, as the reference sees Unicode.

Usage: .build/python/bin/python Tests/Setup/bert_kinds.py > Sources/Tokenization/WordPiece/BertKind+Ranges.swift

Each code point is put to the reference's own `BertNormalizer` and `BertPreTokenizer`, so that the
table has the Unicode version they were built with.
"""

from tokenizers import normalizers, pre_tokenizers

from swift_ranges import print_ranges

OTHER, REMOVED, SPACE, IDEOGRAPH, PUNCTUATION, MARK = range(6)


def normalizer(**options):
    default = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**default, **options})


clean = normalizer(clean_text=True)
ideographs = normalizer(handle_chinese_chars=True)
accents = normalizer(strip_accents=True)
words = pre_tokenizers.BertPreTokenizer()


def kind(code_point):
    if 0xD800 <= code_point < 0xE000:
        return OTHER
    character = chr(code_point)
    cleaned = clean.normalize_str("a" + character + "b")
    if cleaned == "ab":
        return REMOVED
    if cleaned == "a b":
        return SPACE
    if ideographs.normalize_str(character) != character:
        return IDEOGRAPH
    if len(words.pre_tokenize_str("a" + character + "b")) == 3:
        return PUNCTUATION
    return MARK if accents.normalize_str(character) == "" else OTHER


print_ranges(
    "BertKind",
    ["Where the kind changes, ascending: the first code point, times 8, plus its kind. Code",
     "points before the first entry are `other`. Written by `Tests/Setup/bert_kinds.py`."],
    first=OTHER, kinds=map(kind, range(0x110000)), shift=3)
