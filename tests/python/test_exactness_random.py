"""Random mixes of what patterns ask about: tokens and splits are tiktoken's, with every engine."""

import os
import random

import pytest
from exactness_library import ENGINES, ROOT
from exactness_reference import (
    DISTINCT_ENCODINGS,
    PATTERN_ENCODINGS,
    SEPARATOR,
    Splits,
    assert_same_apart,
    assert_same_joined,
    pattern_of,
    random_text,
    ranker,
    reference,
)
from exactness_texts import EDGE_CHARACTERS, EDGE_PIECES, SCALARS, in_batches, is_scalar
from hypothesis import HealthCheck, configuration, given, settings
from hypothesis import strategies as st

configuration.set_hypothesis_home_dir(os.path.join(ROOT, ".cache", "hypothesis"))


def mixed_texts(seed, count):
    """Half of them from single characters, some from a few of them, the rest from pieces and from all of Unicode."""
    rng = random.Random(seed)
    for i in range(count):
        if i % 8 == 0:
            alphabet = rng.choices(EDGE_PIECES, k=3)
        elif i % 8 == 1:
            alphabet = [chr(code_point) for code_point in rng.choices(SCALARS, k=8)] + [" ", "'", "\n"]
        else:
            alphabet = EDGE_PIECES if i % 8 < 4 else EDGE_CHARACTERS
        text = random_text(rng, alphabet, 100 if i % 16 == 0 else 20)
        yield text if SEPARATOR not in text else ""


def compare(name, seed, count):
    compared = 0
    texts = list(mixed_texts(seed, count))
    for batch in in_batches(texts, 50000):
        compared += assert_same_joined(name, batch)
    assert compared == count


@pytest.mark.parametrize("name", DISTINCT_ENCODINGS)
def test_tokens(name):
    compare(name, 20261, 60000)


@pytest.mark.slow
@pytest.mark.parametrize("name", DISTINCT_ENCODINGS)
@pytest.mark.parametrize("seed", range(4))
def test_tokens_of_a_million(name, seed):
    compare(name, seed, 250000)


@pytest.mark.parametrize("name", DISTINCT_ENCODINGS)
def test_tokens_in_calls_of_their_own(name):
    assert assert_same_apart(name, list(mixed_texts(20262, 15000))) == 15000


def compare_splits(name, seed, count):
    rng = random.Random(seed)
    compared = 0
    for _ in range(count // 1000):
        texts = [random_text(rng, EDGE_CHARACTERS if i % 2 else EDGE_PIECES, 14) for i in range(1000)]
        compared += Splits(pattern_of(name), texts).assert_same()
    assert compared == count * len(ENGINES)


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_splits(name):
    compare_splits(name, 20263, 8000)


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_splits_of_many(name):
    compare_splits(name, 20264, 100000)


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_every_text_of_few_characters(name):
    # One character of each kind: all texts of up to four, of those kinds that ask for each other up to six.
    kinds = ["a", "A", "\u01c5", "\u6f22", "\u0301", "1", " ", "\n", "\r", "\u3000", "'", "s", "/", "!", "\u017f"]
    texts = [""]
    for _ in range(4):
        texts = [""] + [text + c for text in texts for c in kinds]
    few = [""]
    for _ in range(6):
        few = [""] + [text + c for text in few for c in ["a", "A", "\u6f22", " ", "\n", "'"]]
    texts = sorted(set(texts) | set(few))
    assert len(texts) > 15**4 + 6**6
    assert assert_same_joined(name, texts) == len(texts)


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_positions_around_blocks(name):
    # Everything at every place of a block of 64 bytes and across its edge.
    rng = random.Random(20265)
    texts = []
    for offset in range(130):
        for piece in EDGE_PIECES:
            filler = rng.choice(["a", "A", " ", "\u6f22", "1", "!", "\n", "ab "])
            count, rest = divmod(offset, len(filler.encode()))
            texts.append(filler * count + "x" * rest + piece + rng.choice(EDGE_PIECES))
    assert assert_same_joined(name, texts) == len(texts) == 130 * len(EDGE_PIECES)
    assert assert_same_apart(name, texts[::7]) > 2000


edge_text = st.lists(st.sampled_from(EDGE_PIECES), max_size=60).map("".join)
any_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)
repeated_text = st.lists(st.tuples(st.sampled_from(EDGE_PIECES), st.integers(1, 70)), max_size=8).map(
    lambda runs: "".join(piece * count for piece, count in runs)
)


@pytest.mark.parametrize("name", DISTINCT_ENCODINGS)
def test_tokens_by_hypothesis(name):
    seen = []

    @settings(max_examples=500, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(edge_text, any_text, repeated_text, st.tuples(any_text, edge_text).map("".join)))
    def check(text):
        seen.append(text)
        expected = reference(name).encode_ordinary(text)
        for engine in ENGINES:
            one = ranker(name, engine)
            tokens = one.encode(text.encode())
            assert tokens.tolist() == expected
            assert one.decode(tokens) == text.encode()

    check()
    assert len(seen) >= 500


def test_the_alphabet_is_complete():
    assert all(is_scalar(ord(c)) for c in EDGE_CHARACTERS)
    needed = "\u017f\u212a'\u2019\r\n\x85\u2028\xa0\u3000\u01c5\u02b0\u6f22\u0301\u2167\xbd\xb2\u0663\u200d\u0149\u0378\U00010940\U0001e4d0"
    assert set(needed) <= set(EDGE_CHARACTERS)
    assert len({pattern_of(name) for name in PATTERN_ENCODINGS}) == 3
