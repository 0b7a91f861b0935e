#!/bin/sh
# Prepares .build/corpus, the texts on which tokenizers are compared: code, manual pages in many
# scripts, and seeded noise. Does nothing when they are up to date.
set -eu
cd "$(dirname "$0")/../.."

corpus=.build/corpus
pages=.build/manual-pages
packages="manpages-de manpages-el manpages-es manpages-fr manpages-ja manpages-ru manpages-uk
  manpages-vi manpages-zh"

recipe=$(cat Tests/Setup/corpus.sh Tests/Setup/corpus.py | cksum)
if [ "$(cat $corpus/recipe 2>/dev/null)" = "$recipe" ]; then
  exit 0
fi

sh Tests/Setup/python.sh

# The packages are unpacked, not installed: nothing outside of .build changes.
rm -rf $pages
mkdir -p $pages/packages
fetch() { (cd $pages/packages && apt-get download -qq $packages); }
if ! fetch 2>/dev/null; then
  as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  $as_root apt-get update -qq
  fetch
fi
for package in $pages/packages/*.deb; do
  dpkg -x "$package" $pages
done

rm -rf $corpus
mkdir -p $corpus
.build/python/bin/python Tests/Setup/corpus.py $pages/usr/share/man $corpus
rm -rf $pages
# Last, so that an interrupted preparation is done again.
echo "$recipe" >$corpus/recipe
