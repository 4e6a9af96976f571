"""The three ctypes examples of bench/talk: C and Python agree, errors are errors, and what C returns is freed."""

import ctypes
import importlib.util
import os
import random
import resource
import shutil

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_spec = importlib.util.spec_from_file_location("talk", os.path.join(ROOT, "bench", "talk", "talk.py"))
talk = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(talk)

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

pytestmark = pytest.mark.skipif(shutil.which(os.environ.get("CC", "cc").split()[0]) is None, reason="no C compiler")


@pytest.fixture(scope="module")
def native(tmp_path_factory):
    return talk.Native(talk.build(str(tmp_path_factory.mktemp("talk"))))


@pytest.mark.parametrize(
    "a, b", [(0, 0), (20, 22), (-1, 1), (2**40, 2**41), (INT64_MAX, 0), (INT64_MIN, 0), (INT64_MAX, INT64_MIN), (INT64_MIN + 1, -1)]
)
def test_add(native, a, b):
    assert native.add(a, b) == talk.add(a, b) == a + b


@pytest.mark.parametrize("a, b", [(INT64_MAX, 1), (INT64_MIN, -1), (INT64_MIN, INT64_MIN), (2**63, 0), (0, -(2**63) - 1), (2**64, 0)])
def test_add_refuses_what_does_not_fit(native, a, b):
    with pytest.raises(OverflowError):
        native.add(a, b)


def test_add_refuses_what_is_no_integer(native):
    with pytest.raises((TypeError, ctypes.ArgumentError)):
        native.add(1.5, 2)


@pytest.mark.parametrize(
    "a, b", [("", ""), ("Run faster, ", "Python"), ("nul\0inside", "\0"), ("Zażółć ", "gęślą 漢字 \U0001f40d"), ("a" * 10**6, "b")]
)
def test_concatenate(native, a, b):
    assert native.concatenate(a, b) == talk.concatenate(a, b) == a + b


def test_concatenate_refuses_what_is_no_text(native):
    with pytest.raises(AttributeError):
        native.concatenate(1, "2")
    with pytest.raises(UnicodeEncodeError):
        native.concatenate("\ud800", "")


def test_concatenate_refuses_sizes_beyond_the_address_space(native):
    joined = ctypes.c_void_p(1)
    status = native._library.talk_concatenate(b"", 2**64 - 1, b"", 2, ctypes.byref(joined))
    assert status == talk.OVERFLOW
    assert joined.value is None


def test_concatenate_frees_its_memory(native):
    text = "x" * 10**6
    for _ in range(10):
        native.concatenate(text, text)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(300):
        native.concatenate(text, text)
    growth_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert growth_kib < 100 * 1024  # 300 results that were not freed would be 600 MB


def test_free_takes_null(native):
    native._library.talk_free(None)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 100, 5000])
def test_primes(native, count):
    assert native.primes(count) == talk.primes(count)


@pytest.mark.parametrize("count, last", [(50_000, 611_953), (100_000, 1_299_709)])
def test_primes_of_the_talk(native, count, last):
    primes = native.primes(count)
    assert len(primes) == count
    assert primes[:10] == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
    assert primes[-1] == last
    for number in random.Random(1).sample(primes, 50):
        assert all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def test_primes_refuses_impossible_counts(native):
    for primes in (native.primes, talk.primes):
        with pytest.raises(ValueError):
            primes(-1)
    assert native._library.talk_primes((ctypes.c_uint32 * 1)(), 203_280_222) == talk.OVERFLOW
