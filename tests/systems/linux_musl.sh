#!/bin/sh
# linux_musl.sh DIRECTORY: the library for Linux with musl as its C library, such as Alpine (x86-64). What it needs, what it exports, and
# the C, C++ and Catch2 tests; those that use the shared library are loaded by musl's own loader.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
# Zig links programs statically for musl unless it is told otherwise.
"$root/tests/systems/build.sh" x86_64-linux-musl "$1" -DTOKEN_RANKER_TESTS=ON -DCMAKE_EXE_LINKER_FLAGS=-dynamic
for file in libtoken_ranker.so tests/token_ranker_capi_test; do
  needed=$(objdump -p "$1/build/$file" | sed -n 's/^ *NEEDED *//p' | grep -v libtoken_ranker.so | tr '\n' ' ')
  [ "$needed" = "libc.so " ] || { echo "$file needs $needed"; exit 1; }
done
loader=$(objdump -s -j .interp "$1/build/tests/token_ranker_capi_test" | grep -c ld-musl)
[ "$loader" -eq 1 ] || { echo "the C test is not loaded by musl"; exit 1; }
ctest --test-dir "$1/build" --output-on-failure --no-tests=error --parallel "$(nproc)"
