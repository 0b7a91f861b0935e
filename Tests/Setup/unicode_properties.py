"""Prints Sources/Tokenization/Unicode/UnicodeTable+Runs.swift, as the reference tokenizers see Unicode.

Usage: .build/python/bin/python Tests/Setup/unicode_properties.py > Sources/Tokenization/Unicode/UnicodeTable+Runs.swift

Each code point is put to the regular expressions of `tokenizers` (general categories, white space)
and of `tiktoken` (word characters), so that the table has the Unicode version they were built with.
"""

import tiktoken
from tokenizers import Regex, pre_tokenizers

CATEGORIES = ("Cn Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf "
              "Cs Co").split()
SPACE, WORD = 0x20, 0x40
CHARACTERS = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
CHUNKS = ["".join(CHARACTERS[i:i + 4096]) for i in range(0, len(CHARACTERS), 4096)]


def matched(pattern):
    """The code points that the reference's regular expression matches."""
    splitter = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    for chunk in CHUNKS:
        for piece, _ in splitter.pre_tokenize_str(chunk):
            yield from map(ord, piece)


def words():
    ranks = {bytes([byte]): byte for byte in range(256)}
    encoding = tiktoken.Encoding(
        "words", pat_str=r"\w", mergeable_ranks=ranks, special_tokens={})
    for chunk in CHUNKS:
        yield from map(ord, bytes(encoding.encode_ordinary(chunk)).decode())


def main():
    table = bytearray(0x110000)
    for number, category in enumerate(CATEGORIES):
        if category in ("Cn", "Cs"):
            continue
        for code_point in matched(r"\p{%s}" % category):
            table[code_point] = number
    for code_point in range(0xD800, 0xE000):
        table[code_point] = CATEGORIES.index("Cs")
    for code_point in matched(r"\s"):
        table[code_point] |= SPACE
    for code_point in words():
        table[code_point] |= WORD
    runs = []
    start = 0
    for code_point in range(1, 0x110001):
        if code_point == 0x110000 or table[code_point] != table[start]:
            runs.append((code_point - start) << 8 | table[start])
            start = code_point
    print("extension UnicodeTable {")
    print("  /// All code points in order, in runs of the same properties: how many, times 256, plus the")
    print("  /// properties. Written by `Tests/Setup/unicode_properties.py`.")
    print("  // swift-format-ignore")
    print("  static let runs: [UInt32] = [")
    row = "   "
    for run in runs:
        item = f" {run},"
        if len(row) + len(item) > 100:
            print(row)
            row = "   "
        row += item
    print(row)
    print("  ]")
    print("}")


main()
