"""Prints Sources/Tokenization/Splitting/ScriptKind+Ranges.swift, as the reference sees scripts.

Usage: .build/python/bin/python Tests/Setup/script_kinds.py > Sources/Tokenization/Splitting/ScriptKind+Ranges.swift

Each code point is put to the reference's own `UnicodeScripts` beside one of each script that was
found before, so that the table has the Unicode version it was built with.
"""

from tokenizers import pre_tokenizers

from swift_ranges import print_ranges

scripts = pre_tokenizers.UnicodeScripts()


def is_one(text):
    pieces = scripts.pre_tokenize_str(text)
    return len(pieces) == 1 and pieces[0][1] == (0, len(text))


def kinds():
    known, recent = [], []
    for code_point in range(0x110000):
        kind = 0
        character = "" if 0xD800 <= code_point < 0xE000 else chr(code_point)
        if character and not (is_one("a" + character) and is_one("\u044f" + character)):
            kind = next((k for k in recent if is_one(known[k - 1] + character)), None)
            if kind is None:
                known.append(character)
                kind = len(known)
            else:
                recent.remove(kind)
            recent.insert(0, kind)
        yield kind


print_ranges(
    "ScriptKind",
    ["Where the script changes, ascending: the first code point, times 256, plus the number of",
     "its script. Written by `Tests/Setup/script_kinds.py`."],
    first=None, kinds=kinds(), shift=8)
