#!/usr/bin/env bash
# run.sh PCRE2_SOURCE_DIRECTORY BUILD_DIRECTORY: builds the library for other systems, by the scripts beside this one, and tests it on them.
# ZIG: the compiler; TEST_PYTHON: a Python with tests/requirements.txt. QUICK: less of x86-64, which other tests are run on anyway.
# The last line is "systems: N passed, N failed".
set -euo pipefail

[[ $# -eq 2 ]] || { echo "usage: $0 PCRE2_SOURCE_DIRECTORY BUILD_DIRECTORY" >&2; exit 2; }
systems=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
PCRE2_SOURCE_DIR=$(readlink -f "$1")
mkdir -p "$2"
build=$(readlink -f "$2")
# Kept from run to run: the first one for a target compiles the C++ library of Zig.
export PCRE2_SOURCE_DIR ZIG_GLOBAL_CACHE_DIR=$build/zig ZIG_LOCAL_CACHE_DIR=$build/zig
passed=0 failed=0

for script in "$systems"/*_*.sh; do
  name=$(basename "$script" .sh)
  if [[ -n ${QUICK:-} && $name == x86_64_kernels ]]; then
    echo "$name: left out, see ./dev test systems"
    continue
  fi
  mkdir -p "$build/$name"
  SECONDS=0
  if "$script" "$build/$name" >"$build/$name/log" 2>&1; then
    passed=$((passed + 1))
    echo "$name: passed in $SECONDS s"
  else
    failed=$((failed + 1))
    echo "$name: failed after $SECONDS s:"
    tail -n 40 "$build/$name/log"
  fi
done
echo "systems: $passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
