"""The built-ins and the methods in Python are twins, and both do what tiktoken does, for texts and tokens of every kind."""

import hypothesis
import hypothesis.strategies as st
import pytest

import oracle
from comparison import outcome
from conftest import MODULES

SPECIALS = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>", "<|endofprompt|>"]
NAMES = ["r50k_base", "cl100k_base", "o200k_base"]

pieces = st.one_of(
    st.text(max_size=20),
    st.text(alphabet=st.characters(), max_size=5),  # lone surrogates too
    st.sampled_from(SPECIALS + ["<|endof", "|>", "\ud83d", "\ude00", " ", "\n", "'s", "漢字", "hello world", "\0"]),
)
texts = st.lists(pieces, max_size=8).map("".join)
some_specials = st.sets(st.sampled_from(SPECIALS + ["nope"]))
keywords = st.fixed_dictionaries(
    {},
    optional={
        "allowed_special": st.one_of(st.just("all"), some_specials, some_specials.map(frozenset)),
        "disallowed_special": st.one_of(st.just("all"), st.just(()), some_specials, st.just(["h", "<|endoftext|>"])),
    },
)
settings = hypothesis.settings(max_examples=400, deadline=None)


@pytest.mark.parametrize("name", NAMES)
@hypothesis.given(text=texts, keywords=keywords)
@settings
def test_encode(name, text, keywords):
    expected = outcome(oracle.get_encoding(name).encode, text, **keywords)
    if expected[0] == "ValueError":
        # Which of two disallowed texts at the same place is named depends on hashes there.
        expected = ("ValueError",)
    for module in MODULES.values():
        assert outcome(module.get_encoding(name).encode, text, **keywords)[: len(expected)] == expected


@pytest.mark.parametrize("name", NAMES)
@hypothesis.given(text=texts)
@settings
def test_encode_ordinary(name, text):
    expected = oracle.get_encoding(name).encode_ordinary(text)
    for module in MODULES.values():
        encoding = module.get_encoding(name)
        assert encoding.encode_ordinary(text) == expected
        assert encoding.count(text) == len(expected)
        assert encoding.encode_to_numpy(text, disallowed_special=()).tolist() == expected


@hypothesis.given(data=st.binary(max_size=100), keywords=keywords, limit=st.none() | st.integers(0, 50))
@settings
def test_bytes_and_count(data, keywords, limit):
    results = []
    for module in MODULES.values():
        encoding = module.get_encoding("cl100k_base")
        results.append((outcome(encoding.encode, data, **keywords), outcome(encoding.count, data, limit=limit, **keywords)))
        assert encoding.decode_bytes(encoding.encode_ordinary(data)) == data
    assert results[0] == results[1]
    (kind, tokens), (_, count) = results[0]
    if kind == "value" and "disallowed_special" in keywords:
        assert count == (len(tokens) if limit is None else min(len(tokens), limit + 1))


tokens = st.lists(st.one_of(st.integers(0, 50256), st.integers(-2, 2**33), st.sampled_from([True, 2**32 - 1, 2**32, 2**64, 1.5, "1", None])))


@hypothesis.given(tokens=st.one_of(tokens, st.lists(st.integers(0, 50256), max_size=600)), errors=st.sampled_from(["replace", "strict", "ignore", "nope"]))
@settings
def test_decode(tokens, errors):
    reference = oracle.get_encoding("r50k_base")
    for module in MODULES.values():
        encoding = module.get_encoding("r50k_base")
        for kind in (list, tuple):
            for call, arguments in (("decode", (errors,)), ("decode", ()), ("decode_bytes", ())):
                expected = outcome(getattr(reference, call), kind(tokens), *arguments)
                actual = outcome(getattr(encoding, call), kind(tokens), *arguments)
                assert actual[0] == expected[0]
                if expected[0] not in ("OverflowError",):  # beyond 64 bits the message is another
                    assert actual == expected


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 2047, 2048, 2049, 16383, 16384, 16385, 100_000])
@pytest.mark.parametrize("unit", ["a", "é", "漢", "\U0001f600", " x", "\n"])
def test_sizes_at_which_a_call_goes_another_way(size, unit):
    text = (unit * size)[:size]
    expected = oracle.get_encoding("cl100k_base").encode_ordinary(text)
    for module in MODULES.values():
        encoding = module.get_encoding("cl100k_base")
        assert encoding.encode_ordinary(text) == encoding.encode(text) == encoding.encode(text.encode()) == expected
        assert encoding.count(text) == len(expected)
        assert encoding.decode(expected) == encoding.decode(tuple(expected)) == text


@pytest.mark.parametrize("text", ["漢" * 100_000 + "\ud83d", "\ud83d\ude00" * 50_000])
def test_long_text_with_surrogates(ranker, text):
    repaired = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    encoding = ranker.get_encoding("cl100k_base")
    assert encoding.encode(text) == encoding.encode(repaired)


def test_str_subclass_is_a_str(ranker):
    class Name(str):
        pass

    encoding = ranker.get_encoding("r50k_base")
    assert encoding.encode(Name("hello world")) == encoding.encode_ordinary(Name("hello world")) == [31373, 995]
    assert encoding.decode([31373], Name("strict")) == "hello"


def test_int_subclasses_are_tokens(ranker):
    class Token(int):
        pass

    encoding = ranker.get_encoding("r50k_base")
    assert encoding.decode([Token(31373)]) == "hello"


def test_token_beyond_the_kept_ints(ranker):
    encoding = ranker.Encoding(
        "far", pat_str=r"\w+|\W", mergeable_ranks={bytes([byte]): byte for byte in range(256)}, special_tokens={"<s>": 4_000_000_000}
    )
    assert encoding.encode("a<s>", allowed_special="all") == [97, 4_000_000_000]
    assert encoding.decode([97, 4_000_000_000]) == "a<s>"


def test_built_ins_look_like_methods(ranker_builtins):
    import inspect

    encoding = ranker_builtins.get_encoding("r50k_base")
    assert inspect.isbuiltin(encoding.encode) and encoding.encode.__name__ == "encode"
    assert str(inspect.signature(encoding.encode_ordinary)) == "(text)"
    assert str(inspect.signature(encoding.decode)) == "(tokens, errors='replace')"
    assert "Encoding.count" in encoding.count.__doc__
