"""Three tokenizers agree: token_ranker, tiktoken, and the slow and obvious one of tests/reference.

The third reads the patterns by itself, so a mistake that the two others share by copying an idea would show.
"""

import os
import random
import sys

import pytest

import oracle
import token_ranker

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))

import educational_bpe  # noqa: E402
import educational_split  # noqa: E402

NAMES = ["r50k_base", "p50k_base", "cl100k_base", "o200k_base"]

TRICKY = [
    "", "'", "''", "' s", "'ſ", "x'ſ", "x'ſ y'S Z'LL z'Ll q'VE'rE'D'm", "don't DON'T 'tis ''s", "K'K \u212a'\u212a", "ABC's ABC'S ǅ's ʰ'll",
    " ", "  ", "\n", " \n", " \n ", "a ", "a\n", "a  \n b", "a  \n ", "\r\n\r\n", "  \r\n  x",
    "\t\tif x:\n\t\t\treturn  1\n\n", " \u00a0\u3000x",
    "\u2028y", "x\x85y\x85 \x85", "\u180e x \u180e", "\u200d\u200b\u00ad\ufeff", "!!!\r\n\n/x", "//\n/", "a/b//\r\n/", "a. b, c!? (d)\n",
    "12345678", "1 2  3   4", "²³¹¼", "Ⅷ½²٣x", "١٢٣٤٥", "HELLOworld", "helloWORLD", "DŽdžDz", "ǅǆǲ", "ABCʰdef", "ʰʰ'sX", "İıſ\u212a\u0149",
    "a\u0301b \u0301c A\u0301'll e\u0301\u0301\u0301A\u0301B", "漢字かなカナ한국어ไทย हिन्दी עברית عربي",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd",
    "it\U00010940\U00010940's x", "\U0001e4d0 \U0002ebf0\U000105c0\u1c89\U00010940\U000323b0\u0378", "<|endoftext|>", "\0\x01\x7f\0",
]  # fmt: skip

ALPHABET = (
    list("sSdDmMtTlLvVeErRkK'’ \r\n\t/!a.A01")
    + ["\u017f", "\u212a", "\x85", "\u2028", "\u00a0", "\u3000", "\u180e", "ǅ", "ʰ", "漢", "\u0301", "Ⅷ", "½", "²", "٣", "\u200d", "\u0149"]
    + ["\u0378", "\U00010940", "\U0001e4d0", "  ", "'s", "\r\n", "é", "É", "ß", "İ", "ı", "ﬁ", "\u00ad", "\ufeff", "한", "\U0001f600", "ª"]
)


def context(c):
    """A character in the places where its class matters."""
    return f"a{c}B1{c} {c}\n{c}'s!{c}{c} A{c}a '{c} "


def educational_encode(name):
    ranks = oracle.get_encoding(name)._mergeable_ranks
    split = educational_split.splitter(name)
    return lambda text: educational_bpe.encode(text, ranks, split)


def check_equal(name, texts):
    educational = educational_encode(name)
    reference = oracle.get_encoding(name)
    ranker = token_ranker.get_encoding(name)
    for text in texts:
        expected = educational(text)
        assert reference.encode_ordinary(text) == expected, repr(text)
        assert ranker.encode_ordinary(text) == expected, repr(text)


def test_the_baseline_knows_the_unicode_version_of_the_reference():
    assert educational_split.unidata_version == "16.0.0"


@pytest.mark.parametrize("name", NAMES)
def test_tricky_texts(name):
    check_equal(name, (before + text + after for text in TRICKY for before in ("", "a", " ", "\n") for after in ("", " ", "\n", "b", " b")))


@pytest.mark.parametrize("name", NAMES)
def test_random_mixes_of_class_edges(name):
    chance = random.Random(20240917)
    sizes = (1, 2, 3, 4, 5, 6, 8, 12, 24, 63, 64, 65)
    check_equal(name, ("".join(chance.choices(ALPHABET, k=chance.choice(sizes))) for _ in range(3000)))


@pytest.mark.parametrize("name", NAMES)
def test_code_points(name):
    """Every character of the Basic Multilingual Plane's first 8192, and one in 97 of the others."""
    code_points = [*range(0x2000), *range(0x2000, 0xD800, 97), *range(0xE000, 0x110000, 97)]
    check_equal(name, (context(chr(code_point)) for code_point in code_points))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["r50k_base", "cl100k_base", "o200k_base"])
def test_all_code_points(name):
    code_points = [*range(0xD800), *range(0xE000, 0x110000)]
    check_equal(name, ("".join(map(context, map(chr, code_points[i : i + 16]))) for i in range(0, len(code_points), 16)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["lyrics.txt", "code_of_conduct.txt"])
def test_texts_of_the_talk(name, text):
    with open(os.path.join(ROOT, "corpora", text), encoding="utf-8", newline="") as file:
        check_equal(name, [file.read()])


@pytest.mark.parametrize("name", NAMES)
def test_bytes_that_are_no_utf_8(name):
    """tiktoken takes no bytes; a byte outside UTF-8 is a character of no class, in token_ranker and in the baseline."""
    educational = educational_encode(name)
    ranker = token_ranker.get_encoding(name)
    chance = random.Random(20240918)
    parts = [b"a", b" ", b"\n", b"'s", b"1", b"!", b"A", b"\xff", b"\x80", b"\xc3", b"\xe6\xbc", b"\xed\xa0\x80", b"\xf0\x9f\x98"]
    parts.append("漢é\u0301".encode())
    texts = [b"".join(chance.choices(parts, k=chance.choice((1, 2, 3, 5, 8, 20)))) for _ in range(3000)]
    all_tokens = []
    for text in texts:
        tokens = educational(text)
        assert ranker.encode_ordinary(text) == tokens, text
        assert ranker.decode_bytes(tokens) == text
        all_tokens += tokens
    assert educational_bpe.decode(all_tokens, oracle.get_encoding(name)._mergeable_ranks) == b"".join(texts)


def test_rank_file(tmp_path):
    path = tmp_path / "tiny.tiktoken"
    path.write_bytes(b"YQ== 0\nYg== 1\nYWI= 2\n")
    assert educational_bpe.read_rank_file(path) == {b"a": 0, b"b": 1, b"ab": 2}
    assert educational_bpe.encode("abba", educational_bpe.read_rank_file(path), lambda text: [text]) == [2, 1, 0]
