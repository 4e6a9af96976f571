#!/bin/sh
# x86_64_kernels.sh DIRECTORY: the kernels of x86-64. Each that this processor has, forced, on the C++ and Python tests. And processors that
# have less, in an emulator that ends a program at an instruction that they lack: which kernel is chosen, C, C++ and Catch2 tests, smoke.py.
# TEST_PYTHON: a Python with tests/requirements.txt.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
# That of linux_glibc_2.17.sh, again if it is there.
build=$(dirname "$1")/linux_glibc_2.17
"$root/tests/systems/build.sh" x86_64-linux-gnu.2.17 "$build" -DTOKEN_RANKER_TESTS=ON -DTOKEN_RANKER_BENCHES=ON
tests=$build/build/tests
export TOKEN_RANKER_TESTS_EMULATED=1 TOKEN_RANKER_LIBRARY="$build/build/libtoken_ranker.so"
cd "$root"

# What splits texts in a program that is started by this command.
chosen_kernel() { "$@" "$TEST_PYTHON" py/token_ranker.py info cl100k_base 2>/dev/null | sed -n 's/^split by *//p'; }

fastest=$(chosen_kernel env)
for kernel in avx512 avx2 avx2_without_pext portable; do
  export TOKEN_RANKER_KERNEL=$kernel
  if [ "$(chosen_kernel env)" != "$kernel" ]; then
    [ "$kernel" != portable ] || { echo "portable was not chosen"; exit 1; }
    echo "== $kernel: not on this processor"
    continue
  fi
  echo "== $kernel forced"
  [ "$kernel" != "$fastest" ] || continue # all other tests go by it
  # The tests of the scanners go over all kernels whatever is forced.
  ctest --test-dir "$build/build" --output-on-failure --no-tests=error --parallel "$(nproc)" --exclude-regex 'test_scan_'
  "$TEST_PYTHON" -m pytest -q --numprocesses "$(nproc)" tests/python/test_exactness_tricky.py tests/python/test_exactness_random.py \
    tests/python/test_exactness_characters.py tests/python/test_strings.py
done
unset TOKEN_RANKER_KERNEL

# check_processor NAME KERNEL TESTS: the kernel that is chosen there, and these tests of Catch2 beside the C and C++ tests and smoke.py.
check_processor() {
  emulator="qemu-x86_64 -cpu $1"
  found=$(chosen_kernel $emulator)
  [ "$found" = "$2" ] || { echo "$1: $found was chosen, not $2"; return 1; }
  $emulator "$tests/token_ranker_tests" --filenames-as-tags "$3" &&
    $emulator "$tests/token_ranker_capi_test" &&
    $emulator "$tests/token_ranker_hpp_test" &&
    $emulator "$TEST_PYTHON" tests/python/smoke.py
}

# One with nothing but the baseline of x86-64, one of Intel with AVX2, and one of AMD with slow pext.
check_processor qemu64 portable '~[#test_scan_kernels]~[#test_scan_scalar]' >"$1/qemu64" 2>&1 &
kernel_tests='[#test_scan_kernels],[#test_phases],[#test_transcode],[#test_encoder],[#test_vectors]'
check_processor Haswell avx2 "$kernel_tests" >"$1/Haswell" 2>&1 || { cat "$1/Haswell"; exit 1; }
check_processor EPYC avx2_without_pext '[#test_vectors]' >"$1/EPYC" 2>&1 || { cat "$1/EPYC"; exit 1; }
wait $! || { cat "$1/qemu64"; exit 1; }
