"""Any bytes: they come back from decoding, and a byte that is no UTF-8 splits as one character of no class."""

import random

import numpy as np
import pytest
from exactness_library import ENGINES, load_ranks
from exactness_reference import DISTINCT_ENCODINGS, PATTERN_ENCODINGS, SEPARATOR, Splits, make_encoding, pattern_of, ranker, reference
from exactness_texts import EDGE_PIECES

UNASSIGNED = "\u0378"
# Sequences that are nearly UTF-8: stray and missing continuations, overlong forms, surrogates, what lies above U+10FFFF, cut characters.
BAD_SEQUENCES = [
    b"\x80", b"\xbf", b"\xc0", b"\xc1", b"\xc0\x80", b"\xc1\xbf", b"\xc2", b"\xdf", b"\xc3\x28", b"\xe0\x80\x80", b"\xe0\x9f\xbf", b"\xe0",
    b"\xe0\xa0", b"\xe2\x82", b"\xe2\x28\xa1", b"\xe2\x82\x28", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xa0\x81\xed\xb0\x80", b"\xef\xbf",
    b"\xf0\x80\x80\x80", b"\xf0\x8f\xbf\xbf", b"\xf0\x9f\x98", b"\xf0\x9f", b"\xf0", b"\xf0\x28\x8c\xbc", b"\xf0\x90\x28\xbc",
    b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf7\xbf\xbf\xbf", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff",
    b"\xff\xfe", b"\xc5", b"\xc5\xc5\xbf", b"\xbf\xc5\xbf", b"'\xc5", b"'\xbf", b"\xc5\xbf\xbf", b"\xe3\x80", b"\x85", b"\xc2\xc2\x85",
]


def characters_of(data):
    """The bytes of each character, by Python's decoder: a byte that is no UTF-8 is a character."""
    text = data.decode("utf-8", "surrogateescape")
    parts = [c.encode("utf-8", "surrogateescape") for c in text]
    assert b"".join(parts) == data
    return parts


def repaired(data):
    return "".join(UNASSIGNED if 0xDC80 <= ord(c) <= 0xDCFF else c for c in data.decode("utf-8", "surrogateescape"))


def expected_splits(name, samples):
    """tiktoken's splits of the texts in which U+0378 stands for each bad byte, given back as bytes."""
    splits = []
    for data, split in zip(samples, Splits(pattern_of(name), [repaired(data) for data in samples]).pieces):
        characters = characters_of(data)
        pieces, at = [], 0
        for piece in split:
            size = len(piece.decode())
            pieces.append(b"".join(characters[at : at + size]))
            at += size
        assert at == len(characters)
        splits.append(pieces)
    return splits


def bad_samples(seed, count):
    rng = random.Random(seed)
    good = [piece.encode() for piece in EDGE_PIECES]
    for i in range(count):
        if i % 4 == 0:
            yield rng.randbytes(rng.randrange(12))
        else:
            yield b"".join(rng.choice(BAD_SEQUENCES if rng.random() < 0.4 else good) for _ in range(rng.randrange(9)))[:24]


def compare(name, samples):
    for data in samples:
        for engine in ENGINES:
            one = ranker(name, engine)
            assert one.decode(one.encode(data)) == data
    splits = expected_splits(name, samples)
    pieces = 0
    for data, split in zip(samples, splits):
        tokens = [token for piece in split for token in reference(name)._encode_single_piece(piece)]
        for engine in ENGINES:
            one = ranker(name, engine)
            assert one.split(data) == split, (engine, data)
            assert one.encode(data).tolist() == tokens, (engine, data)
        pieces += len(split)
    return pieces


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_bad_bytes_in_random_text(name):
    samples = list(bad_samples(20280, 6000))
    assert sum(repaired(data).encode() != data for data in samples) > 4000
    assert compare(name, samples) > 12000


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_bad_bytes_in_much_random_text(name, part):
    assert compare(name, list(bad_samples(30280 + part, 5000))) > 10000


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_bad_sequences_everywhere(name):
    around = [(b"", b""), (b"a", b"a"), (b" ", b" "), (b"A", b"'s"), (b"1", b"2"), (b"!", b"\n/"), (b"\n", b"\n")]
    around.append((b"\xc3\xa9", b"\xe6\xbc\xa2"))
    bad_parts = BAD_SEQUENCES + [bad + more for bad in BAD_SEQUENCES for more in (b"\xff", b"a\x80")]
    samples = [before + bad + after for before, after in around for bad in bad_parts]
    assert compare(name, samples) > len(samples) == 24 * len(BAD_SEQUENCES)


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_all_pairs_of_bytes(name):
    samples = [bytes([a, b]) for a in range(256) for b in range(256)]
    encoding = reference(name)
    expected = []
    for split in expected_splits(name, samples):
        expected += [token for piece in split for token in encoding._encode_single_piece(piece)] + [encoding.eot_token]
    data = b"".join(sample + SEPARATOR.encode() for sample in samples)
    for engine in ENGINES:
        tokens = ranker(name, engine).encode(data, [SEPARATOR])
        assert np.array_equal(tokens, expected), engine
        assert ranker(name, engine).decode(tokens) == data
    assert expected.count(encoding.eot_token) == 65536


