"""Tells which entries of a tokenizer.json the reference implementation gives back.

Usage: reference_entries.py FILE IDS

IDS is a file with ids, separated by spaces. Prints for each, in a line, its id, and the ids that
`tokenizers` encodes the entry's own text to; nothing for entries whose text is not UTF-8.
"""

import pathlib
import sys

from tokenizers import Tokenizer


def main(file, ids):
    tokenizer = Tokenizer.from_file(file)
    for entry in map(int, pathlib.Path(ids).read_text().split()):
        text = tokenizer.decode([entry], skip_special_tokens=False)
        if "\ufffd" not in text:
            print(entry, *tokenizer.encode(text, add_special_tokens=False).ids)


main(*sys.argv[1:])
