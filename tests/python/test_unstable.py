"""encode_with_unstable and _encode_bytes do what tiktoken does."""

import hypothesis
import hypothesis.strategies as st
import pytest

import oracle

# That something follows a blank has as many completions as there are words.
BLANKS = [" ", "  ", "today\n ", "hello world ", " \u00a0", "x \x85"]
TEXTS = [
    "", "h", "hello fanta", "\n", "\n\n", "x\n\n", "today\n \n", "a \t\n", "0", "123", "a1b", "'", "it's", "!", " !",
    "漢", "漢字かな", "\U0001f600", "\U0001f468\u200d", "e\u0301", "\u3000", "\x1c", "a\x1f", "\u2028", "<|endoftext|>", "<|endof",
    "hello<|endoftext|>", "hello<|endoftext|> x", "\0", "def f():\n    ret", "https://exa", "qqqq", "Straße",
]  # fmt: skip


def as_sets(result):
    stable, completions = result
    assert type(stable) is list and type(completions) is list and all(type(completion) is list for completion in completions)
    as_set = set(map(tuple, completions))
    assert len(as_set) == len(completions)
    return stable, as_set


def check_completions(ranker, name, text, **keywords):
    ours = as_sets(ranker.get_encoding(name).encode_with_unstable(text, **keywords))
    assert ours == as_sets(oracle.get_encoding(name).encode_with_unstable(text, **keywords))


@pytest.mark.parametrize("name", ["r50k_base", "cl100k_base", "o200k_base"])
@pytest.mark.parametrize("text", TEXTS)
def test_completions(ranker, name, text):
    for keywords in (dict(allowed_special="all"), dict(disallowed_special=()), dict(allowed_special={"<|endoftext|>"})):
        check_completions(ranker, name, text, **keywords)


@pytest.mark.parametrize("name", ["r50k_base", "cl100k_base"])
@pytest.mark.parametrize("text", BLANKS)
def test_completions_of_blanks(ranker_builtins, name, text):
    check_completions(ranker_builtins, name, text)


@hypothesis.given(text=st.text(alphabet=st.sampled_from("ab0 \n\t'sé漢\u00a0!."), max_size=8))
@hypothesis.settings(max_examples=30, deadline=None)
def test_completions_of_random_texts(text):
    check_completions(oracle.token_ranker, "r50k_base", text)


# "abcd" is a token that no merges make.
RANKS = {**{bytes([byte]): byte for byte in range(256)}, b"ab": 256, b" a": 257, b"abcd": 258, b"\xff\xfe": 259, b"a\xff\xfe": 260, b"\xffab\xff": 261}


@hypothesis.given(data=st.lists(st.sampled_from([b"a", b"b", b"c", b"d", b" ", b"\n", b"abc", b"\xff", b"\xfe", b"\xe2\x82", "é".encode(), b"1"]), max_size=8))
@hypothesis.settings(max_examples=300, deadline=None)
def test_own_encoding_with_a_token_that_no_merges_make(data):
    data = b"".join(data)
    definition = dict(pat_str=r" ?\w+|\s+|.", mergeable_ranks=RANKS, special_tokens={"<s>": 300})
    ours, theirs = oracle.token_ranker.Encoding("own", **definition), oracle.tiktoken.Encoding("own", **definition)
    assert ours._encode_bytes(data) == theirs._encode_bytes(data)
    text = data.decode("utf-8", "replace")
    assert as_sets(ours.encode_with_unstable(text)) == as_sets(theirs.encode_with_unstable(text))


@pytest.mark.parametrize("name", ["r50k_base", "cl100k_base", "o200k_base"])
@hypothesis.given(data=st.lists(st.one_of(st.binary(max_size=6), st.text(max_size=6).map(str.encode), st.sampled_from([b"\n", b" ", b"\t", b"a"])), max_size=6))
@hypothesis.settings(max_examples=300, deadline=None)
def test_encode_bytes(name, data):
    data = b"".join(data)
    assert oracle.token_ranker.get_encoding(name)._encode_bytes(data) == oracle.get_encoding(name)._encode_bytes(data)
