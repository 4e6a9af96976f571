"""NFC as tokenizers applies it, by Unicode 9.0.0. The vocabulary is the single bytes, so that the tokens are the bytes of the normalized text."""

import random

import pytest
import tokenizers
import unicodedata2
from exactness_library import load_file
from exactness_texts import SCALARS
from vocabulary_files import NFC, NO_SPLIT, as_bytes, make_file

CONTENTS = as_bytes(make_file(normalizer=NFC, pre_tokenizer=NO_SPLIT))
CONTEXTS = ("%s", "a%s", "%s\u0301", "e\u0323%s\u0301", "\u1100%s", "\uac00%s", "\u0915%s\u093c", "a\u0301%s\u0334b", "%s\u0338", "%s%s")
# Marks of Unicode 10.0 to 16.0, which Unicode 9.0.0 does not know: they stay where they are, and so does what stands behind them.
YOUNG_MARKS = "\u07fd\u0898\u08d3\u0c3c\u0d3b\u1dfa\u1ac1\U0001e08f\U000113ce\U00010d69\U0001e5ee"


@pytest.fixture(scope="module")
def reference():
    return tokenizers.Tokenizer.from_str(CONTENTS.decode())


@pytest.fixture(scope="module")
def ranker():
    return load_file(CONTENTS)


def assert_same(ranker, reference, texts):
    separator = "\n"
    joined = separator.join(texts)
    expected = reference.normalizer.normalize_str(joined)
    got = bytes(ranker.encode(joined.encode()).tolist()).decode()
    if got != expected:
        for text, want, have in zip(texts, expected.split(separator), got.split(separator)):
            assert have == want, ascii(text)
        raise AssertionError("not the same")


@pytest.mark.parametrize("context", CONTEXTS[:3] + tuple(pytest.param(context, marks=pytest.mark.slow) for context in CONTEXTS[3:]))
def test_all_characters(ranker, reference, context):
    texts = [context.replace("%s", chr(c)) for c in SCALARS if c != 0x0A]
    for begin in range(0, len(texts), 100_000):
        assert_same(ranker, reference, texts[begin : begin + 100_000])


def test_young_marks(ranker, reference):
    assert all(unicodedata2.combining(mark) for mark in YOUNG_MARKS)
    texts = [before + mark + after for mark in YOUNG_MARKS for before in ("a", "a\u0301", "\u0344", "e\u0323") for after in ("", "\u0301", "\u0334", "\u0301\u0334")]
    assert_same(ranker, reference, texts)
    for mark in YOUNG_MARKS:
        text = f"a{mark}\u0334"
        assert bytes(ranker.encode(text.encode()).tolist()).decode() == text
    # Composed since Unicode 16.0 only.
    assert bytes(ranker.encode("\U00011935\U00011930".encode()).tolist()).decode() == "\U00011935\U00011930"


def moving_characters():
    return [chr(c) for c in SCALARS if unicodedata2.combining(chr(c)) or unicodedata2.decomposition(chr(c))]


def random_texts(seed, count, longest=40):
    rng = random.Random(seed)
    moving = moving_characters()
    return ["".join(rng.choice(moving) if rng.random() < 0.8 else rng.choice("ae \u1100\u1161\u11a8x") for _ in range(rng.randint(1, longest))) for _ in range(count)]


def test_random_marks(ranker, reference):
    assert_same(ranker, reference, random_texts(1, 20_000))
    assert_same(ranker, reference, random_texts(2, 20_000, 4))


@pytest.mark.slow
def test_more_random_marks(ranker, reference):
    for seed in range(3, 12):
        assert_same(ranker, reference, random_texts(seed, 100_000))


def test_where_the_quick_check_looks_in_blocks(ranker, reference):
    """Marks in every place of a text of ASCII, and long runs of them."""
    texts = [("x" * before) + mark + ("y" * after) for before in range(0, 70) for after in (0, 1, 31, 32, 33, 64) for mark in ("\u0301", "e\u0301", "\u00e9", "\u0344", "\u0301\u0334")]
    assert_same(ranker, reference, texts)
    assert_same(ranker, reference, ["a" + "\u0301\u0334\u0323" * 5000, "\u1100" * 3000 + "\u1161" * 3000, "\u0344" * 5000])


def test_bytes_that_are_no_utf8_change_nothing(ranker):
    for data in (b"\xff", b"e\xff\xcc\x81", b"e\xcc", b"\xcc\x81\xcc", b"\xe1\x84\x80\xe1\x85", b"a\xed\xa0\x80\xcc\x81"):
        assert bytes(ranker.encode(data).tolist()) == data
    assert bytes(ranker.encode(b"\xffe\xcc\x81\xff").tolist()) == b"\xff\xc3\xa9\xff"
