#!/bin/sh
# windows_x86_64.sh DIRECTORY: token_ranker.dll. What it needs, what it exports, and the C and C++ tests of the DLL under Wine; that
# the Catch2 tests compile for Windows is left to a build by hand.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
TARGETS="token_ranker token_ranker_capi_test token_ranker_hpp_test" \
  "$root/tests/systems/build.sh" x86_64-windows-gnu "$1" -DTOKEN_RANKER_TESTS=ON -DCMAKE_CROSSCOMPILING_EMULATOR=wine
library=$1/build/token_ranker.dll

llvm-readobj-16 --coff-exports "$library" | sed -n 's/^ *Name: //p' | LC_ALL=C sort | diff "$root/capi/exports.txt" - ||
  { echo "the exported symbols differ from capi/exports.txt"; exit 1; }
needed=$(llvm-readobj-16 --coff-imports "$library" | sed -n 's/^ *Name: \(.*\.dll\)$/\1/p' | sort -u)
[ -n "$needed" ] || { echo "no imports were found"; exit 1; }
for name in $needed; do
  case $name in
    KERNEL32.dll | ntdll.dll | api-ms-win-crt-*.dll) ;; # of Windows 10 and later
    *) echo "needs $name"; exit 1 ;;
  esac
done

# The tests as on a slow system: all test cases, with shorter loops.
export TOKEN_RANKER_TESTS_EMULATED=1 WINEDEBUG=-all WINEPREFIX="$1/wine" WINEPATH="$1/build"
wineboot --init
ctest --test-dir "$1/build" --output-on-failure --no-tests=error --label-regex capi --parallel "$(nproc)"
wineserver --kill || true