@pytest.mark.parametrize("name", DISTINCT_ENCODINGS)
def test_any_bytes_come_back(name):
    rng = random.Random(20281)
    compared = 0
    for engine in ENGINES:
        one = ranker(name, engine)
        for size in list(range(130)) + [1000, 4095, 4096, 4097, 100_000, 1_000_003]:
            repeated = [b"\xff" * size, b"\xf0\x9f\x98" * (size // 3), rng.choice(BAD_SEQUENCES) * (size // 8)]
            for data in [rng.randbytes(size), bytes(size)] + repeated:
                tokens = one.encode(data)
                assert one.decode(tokens) == data
                assert len(tokens) <= len(data)
                spans = one.pretokenize(data)
                assert covers(spans, len(data))
                compared += 1
    assert compared == 136 * 5 * len(ENGINES)


def covers(spans, size):
    """Whether the spans follow each other without gaps from 0 to size and none is empty."""
    flat = spans.reshape(-1)
    if not len(flat):
        return size == 0
    return flat[0] == 0 and flat[-1] == size and np.array_equal(flat[1:-1:2], flat[2::2]) and bool((spans[:, 0] < spans[:, 1]).all())


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_engines_agree_on_long_random_bytes(name):
    rng = random.Random(20282)
    good = [piece.encode() for piece in EDGE_PIECES]
    for _ in range(10):
        data = b"".join(rng.choice(BAD_SEQUENCES if rng.random() < 0.1 else good) for _ in range(30000))
        expected = ranker(name, "pcre2").pretokenize(data)
        assert len(expected) > 15000
        for engine in ENGINES:
            assert np.array_equal(ranker(name, engine).pretokenize(data), expected), engine


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_one_bad_byte_changes_nothing_elsewhere(name):
    # Replacing a bad byte by any other bad one leaves the split as it is.
    rng = random.Random(20283)
    for _ in range(2000):
        before = "".join(rng.choices(EDGE_PIECES, k=5)).encode()
        after = "".join(rng.choices(EDGE_PIECES, k=5)).encode()
        for engine in ENGINES:
            splits = {tuple(map(len, ranker(name, engine).split(before + bad + after))) for bad in (b"\x80", b"\xff", b"\xc0", b"\xf8")}
            assert len(splits) == 1


# Pretokens of every size, which a cache may tell apart by their first bytes, their size and a mark: NUL, bytes that no UTF-8 has, and
# pretokens that are the beginnings of others.


def pieces_of_one_size(rng, size):
    for filler in (b"\x00", b"\xff", b"\xf8", b"!", b"\x01"):
        yield filler * size
        for last in (0x00, 0x01, 0x21, 0x7F, *range(0xF5, 0x100)):
            yield filler * (size - 1) + bytes([last])
            yield bytes([last]) + filler * (size - 1)
    for _ in range(20):
        yield bytes(rng.choices([0, 1, 0x21, 0x40, 0xF8, 0xF9, 0xFE, 0xFF], k=size))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", DISTINCT_ENCODINGS)
def test_pieces_of_every_size(name, engine):
    rng = random.Random(20284)
    one, encoding = ranker(name, engine), reference(name)
    pieces = sorted({piece for size in [*range(1, 36), 63, 64, 65, 127, 128, 129, 255, 256] for piece in pieces_of_one_size(rng, size)})
    tokens = {piece: encoding._encode_single_piece(piece) for piece in pieces}
    for piece in pieces:
        # None has a letter, a number or white space: between letters each is a pretoken, as long as letters do not join it.
        assert one.split(b"1" + piece + b"1") == [b"1", piece, b"1"]
    number = encoding._encode_single_piece(b"1")
    for _ in range(3):
        rng.shuffle(pieces)
        expected = [token for piece in pieces for token in tokens[piece] + number]
        assert one.encode(b"".join(piece + b"1" for piece in pieces)).tolist() == expected
    for piece in pieces:
        assert one.encode(piece).tolist() == tokens[piece]
    assert len(pieces) > 4000


def test_more_pieces_than_a_cache_holds():
    # Each piece is one of sixty thousand; the text comes twice, and parts of it again.
    rng = random.Random(20285)
    ranks = reference("cl100k_base")._mergeable_ranks
    words = ["".join(rng.choices("etaoinshrdlu\u6f22\u0301ABC", k=rng.choice([2, 5, 8, 9, 15, 17, 40, 130]))) for _ in range(60_000)]
    text = " ".join(words + words[::-1] + words[::1000] * 20)
    expected = make_encoding(ranks, pattern_of("cl100k_base")).encode_to_numpy(text)
    for engine in ENGINES:
        one = load_ranks(ranks, pattern_of("cl100k_base"), None, engine)
        assert np.array_equal(one.encode(text.encode()), expected)
        assert np.array_equal(one.encode(text.encode()), expected)
