#!/usr/bin/env python3
"""Three functions in C, called from Python through ctypes, beside the same in Python: add, concatenate, list the first primes.

    python3 bench/talk/talk.py     compiles talk.c, checks that both sides agree, and prints the times of both

What ctypes needs to know is in `load`: the types of every parameter and result, once. What it cannot know is in the wrappers:
ranges (it cuts integers without a word), who owns returned memory, and which results are errors.
"""

import ctypes
import os
import subprocess
import sys
import tempfile
import time

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "talk.c")

OK = 0
OVERFLOW = 1
OUT_OF_MEMORY = 2


def build(directory):
    """Compiles talk.c into the directory; returns the path of the library."""
    library = os.path.join(directory, "libtalk.so")
    compiler = os.environ.get("CC", "cc").split()
    subprocess.run([*compiler, "-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
    return library


def load(path):
    """Opens the library and states the signature of each function. Without it ctypes takes every result for a 32-bit int."""
    library = ctypes.CDLL(path)
    size = ctypes.c_size_t
    for name, parameters, result in (
        ("talk_add", [ctypes.c_int64, ctypes.c_int64, ctypes.POINTER(ctypes.c_int64)], ctypes.c_int32),
        # The joined bytes come back as a plain address: a c_char_p would become bytes at the first NUL, and the address to free is lost.
        ("talk_concatenate", [ctypes.c_char_p, size, ctypes.c_char_p, size, ctypes.POINTER(ctypes.c_void_p)], ctypes.c_int32),
        ("talk_free", [ctypes.c_void_p], None),
        ("talk_primes", [ctypes.POINTER(ctypes.c_uint32), size], ctypes.c_int32),
    ):
        function = getattr(library, name)
        function.argtypes = parameters
        function.restype = result
    return library


def check(status):
    if status == OVERFLOW:
        raise OverflowError("the result does not fit the type of the C function")
    if status == OUT_OF_MEMORY:
        raise MemoryError


class Native:
    """The functions of talk.c as Python functions."""

    def __init__(self, path):
        self._library = load(path)

    def add(self, a, b):
        for number in (a, b):
            if not -(2**63) <= number < 2**63:
                raise OverflowError("an argument does not fit 64 bits")
        result = ctypes.c_int64()
        check(self._library.talk_add(a, b, ctypes.byref(result)))
        return result.value

    def concatenate(self, a, b):
        a = a.encode("utf-8")
        b = b.encode("utf-8")
        joined = ctypes.c_void_p()
        check(self._library.talk_concatenate(a, len(a), b, len(b), ctypes.byref(joined)))
        try:
            return ctypes.string_at(joined, len(a) + len(b)).decode("utf-8")
        finally:
            self._library.talk_free(joined)

    def primes(self, count):
        if count < 0:
            raise ValueError("count is negative")
        result = (ctypes.c_uint32 * count)()
        check(self._library.talk_primes(result, count))
        return list(result)


def add(a, b):
    return a + b


def concatenate(a, b):
    return a + b


def primes(count):
    if count < 0:
        raise ValueError("count is negative")
    found = []
    candidate = 2
    while len(found) < count:
        for prime in found:
            if prime * prime > candidate:
                found.append(candidate)
                break
            if candidate % prime == 0:
                break
        else:
            found.append(candidate)
        candidate += 1
    return found


def seconds_of(function, arguments, calls, runs):
    """The seconds of one call: the best of `runs` runs of `calls` calls each."""
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        for _ in range(calls):
            function(*arguments)
        best = min(best, time.perf_counter() - start)
    return best / calls


def readable(seconds):
    for unit, factor in (("s", 1), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.2f} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def main():
    with tempfile.TemporaryDirectory() as directory:
        native = Native(build(directory))
        rows = [("example", "calls x runs", "Python", "C by ctypes", "Python / C")]
        for name, python_function, native_function, arguments, calls, runs in (
            ("add two integers", add, native.add, (20, 22), 100_000, 5),
            ("concatenate two strings, 12 bytes", concatenate, native.concatenate, ("Run faster, ", "Python!"), 50_000, 5),
            ("concatenate two strings, 1 MB each", concatenate, native.concatenate, ("a" * 10**6, "b" * 10**6), 20, 5),
            ("the first 50,000 primes", primes, native.primes, (50_000,), 1, 2),
            ("the first 100,000 primes", primes, native.primes, (100_000,), 1, 2),
        ):
            if python_function(*arguments) != native_function(*arguments):
                sys.exit(f"talk.py: {name}: the two sides differ")
            python_seconds = seconds_of(python_function, arguments, calls, runs)
            native_seconds = seconds_of(native_function, arguments, calls, runs)
            times = (readable(python_seconds), readable(native_seconds), f"{python_seconds / native_seconds:.2f}")
            rows.append((name, f"{calls} x {runs}", *times))
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))))
    print("Time of one call, best of the runs. A call through ctypes has a price, so C pays where a call does real work.")


if __name__ == "__main__":
    main()
