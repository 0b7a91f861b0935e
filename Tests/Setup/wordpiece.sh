#!/bin/sh
# Prepares what the reference makes of the corpus with a WordPiece tokenizer, in
# .build/reference-wordpiece. Does nothing when it is up to date.
set -eu
cd "$(dirname "$0")/../.."

sh Tests/Setup/corpus.sh
sh Tests/Setup/tokenizers.sh
.build/python/bin/python Tests/Setup/reference_wordpiece.py \
  .build/tokenizers/minilm/tokenizer.json .build/corpus .build/reference-wordpiece
