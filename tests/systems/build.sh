#!/bin/sh
# build.sh TARGET DIRECTORY: builds the library for a target of Zig in DIRECTORY/build.
# PCRE2_SOURCE_DIR: the source of PCRE2; ZIG: the compiler.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$2/include"
# Not all of the system's headers: those of this parser alone.
ln -sfn /usr/include/nlohmann "$2/include/nlohmann"
toolchain=$("$root/cmake/zig_toolchain.sh" "$1" "$2/tools")
cmake -S "$root" -B "$2/build" -G Ninja --log-level=WARNING -DCMAKE_BUILD_TYPE=Release -DCMAKE_TOOLCHAIN_FILE="$toolchain" \
  -DTOKEN_RANKER_PCRE2_SOURCE_DIR="$PCRE2_SOURCE_DIR" -DTOKEN_RANKER_JSON_INCLUDE_DIR="$2/include"
cmake --build "$2/build" --target token_ranker
