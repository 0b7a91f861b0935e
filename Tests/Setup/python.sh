#!/bin/sh
# Makes .build/python, the Python environment of the tests: the reference implementations that ours
# are compared with. Does nothing when it is up to date.
set -eu
cd "$(dirname "$0")/../.."

wanted=Tests/Setup/requirements.txt
environment=.build/python
made_from=$environment/requirements.txt

if [ -x $environment/bin/python ] && cmp -s $wanted $made_from; then
  exit 0
fi

if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
  as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  $as_root apt-get update -qq
  $as_root apt-get install -y -qq python3-venv
fi

mkdir -p .build
python3 -m venv --clear $environment
$environment/bin/python -m pip install --quiet --disable-pip-version-check -r $wanted
# Last, so that an interrupted installation is done again.
cp $wanted $made_from
