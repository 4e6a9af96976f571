#!/bin/sh
# ZIG: the compiler; the wheel `ziglang` has it as `python -m ziglang`.
set -eu
folder=$(dirname "$TOKEN_RANKER_LIBRARY")
export ZIG_GLOBAL_CACHE_DIR="$1/global" ZIG_LOCAL_CACHE_DIR="$1/local"
zig=${ZIG:-zig}
$zig translate-c -lc "$TOKEN_RANKER_INCLUDE/token_ranker.h" >"$1/token_ranker.zig"
exec $zig test --dep token_ranker -Mroot=tokens.zig -Mtoken_ranker="$1/token_ranker.zig" -lc -rpath "$folder" "$TOKEN_RANKER_LIBRARY"
