"""The Python file, by each of its ways to call the library: its results are tiktoken's on random text and on real text."""

import os
import random

import pytest
from exactness_reference import ALL_ENCODINGS, PATTERN_ENCODINGS, make_encoding, pattern_of, random_text, reference, single_bytes
from exactness_texts import EDGE_PIECES, SCALARS, corpus_files, read_corpus


def random_texts(seed, names):
    rng = random.Random(seed)
    for i in range(4000):
        if i % 4 == 0:
            yield "".join(chr(code_point) for code_point in rng.choices(SCALARS, k=rng.randrange(12)))
        else:
            text = random_text(rng, EDGE_PIECES, 30)
            yield text + rng.choice(names) + random_text(rng, EDGE_PIECES, 5) if i % 4 == 1 else text


@pytest.mark.parametrize("name", ALL_ENCODINGS)
def test_random_text(ranker, name):
    one, expected = ranker.get_encoding(name), reference(name)
    names = sorted(expected.special_tokens_set)
    texts = list(random_texts(20296, names))
    assert len(texts) == 4000
    for text in texts:
        tokens = expected.encode_ordinary(text)
        assert one.encode_ordinary(text) == tokens
        assert one.encode(text, disallowed_special=()) == tokens
        assert one.decode(tokens) == text
        everything = expected.encode(text, allowed_special="all")
        assert one.encode(text, allowed_special="all") == everything
        assert one.encode_to_numpy(text, allowed_special="all").tolist() == everything
        assert one.decode_with_offsets(everything) == expected.decode_with_offsets(everything)
        assert one.count(text, allowed_special="all") == len(everything)
    assert one.encode_ordinary_batch(texts) == expected.encode_ordinary_batch(texts)
    assert one.encode_batch(texts, allowed_special="all") == expected.encode_batch(texts, allowed_special="all")


@pytest.mark.parametrize("name", ALL_ENCODINGS)
def test_real_text(ranker, name):
    files = [path for path in corpus_files() if os.path.getsize(path) < 1 << 20]
    assert len(files) >= 2
    for path in files:
        text = read_corpus(path).decode()
        tokens = reference(name).encode_ordinary(text)
        assert ranker.get_encoding(name).encode(text, disallowed_special=()) == tokens
        assert ranker.get_encoding(name).decode(tokens) == text


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_encodings_of_the_caller(ranker, name):
    rng = random.Random(20297)
    for case in range(10):
        ranks = single_bytes()
        for _ in range(200):
            piece = random_text(rng, EDGE_PIECES, 2).encode()
            if piece:
                ranks.setdefault(piece, len(ranks))
        specials = {"<s>": len(ranks), "\u6f22": len(ranks) + 5, " ": len(ranks) + 2**20}
        expected = make_encoding(ranks, pattern_of(name), specials)
        one = ranker.Encoding(f"case {case}", pat_str=pattern_of(name), mergeable_ranks=ranks, special_tokens=specials)
        for text in random_texts(20298 + case, ["<s>"]):
            assert one.encode(text, allowed_special={"<s>", " "}, disallowed_special=()) == expected.encode(
                text, allowed_special={"<s>", " "}, disallowed_special=()
            )
