"""Many texts in one call, on several threads, long ones in parts: the tokens are those of each text on its own."""

import random

import numpy as np
import pytest
from exactness_library import ENGINES
from exactness_reference import DISTINCT_ENCODINGS, PATTERN_ENCODINGS, SEPARATOR, random_text, ranker, reference
from exactness_texts import EDGE_PIECES, corpus_files, read_corpus

THREADS = (0, 1, 2, 3, 7)


def assert_same(name, texts, engines=ENGINES):
    """Compares without special tokens and with all of them."""
    encoding = reference(name)
    data = [text.encode() for text in texts]
    for allow_special in (False, True):
        allowed = "all" if allow_special else set()
        expected = [encoding.encode_to_numpy(text, allowed_special=allowed, disallowed_special=()) for text in texts]
        for engine in engines:
            for threads in THREADS if engine == "default" else (2,):
                tokens, begins = ranker(name, engine).encode_batch(data, allow_special, threads)
                assert begins.tolist() == [0] + np.cumsum([len(part) for part in expected]).tolist()
                assert np.array_equal(tokens, np.concatenate(expected) if expected else []), (engine, threads)


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_texts_of_all_sizes(name):
    rng = random.Random(20295)
    texts = [random_text(rng, EDGE_PIECES, rng.choice([0, 1, 20, 2000])) for _ in range(200)]
    # Long ones, which may be cut: many places between a letter and a blank, also beside and inside of special tokens.
    words = ["a ", " b", "it's ", "I'M ", "x \n", "y  z", SEPARATOR, SEPARATOR + " ", "<|endo ", "\u6f22 ", "\xe9 ", "1 ", "! ", "a\u0301 "]
    texts.append("".join(rng.choices(words, k=300_000)))
    texts += ["a " * 200_000, "no-blank" * 50_000, "", " " * 300_000, "letter " + "\n" * 300_000 + " letter"]
    rng.shuffle(texts)
    assert_same(name, texts)


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["a"], ["", "a b", ""]])
def test_few_texts(texts):
    assert_same("cl100k_base", texts)


@pytest.mark.slow
@pytest.mark.parametrize("name", DISTINCT_ENCODINGS)
def test_all_texts(name):
    # As whole texts and as lines; what single calls give is compared with the reference elsewhere.
    one = ranker(name, "default")
    files = corpus_files()
    assert len(files) >= 2
    data = [read_corpus(path) for path in files]
    expected = np.concatenate([one.encode(text) for text in data])
    for threads in THREADS:
        tokens, begins = one.encode_batch(data, False, threads)
        assert len(begins) == len(data) + 1
        assert np.array_equal(tokens, expected), threads
    lines = [line for text in data for line in text[: 1 << 20].splitlines(keepends=True)]
    parts = [one.encode(line) for line in lines]
    for threads in THREADS:
        tokens, begins = one.encode_batch(lines, False, threads)
        assert np.array_equal(begins, np.cumsum([0] + [len(part) for part in parts]))
        assert np.array_equal(tokens, np.concatenate(parts)), threads
