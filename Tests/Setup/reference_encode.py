"""Encodes a text with a `tokenizer.json`, read by Hugging Face `tokenizers`.

Usage: reference_encode.py TOKENIZER.json TEXT

Writes the ids as a JSON list.
"""

import json
import pathlib
import sys

from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(sys.argv[1])
text = pathlib.Path(sys.argv[2]).read_bytes().decode("utf-8")
print(json.dumps(tokenizer.encode(text, add_special_tokens=False).ids))
