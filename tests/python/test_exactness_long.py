"""Long texts of one kind, where the time of a naive merge or split is the square of the size or the stack ends."""

import functools
import os
import random

import numpy as np
import pytest
from exactness_library import ENGINES
from exactness_reference import PATTERN_ENCODINGS, ranker, reference

# The reference's stack ends at a million characters of white space in some patterns; this is below.
SIZE = 999_000


def drawn(alphabet):
    return lambda size: "".join(random.Random(20290).choices(alphabet, k=size * len(alphabet) // len(alphabet.encode())))


KINDS = {
    "a": lambda size: "a" * size,
    "A": lambda size: "A" * size,
    "Aa": lambda size: "Aa" * (size // 2),
    "AA…a": lambda size: "A" * (size - 1) + "a",
    "spaces": lambda size: " " * size,
    "spaces and x": lambda size: " " * (size - 1) + "x",
    "newlines": lambda size: "\n" * size,
    "newlines and x": lambda size: "\n" * (size - 1) + "x",
    "newline and spaces": lambda size: "\n" + " " * (size - 2) + "x",
    "crlf": lambda size: "\r\n" * (size // 2),
    "tabs": lambda size: "\t" * size,
    "wide spaces": lambda size: "\u3000" * (size // 3),
    "one CJK character": lambda size: "\u7684" * (size // 3),
    "CJK": drawn("\u6f22\u5b57\u4eee\u540d\u4ea4\u7684\u4e00\u662f"),
    "letters": drawn("abcdefghijklmnopqrstuvwxyz"),
    "cases": drawn("abcXYZ"),
    "letters without case among others": drawn("aA\u6f22\u02b0\u0301\u01c5"),
    "digits": drawn("0123456789"),
    "one digit": lambda size: "7" * size,
    "white space": drawn(" \t\n\r"),
    "white space and x": lambda size: drawn(" \t\n\r")(size - 1) + "x",
    "blanks": drawn(" \t\u3000\xa0"),
    "circumflexes": lambda size: "^" * size,
    "slashes": lambda size: "/" * size,
    "slashes and newlines": lambda size: "/\n" * (size // 2),
    "punctuation": drawn("!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"),
    "apostrophes": lambda size: "'" * size,
    "contractions": lambda size: "'s" * (size // 2),
    "marks": lambda size: "\u0301" * (size // 2),
    "emoji": lambda size: "\U0001f468\u200d\U0001f469\u200d" * (size // 14),
    "words": lambda size: " a" * (size // 2),
    "base64": drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
    "NUL": lambda size: "\x00" * size,
    "unassigned": lambda size: "\u0378" * (size // 2),
}


@functools.lru_cache(maxsize=1)
def text_of(kind, size):
    return KINDS[kind](size)


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_megabyte(kind, name):
    text = text_of(kind, SIZE)
    data = text.encode()
    assert len(data) > 980_000
    expected = reference(name).encode_to_numpy(text, disallowed_special=())
    for engine in ENGINES:
        one = ranker(name, engine)
        tokens = one.encode(data)
        assert np.array_equal(tokens, expected), engine
        assert one.decode(tokens) == data


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_sizes_around_the_limits_of_a_merge(name):
    # Where other merge loops take over, and a little around each power of two.
    sizes = sorted({size + by for size in (64, 96, 100, 128, 256, 1024, 2048, 4096, 8192) for by in (-3, -2, -1, 0, 1, 2, 3, 5, 17)})
    compared = 0
    for kind, make in KINDS.items():
        for size in sizes:
            text = make(size)
            expected = reference(name).encode_ordinary(text)
            for engine in ENGINES:
                assert ranker(name, engine).encode(text.encode()).tolist() == expected, (engine, kind, size)
            compared += 1
    assert compared == len(sizes) * len(KINDS) > 2000


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_engines_agree_beyond_the_reference(kind, name):
    data = text_of(kind, 5_000_000).encode()
    expected = ranker(name, "default").encode(data)
    assert 0 < len(expected) <= len(data)
    assert ranker(name, "default").decode(expected) == data
    for engine in ENGINES:
        assert np.array_equal(ranker(name, engine).encode(data), expected), engine


def available_memory():
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("MemAvailable")) << 10


@pytest.mark.slow
@pytest.mark.parametrize("place", ["alone", "first", "last"])
def test_a_pretoken_of_more_tokens_than_28_bits_count(place):
    if not os.path.exists("/proc/meminfo") or available_memory() < 10 << 30:
        pytest.skip("needs 10 GiB of memory")
    size = (1 << 28) + 10
    one = ranker("cl100k_base", "default")
    assert one.encode(b"\xff" * 20).tolist() == [187] * 20
    before, after = {"alone": (b"", b""), "first": (b"", b"1 a"), "last": (b"1", b"")}[place]
    rest = len(one.encode(before)) + len(one.encode(after))
    assert one.count(before + b"\xff" * size + after) == size + rest
