#!/bin/sh
# macos_dylib.sh DIRECTORY: libtoken_ranker.dylib for both processors of macOS 11 and later, as one file. Nothing of it is run here: what
# it needs, what it exports, its name and its processors, and that the C and C++ tests compile.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
for processor in aarch64 x86_64; do
  target=$processor-macos.11.0
  "$root/tests/systems/build.sh" "$target" "$1/$processor"
  for file in "$root"/tests/capi/*.c; do
    "$1/$processor/tools/cc" -std=c99 -I "$root/include" -c "$file" -o "$1/$processor/test.o"
  done
  for name in context scan_kernels table_memory; do
    "$1/$processor/tools/c++" -std=c++20 -I "$root/include" -I "$root/src" -I "$root/capi" -I "$root/tests" -I "$1/$processor/include" \
      -DTESTS_DIRECTORY='""' -DTEST_SANITIZED=0 -c "$root/tests/test_$name.cpp" -o "$1/$processor/test.o"
  done
  library=$1/$processor/build/libtoken_ranker.dylib

  sed 's/^/_/' "$root/capi/exports.txt" | LC_ALL=C sort >"$1/$processor/wanted"
  list_exports() { llvm-nm-16 --extern-only --defined-only --just-symbol-name "$1" | LC_ALL=C sort; }
  list_exports "$library" >"$1/$processor/found"
  missing=$(LC_ALL=C comm -23 "$1/$processor/wanted" "$1/$processor/found")
  [ -z "$missing" ] || { echo "does not export $missing"; exit 1; }
  # Zig's linker knows no list of exports: operator new and delete and symbols of its own are left.
  more=$(LC_ALL=C comm -13 "$1/$processor/wanted" "$1/$processor/found" | grep -vE '^(__Zn|__Zd|___dso_handle|__mh_)' || true)
  [ -z "$more" ] || { echo "exports $more"; exit 1; }
  # LLVM's, which takes the options of Apple's, does; what the system has is left open here.
  ld64.lld-16 -arch "$(echo "$processor" | sed s/aarch64/arm64/)" -platform_version macos 11.0 11.0 -dylib -undefined dynamic_lookup \
    -dead_strip -exported_symbols_list "$1/$processor/build/exports.macos" -install_name @rpath/libtoken_ranker.dylib \
    -all_load "$1/$processor/build/libtoken_ranker.a" -o "$1/$processor/by_list.dylib"
  list_exports "$1/$processor/by_list.dylib" | diff "$1/$processor/wanted" -

  headers=$(llvm-objdump-16 --macho --private-headers "$library")
  echo "$headers" | grep -q 'name @rpath/libtoken_ranker.dylib ' || { echo "its name is not @rpath/libtoken_ranker.dylib"; exit 1; }
  echo "$headers" | grep -q 'minos 11.0' || { echo "is not for macOS 11.0"; exit 1; }
  needed=$(llvm-objdump-16 --macho --dylibs-used "$library" | sed -n 's/^\t\([^ ]*\) .*/\1/p' | grep -v '^@rpath/libtoken_ranker' || true)
  [ "$needed" = /usr/lib/libSystem.B.dylib ] || { echo "needs $needed"; exit 1; }
done
llvm-lipo-16 -create "$1/aarch64/build/libtoken_ranker.dylib" "$1/x86_64/build/libtoken_ranker.dylib" -output "$1/libtoken_ranker.dylib"
llvm-lipo-16 "$1/libtoken_ranker.dylib" -verify_arch arm64 x86_64
