#!/bin/sh
# linux_arm64.sh DIRECTORY: the library for Linux on arm64 with glibc 2.17 or later: the C, C++ and Catch2 tests in an emulator, which knows
# no instruction that the oldest of these processors lacks. Catch2's go over all kernels, NEON among them.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/tests/systems/build.sh" aarch64-linux-gnu.2.17 "$1" -DTOKEN_RANKER_TESTS=ON \
  "-DCMAKE_CROSSCOMPILING_EMULATOR=qemu-aarch64;-cpu;cortex-a53;-L;/usr/aarch64-linux-gnu"
library=$1/build/libtoken_ranker.so
newest=$(llvm-objdump-16 -T "$library" | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -n 1)
[ "$newest" = GLIBC_2.17 ] || { echo "needs $newest"; exit 1; }
sh "$root/tests/capi/exports.sh" nm "$library" "$root/capi/exports.txt"
# Long loops go over a part.
TOKEN_RANKER_TESTS_EMULATED=1 ctest --test-dir "$1/build" --output-on-failure --no-tests=error --parallel "$(nproc)"
