"""The seven encodings are those of tiktoken: patterns, vocabularies, special tokens, single tokens."""

import numpy as np
import pytest
from exactness_library import ANY_PATTERN_ENGINES, ENGINES
from exactness_reference import ALL_ENCODINGS, DISTINCT_ENCODINGS, TWIN_OF, assert_same_joined, ranker, reference


def test_engines():
    assert {"default", "pcre2"} <= set(ENGINES)
    assert set(ANY_PATTERN_ENGINES) == {"default", "pcre2"}
    for name in ALL_ENCODINGS:
        assert [ranker(name, engine).engine for engine in ENGINES if engine != "default"] == list(ENGINES[1:])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ALL_ENCODINGS)
def test_parts(name, engine):
    one, expected = ranker(name, engine), reference(name)
    assert one.pattern == expected._pat_str
    assert one.vocabulary() == expected._mergeable_ranks
    assert dict(zip(one.special_names, one.special_numbers)) == expected._special_tokens
    assert len(one.special_names) == len(expected._special_tokens)
    assert one.max_token == expected.max_token_value


def test_twins():
    # Only because this holds do other tests leave out these encodings.
    assert len(DISTINCT_ENCODINGS) + len(TWIN_OF) == len(ALL_ENCODINGS) == 7
    for name, twin in TWIN_OF.items():
        assert reference(name)._pat_str == reference(twin)._pat_str
        assert reference(name)._mergeable_ranks == reference(twin)._mergeable_ranks
        for engine in ENGINES:
            assert ranker(name, engine).pattern == ranker(twin, engine).pattern
            assert ranker(name, engine).vocabulary() == ranker(twin, engine).vocabulary()


@pytest.mark.parametrize("name", ALL_ENCODINGS)
def test_every_token(name):
    # A token's bytes are that token, as a piece; and the token's bytes as text get the tokens of tiktoken.
    one, expected = ranker(name, "default"), reference(name)
    ranks = expected._mergeable_ranks
    assert len(ranks) > 50000
    for piece, rank in ranks.items():
        assert one.encode_pretoken(piece).tolist() == [rank]
    for piece, rank in ranks.items():
        assert one.decode(np.array([rank])) == piece
    for token in expected._special_tokens.values():
        assert one.decode(np.array([token])) == expected.decode_bytes([token])


@pytest.mark.parametrize("name", DISTINCT_ENCODINGS)
def test_text_of_every_token(name):
    expected = reference(name)
    texts = []
    for piece in expected._mergeable_ranks:
        try:
            texts.append(piece.decode())
        except UnicodeDecodeError:
            continue
    assert len(texts) > 49000
    texts += [a + b for a, b in zip(texts, texts[1:] + texts[:1])]
    assert assert_same_joined(name, texts) == len(texts)
