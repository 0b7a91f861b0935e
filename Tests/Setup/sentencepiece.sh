#!/bin/sh
# Prepares .build/reference-sentencepiece: small SentencePiece models of every kind, trained on the
# corpus, and what the reference makes of the texts with them and with real ones. Does nothing when
# it is up to date.
set -eu
cd "$(dirname "$0")/../.."

sh Tests/Setup/corpus.sh
sh Tests/Setup/tokenizers.sh
.build/python/bin/python Tests/Setup/reference_sentencepiece.py \
  .build/corpus .build/tokenizers/mistral .build/reference-sentencepiece
