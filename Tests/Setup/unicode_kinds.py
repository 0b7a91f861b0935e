"""Prints Sources/Tokenization/UnicodeKind+Ranges.swift, as the reference tokenizer sees Unicode.

Usage: .build/python/bin/python Tests/Setup/unicode_kinds.py > Sources/Tokenization/UnicodeKind+Ranges.swift

Each code point is put to the reference's own pre-tokenizers, so that the table has the Unicode
version they were built with: `Digits` for numbers, the regular expression of `ByteLevel` for
letters and white space.
"""

from tokenizers import pre_tokenizers

OTHER, LETTER, NUMBER, SPACE = range(4)
NAMES = ["other", "letter", "number", "space"]
digits = pre_tokenizers.Digits(individual_digits=True)
words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)


def kind(code_point):
    if 0xD800 <= code_point < 0xE000:
        return OTHER
    character = chr(code_point)
    if len(digits.pre_tokenize_str("a" + character + "a")) > 1:
        return NUMBER
    if len(words.pre_tokenize_str("a" + character)) == 1:
        return LETTER
    pieces = words.pre_tokenize_str("a" + character + "\n")
    return SPACE if len(pieces) == 2 else OTHER


def main():
    starts = []
    previous = OTHER
    for code_point in range(0x110000):
        found = kind(code_point)
        if found != previous:
            starts.append((code_point, found))
            previous = found
    rows, row = [], "   "
    for code_point, found in starts:
        item = f" 0x{code_point << 2 | found:X},"
        if len(row) + len(item) > 100:
            rows.append(row)
            row = "   "
        row += item
    rows.append(row)
    print("extension UnicodeKind {")
    print("  /// Where the kind changes, ascending: the first code point, times 4, plus its kind. Code")
    print("  /// points before the first entry are `other`. Written by `Tests/Setup/unicode_kinds.py`.")
    print("  // swift-format-ignore")
    print("  static let ranges: [UInt32] = [")
    print("\n".join(rows))
    print("  ]")
    print("}")


main()
