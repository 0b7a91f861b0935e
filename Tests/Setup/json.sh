#!/bin/sh
# Prepares .build/reference-json: tokenizer.json files of every kind of model, and what the reference
# makes of the texts with them. Does nothing when it is up to date.
set -eu
cd "$(dirname "$0")/../.."

sh Tests/Setup/sentencepiece.sh
.build/python/bin/python Tests/Setup/reference_json.py \
  .build/corpus .build/tokenizers/mistral .build/reference-sentencepiece .build/reference-json
