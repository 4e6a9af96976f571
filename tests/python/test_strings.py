"""Strings of every form that Python stores (ASCII, Latin-1, UCS-2, UCS-4), short and long: the tokens of their UTF-8."""

import os

import pytest

import token_ranker

# A word of each form, and text that has no place to cut.
FORMS = {"ascii": "word", "latin1": "wörd", "ucs2": "wőrd漢字", "ucs4": "word😀"}
SIZES = [0, 1, 63, 64, 65, 255, 256, 257, 1000, 43_689, 43_691, 65_536, 131_071, 131_073, 300_000]


@pytest.fixture(scope="module", params=["cl100k_base", "o200k_base", "r50k_base"])
def encoding(request):
    return token_ranker.get_encoding(request.param)


def check(encoding, text, **special):
    data = text.encode()
    expected = encoding.encode_to_array(data, **special).tolist()
    assert encoding.encode_to_array(text, **special).tolist() == expected
    assert encoding.encode(text, disallowed_special=(), **special) == expected
    assert encoding.count(text, **special) == len(expected)
    assert encoding.count(text, limit=len(expected) // 2, **special) == min(len(expected), len(expected) // 2 + 1)
    if not special:
        assert encoding.encode_ordinary(text) == expected
        assert encoding.encode_ordinary_batch([text, "x", text], num_threads=1) == [expected, encoding.encode_ordinary("x"), expected]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", SIZES)
def test_sizes(encoding, form, size):
    words = FORMS[form] + " and " * 3 + FORMS[form] + "\n"
    text = (words * (size // len(words) + 1))[: max(0, size - 4)] + FORMS[form][-4:]
    check(encoding, text)


@pytest.mark.parametrize("character", "é漢😀1!\u0301")
def test_one_long_piece_that_cannot_be_cut(encoding, character):
    check(encoding, character * 150_000)


def test_where_pieces_end(encoding):
    """Words of all lengths, so that pieces end everywhere in them; white space and marks between."""
    ends = ["é ", "漢、", "word ", "Ünd\n", "x  ", "'s ", "12 ", "字。", "\r\n", "A\u0301 ", "「", "\u3000"]
    check(encoding, "".join("wé" * (i % 37) + ends[i % len(ends)] for i in range(30_000)))


def test_special_tokens_where_pieces_end():
    """A special token in which the text could be cut stays whole, wherever it stands."""
    cl100k = token_ranker.get_encoding("cl100k_base")
    special = {"é a b": 200_000, "<|x y z|>": 200_001}
    encoding = token_ranker.Encoding(
        "spaces", pat_str=cl100k._pat_str, mergeable_ranks=cl100k._mergeable_ranks, special_tokens=special
    )
    for shift in range(12):
        text = "é" * shift + "é a b<|x y z|>" * 20_000
        check(encoding, text, allowed_special="all")
        assert encoding.encode(text, allowed_special="all").count(200_000) == 20_000
        with pytest.raises(ValueError):
            encoding.encode(text, allowed_special={"é a b"}, disallowed_special="all")
    with pytest.raises(ValueError):
        encoding.encode("wörd " * 100_000 + "<|x y z|>")


@pytest.mark.parametrize("form", FORMS)
def test_derived_strings(encoding, form):
    class Derived(str):
        pass

    for text in (FORMS[form], FORMS[form] * 50_000):
        expected = encoding.encode_ordinary(text.encode())
        assert encoding.encode_ordinary(Derived(text)) == expected
        assert encoding.count(Derived(text)) == len(expected)
        check(encoding, os.path.join(text, text))
        check(encoding, (text + text)[1:-1])
        hash(text)
        check(encoding, text)


@pytest.mark.parametrize("place", [0, 1, 255, 256, 70_000, 149_999])
def test_lone_surrogates(encoding, place):
    for filler in "aé漢😀":
        text = filler * place + "\ud800" + filler * (150_000 - place)
        assert encoding.encode_ordinary(text) == encoding.encode_ordinary(text.replace("\ud800", "\ufffd"))
        assert encoding.count(text) == encoding.count(text.replace("\ud800", "\ufffd"))
