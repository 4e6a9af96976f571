#!/bin/sh
# linux_glibc_2.17.sh DIRECTORY: the library for every Linux since 2014 (x86-64). What it needs, what it exports, and on that very file
# the C tests, the C++ example, the Python tests, a program that unloads it, and the benches, which check the tokens. The C++ tests look
# inside, so they are linked from its objects.
# TEST_PYTHON: a Python with tests/requirements.txt. QUICK: not the Catch2 and Python tests.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
TARGETS=${QUICK:+token_ranker phase_bench scan_bench} \
  "$root/tests/systems/build.sh" x86_64-linux-gnu.2.17 "$1" -DTOKEN_RANKER_TESTS=ON -DTOKEN_RANKER_BENCHES=ON
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

# These go by the compiler of the system, as programs do that use the library.
cc -std=c99 -O1 -I "$root/include" "$root"/tests/capi/*.c "$library" -Wl,-rpath,"$1/build" -pthread -o "$1/capi_test"
"$1/capi_test"
c++ -std=c++17 -I "$root/include" -I "$root/tests/capi" "$root/tests/capi/test_hpp.cpp" "$library" -Wl,-rpath,"$1/build" -o "$1/hpp_test"
"$1/hpp_test"
cc -std=c99 -I "$root/include" "$root/tests/systems/unload.c" -ldl -o "$1/unload"
"$1/unload" "$library"

export TOKEN_RANKER_LIBRARY="$library"
cd "$root"
if [ -n "${QUICK:-}" ]; then
  "$TEST_PYTHON" tests/python/smoke.py
else
  ctest --test-dir "$1/build" --output-on-failure --no-tests=error --parallel "$(nproc)"
  "$TEST_PYTHON" -m pytest -q -m "not slow" --numprocesses "$(nproc)" --dist worksteal
fi
"$TEST_PYTHON" bench/compare.py --quick --measures throughput start --tokenizers token_ranker --texts lyrics code_of_conduct \
  --output "$1/compare.json"
"$1/build/bench/phase_bench" --rounds=1 README.md corpora/lyrics.txt
"$1/build/bench/scan_bench" --seconds=0.01 README.md corpora/lyrics.txt
