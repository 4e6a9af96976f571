"""Real text in many languages, and code: the tokens are tiktoken's, with every engine."""

import os

import numpy as np
import pytest
from exactness_library import ENGINES
from exactness_reference import ALL_ENCODINGS, DISTINCT_ENCODINGS, TWIN_OF, ranker, reference
from exactness_texts import corpus_files, read_corpus

LEAST_BYTES = 50_000_000


def compare(name, data):
    """Compares text, and its tokens' text; gives the number of tokens."""
    text = data.decode()
    expected = reference(name).encode_to_numpy(text, disallowed_special=())
    for engine in ENGINES:
        one = ranker(name, engine)
        tokens = one.encode(data)
        if not np.array_equal(tokens, expected):
            report_first_difference(one, tokens, expected, f"{name}, engine {engine}")
        assert one.decode(tokens) == data
    return len(expected)


def report_first_difference(one, tokens, expected, about):
    shorter = min(len(tokens), len(expected))
    at = int(np.flatnonzero(np.append(tokens[:shorter] != expected[:shorter], True))[0])
    before = one.decode(expected[max(0, at - 20) : at])
    raise AssertionError(f"{about}: token {at}, behind {before!r}: {expected[at : at + 8]} expected, {tokens[at : at + 8]} came")


@pytest.mark.parametrize("name", ALL_ENCODINGS)
def test_small_texts(name):
    files = [path for path in corpus_files() if os.path.basename(os.path.dirname(path)) == "corpora"]
    assert len(files) >= 2
    assert sum(compare(name, read_corpus(path)) for path in files) > 1000


def test_parts_of_large_texts():
    # 256 KiB from the middle of each text that is there.
    files = [path for path in corpus_files() if os.path.getsize(path) > 1 << 20]
    if not files:
        pytest.skip("0 texts in corpora/fetched: run corpora/fetch.py")
    compared = 0
    for path in files:
        data = read_corpus(path)
        part = data[len(data) // 2 :][: 1 << 18].decode("utf-8", "ignore").encode()
        compared += sum(compare(name, part) > 0 for name in DISTINCT_ENCODINGS)
    assert compared == len(files) * len(DISTINCT_ENCODINGS)


@pytest.mark.slow
@pytest.mark.parametrize("name", DISTINCT_ENCODINGS)
def test_all_texts(name):
    # The other encodings have the pattern and the vocabulary of one of these: test_exactness_encodings.
    files = corpus_files(LEAST_BYTES)
    if not files:
        found = sum(map(os.path.getsize, corpus_files()))
        pytest.skip(f"{found} of {LEAST_BYTES} bytes of text in corpora: run corpora/fetch.py all")
    total = tokens = 0
    for path in files:
        data = read_corpus(path)
        tokens += compare(name, data)
        total += len(data)
    assert total >= LEAST_BYTES
    assert tokens > total // 10


@pytest.mark.slow
@pytest.mark.parametrize("name", TWIN_OF)
def test_twins_on_one_text(name):
    files = sorted(corpus_files(LEAST_BYTES), key=os.path.getsize)
    if not files:
        pytest.skip(f"less than {LEAST_BYTES} bytes of text in corpora: run corpora/fetch.py all")
    assert compare(name, read_corpus(files[len(files) // 2])) > 0
