#!/bin/sh
# linux_glibc_2.17.sh DIRECTORY: the library for every Linux since 2014 (x86-64). What it needs, what it exports, and on that very file
# the C test, the C++ example, smoke.py, and a program that unloads it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/tests/systems/build.sh" x86_64-linux-gnu.2.17 "$1"
library=$1/build/libtoken_ranker.so

versions=$(objdump -T "$library" | grep -oE '\(?GLIBC[A-Z]*_[0-9.]+|GLIBCXX_[0-9.]+' | tr -d '(' | sort -Vu)
[ -n "$versions" ] || { echo "no symbol versions were found"; exit 1; }
newest=$(printf '%s\n' $versions GLIBC_2.17 | sort -V | tail -n 1)
[ "$newest" = GLIBC_2.17 ] || { echo "needs $newest"; exit 1; }

needed=$(objdump -p "$library" | sed -n 's/^ *NEEDED *//p')
for name in $needed; do
  case $name in
    libc.so.6 | libm.so.6 | libpthread.so.0 | libdl.so.2 | ld-linux-x86-64.so.2) ;;
    *) echo "needs $name"; exit 1 ;;
  esac
done
sh "$root/tests/capi/exports.sh" nm "$library" "$root/capi/exports.txt"

cc -std=c99 -O1 -I "$root/include" "$root"/tests/capi/*.c "$library" -Wl,-rpath,"$1/build" -pthread -o "$1/capi_test"
"$1/capi_test"
c++ -std=c++17 -I "$root/include" -I "$root/tests/capi" "$root/tests/capi/test_hpp.cpp" "$library" -Wl,-rpath,"$1/build" -o "$1/hpp_test"
"$1/hpp_test"
cc -std=c99 -I "$root/include" "$root/tests/systems/unload.c" -ldl -o "$1/unload"
"$1/unload" "$library"
TOKEN_RANKER_LIBRARY=$library "${PYTHON:-python3}" "$root/tests/python/smoke.py"
