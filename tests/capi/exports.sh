#!/bin/sh
# Compares the symbols that a shared library exports with the list of those that it should: exports.sh NM LIBRARY LIST
set -eu
export LC_ALL=C
found=$("$1" -D --defined-only "$2" | awk '{ print $NF }' | grep -v '^_init$\|^_fini$' | sort)
wanted=$(cat "$3")
if [ "$wanted" != "$(sort -u "$3")" ]; then
  echo "$3 is not sorted or names a symbol twice"
  exit 1
fi
if [ "$found" != "$wanted" ]; then
  printf '%s\n' "$found" | diff "$3" - || true
  echo "the exported symbols differ from $3: < is missing in the library, > is not in the list"
  exit 1
fi
