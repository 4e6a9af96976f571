#!/bin/sh
# linux_musl.sh DIRECTORY: the library for Linux with musl as its C library, such as Alpine (x86-64). What it needs, what it exports, and
# the C and C++ tests of the shared library, loaded by musl's own loader.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
# Zig links programs statically for musl unless it is told otherwise.
TARGETS="token_ranker token_ranker_capi_test token_ranker_hpp_test" \
  "$root/tests/systems/build.sh" x86_64-linux-musl "$1" -DTOKEN_RANKER_TESTS=ON -DCMAKE_EXE_LINKER_FLAGS=-dynamic
for file in libtoken_ranker.so tests/token_ranker_capi_test; do
  needed=$(objdump -p "$1/build/$file" | sed -n 's/^ *NEEDED *//p' | grep -v libtoken_ranker.so | tr '\n' ' ')
  [ "$needed" = "libc.so " ] || { echo "$file needs $needed"; exit 1; }
done
loader=$(objdump -s -j .interp "$1/build/tests/token_ranker_capi_test" | grep -c ld-musl)
[ "$loader" -eq 1 ] || { echo "the C test is not loaded by musl"; exit 1; }
ctest --test-dir "$1/build" --output-on-failure --no-tests=error --label-regex capi --parallel "$(nproc)"
