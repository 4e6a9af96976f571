#!/bin/sh
# build.sh TARGET DIRECTORY [CMAKE_OPTION...]: builds the library, and what the options ask for, for a target of Zig in DIRECTORY/build.
# PCRE2_SOURCE_DIR: the source of PCRE2; ZIG: the compiler. TARGETS: what is built; all, unless given.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
target=$1 directory=$2
shift 2
mkdir -p "$directory/include" "$directory/catch2"
# Not all of the system's headers: those of the JSON parser and of the test framework alone.
ln -sfn /usr/include/nlohmann "$directory/include/nlohmann"
ln -sfn /usr/include/catch2 "$directory/include/catch2"
cat >"$directory/catch2/Catch2Config.cmake" <<END
set(Catch2_VERSION 2.13.10)
add_library(Catch2::Catch2 INTERFACE IMPORTED)
set_target_properties(Catch2::Catch2 PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "$directory/include")
END
toolchain=$("$root/cmake/zig_toolchain.sh" "$target" "$directory/tools")
# Zig makes no precompiled headers.
cmake -S "$root" -B "$directory/build" -G Ninja --log-level=WARNING --no-warn-unused-cli -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_TOOLCHAIN_FILE="$toolchain" \
  -DTOKEN_RANKER_PCRE2_SOURCE_DIR="$PCRE2_SOURCE_DIR" -DTOKEN_RANKER_JSON_INCLUDE_DIR="$directory/include" \
  -DCatch2_DIR="$directory/catch2" -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON "$@"
cmake --build "$directory/build" ${TARGETS:+--target $TARGETS}
