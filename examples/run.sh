#!/usr/bin/env bash
# run.sh LIBRARY BUILD_DIRECTORY: builds and runs the example of each language, examples/<language>/run.sh. They check their own tokens.
#
# A run.sh runs in its own folder, gets a directory to build in, and finds TOKEN_RANKER_LIBRARY (the file) and TOKEN_RANKER_INCLUDE in its
# environment. 0: passed; 77: this language cannot be had here, and why; anything else: failed.
set -euo pipefail

[[ $# -eq 2 ]] || { echo "usage: $0 LIBRARY BUILD_DIRECTORY" >&2; exit 2; }
examples=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
TOKEN_RANKER_LIBRARY=$(readlink -f "$1")
TOKEN_RANKER_INCLUDE=$(readlink -f "$examples/../include")
export TOKEN_RANKER_LIBRARY TOKEN_RANKER_INCLUDE
build=$2
passed=0 failed=0 skipped=0

for script in "$examples"/*/run.sh; do
  folder=$(dirname "$script")
  language=$(basename "$folder")
  mkdir -p "$build/$language"
  directory=$(readlink -f "$build/$language")
  status=0
  (cd "$folder" && ./run.sh "$directory") >"$directory/log" 2>&1 || status=$?
  case $status in
    0) passed=$((passed + 1)); echo "$language: passed" ;;
    77) skipped=$((skipped + 1)); echo "$language: skipped: $(tail -n 1 "$directory/log")" ;;
    *) failed=$((failed + 1)); echo "$language: failed with $status:"; cat "$directory/log" ;;
  esac
done

summary="languages: $passed passed, $failed failed"
[[ $skipped -eq 0 ]] || summary+=", $skipped skipped"
echo "$summary"
[[ $failed -eq 0 && $passed -gt 0 ]]
