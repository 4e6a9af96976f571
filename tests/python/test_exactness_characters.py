"""Every character in every kind of neighbourhood: tokens and splits are tiktoken's, with every engine."""

import functools

import numpy as np
import pytest
from exactness_library import ENGINES, load_ranks
from exactness_reference import (
    PATTERN_ENCODINGS,
    Splits,
    assert_joined_same,
    assert_same_apart,
    assert_same_joined,
    joined_reference_tokens,
    make_encoding,
    pattern_of,
    ranker,
    seam_ranks,
    ways_to_split,
)
from exactness_texts import SCALARS, UNICODE_17_LETTERS, YOUNG_LETTERS, category, class_edges, in_batches, is_scalar, sampled_scalars

# (before, between, after): before + c + between + c + after, or before + c + after where between is None.
CONTEXTS = (
    ("", None, ""),  # alone
    ("a", None, ""),  # after a letter
    ("", None, "a"),  # before a letter
    ("", "", ""),  # doubled
    ("", None, "'s"),  # before a contraction
    ("1", None, "2"),  # between digits
    ("", None, "\n"),  # before a newline
    ("", None, "/"),  # before a slash
    (" ", None, ""),  # after a space
    ("A", None, "b"),  # between cases
    ("'", None, ""),  # after an apostrophe
    ("!", None, "\n/"),  # after punctuation, before what may follow it
    ("", " ", ""),  # on both sides of a space
    ("\t", None, "x"),  # between white space and a letter
    ("\n", "\n", ""),  # on both sides of a newline
    ("  ", None, "  "),  # between white space
)
# The characters that a run of `pytest` tries; `pytest -m slow` tries all.
SAMPLE = sampled_scalars(17)
BATCH = 16384


def place(context, code_point):
    before, between, after = context
    c = chr(code_point)
    return before + c + after if between is None else before + c + between + c + after


def test_the_sample_is_large_enough():
    assert len(CONTEXTS) >= 8
    assert len(SAMPLE) > 65000
    assert len(class_edges()) > 2000
    assert all(is_scalar(code_point) for code_point in SAMPLE)
    assert set(map(ord, UNICODE_17_LETTERS + YOUNG_LETTERS)) <= set(SCALARS)


def compare_tokens(name, code_points):
    compared = 0
    for batch in in_batches(code_points, BATCH):
        compared += assert_same_joined(name, [place(context, code_point) for context in CONTEXTS for code_point in batch])
    assert compared == len(CONTEXTS) * len(code_points)


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_tokens(name):
    compare_tokens(name, SAMPLE)


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_tokens_of_all_characters(name):
    compare_tokens(name, SCALARS)


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_tokens_of_short_texts_in_calls_of_their_own(name):
    code_points = sorted(set(SAMPLE[::29]) | set(range(0x180)))
    texts = [place(context, code_point) for context in CONTEXTS for code_point in code_points]
    assert assert_same_apart(name, texts) == len(CONTEXTS) * len(code_points) > 30000


# Tokens say little about splits where the bytes of a character merge with nothing. A vocabulary of seams shows every split.

SEAM_SEPARATOR = "<|>"


@functools.lru_cache(maxsize=1)
def seams():
    return seam_ranks([(before, between or "", after) for before, between, after in CONTEXTS])


def test_seams_tell_all_splits_apart():
    ranks = seams()
    compared = 0
    one = load_ranks(ranks, pattern_of("r50k_base"))
    for context in CONTEXTS:
        for code_point in [0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF] + SAMPLE[500::397]:
            ways = list(ways_to_split(place(context, code_point)))
            tokens = {tuple(np.concatenate([one.encode_pretoken(piece.encode()) for piece in way]).tolist()) for way in ways}
            assert len(tokens) == len(ways), (context, hex(code_point))
            compared += len(ways)
    assert compared > 10000


def compare_splits(name, code_points):
    ranks = seams()
    separator = len(ranks)
    encoding = make_encoding(ranks, pattern_of(name), {SEAM_SEPARATOR: separator})
    rankers = [(engine, load_ranks(ranks, pattern_of(name), {SEAM_SEPARATOR: separator}, engine)) for engine in ENGINES]
    compared = 0
    for batch in in_batches(code_points, BATCH):
        texts = [place(context, code_point) for context in CONTEXTS for code_point in batch]
        expected = joined_reference_tokens(encoding, texts, SEAM_SEPARATOR)
        assert np.count_nonzero(expected == separator) == len(texts) - 1
        data = SEAM_SEPARATOR.join(texts).encode()
        for engine, one in rankers:
            assert_joined_same(expected, one.encode(data, [SEAM_SEPARATOR]), texts, separator, f"{name}, engine {engine}")
        compared += len(texts)
    assert compared == len(CONTEXTS) * len(code_points)


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_splits(name):
    compare_splits(name, [code_point for code_point in SAMPLE if code_point >= 0x80])


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_splits_of_all_characters(name):
    compare_splits(name, SCALARS[0x80:])


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_splits_of_ascii(name):
    texts = [place(context, code_point) for context in CONTEXTS for code_point in range(0x80)]
    assert Splits(pattern_of(name), texts).assert_same() == 128 * len(CONTEXTS) * len(ENGINES)


# Letters of a Unicode version after 16.0 are none.


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_unicode_version(name, engine):
    one = ranker(name, engine)
    for c in YOUNG_LETTERS:
        assert category(ord(c))[0] == "L"
        assert one.split(f"1{c}{c}x's".encode())[1].startswith(f"{c}{c}x".encode())
    for c in UNICODE_17_LETTERS:
        assert category(ord(c)) == "Cn"
        assert one.split(f"it{c}{c}'s x".encode()) == [b"it", f"{c}{c}'".encode(), b"s", b" x"]
