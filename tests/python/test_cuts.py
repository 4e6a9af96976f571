"""Cuts: truncate and chunks, against a few lines that say what they are; and counts of many texts."""

import random

import hypothesis
import hypothesis.strategies as st
import pytest

from conftest import MODULES

NAMES = ["gpt2", "r50k_base", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "o200k_harmony"]
pieces = st.one_of(
    st.text(max_size=20),
    st.text(alphabet=st.characters(), max_size=4),
    st.sampled_from(["<|endoftext|>", "<|endof", "漢字", "🧑‍🚀", "தமிழ்", "\ud83d", "\ude00", "hello world", " \n ", "   ", "it's", "AAAa"]),
)
texts = st.lists(pieces, max_size=8).map("".join)
settings = hypothesis.settings(max_examples=150, deadline=None)


def naive_truncate(encoding, text, n, allowed):
    tokens, offsets = encoding.encode_with_offsets(text, allowed_special=allowed)
    if len(tokens) <= n:
        return text
    data = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode() if isinstance(text, str) else text
    for kept in range(n, 0, -1):
        size = sum(len(encoding.decode_single_token_bytes(token)) for token in tokens[:kept])
        part = text[: offsets[kept - 1][1]]
        if size == len(data) or not 0x80 <= data[size] < 0xC0:
            if encoding.count(part, allowed_special=allowed) <= n:
                return part
    return text[:0]


@pytest.mark.parametrize("name", NAMES)
@hypothesis.given(text=texts, n=st.integers(0, 12), allowed=st.sampled_from([set(), "all"]))
@settings
def test_truncate(name, text, n, allowed):
    for module in MODULES.values():
        encoding = module.get_encoding(name)
        part = encoding.truncate(text, n, allowed_special=allowed)
        assert part == naive_truncate(encoding, text, n, allowed)
        data = text.encode("utf-8", "replace")
        assert encoding.truncate(data, n, allowed_special=allowed) == naive_truncate(encoding, data, n, allowed)


def check_chunks(encoding, text, n, overlap):
    chunks = list(encoding.chunks(text, n, overlap=overlap))
    at = 0
    for chunk in chunks:
        assert type(chunk) is type(text)
        assert len(encoding.encode_ordinary(chunk)) <= n
        # It repeats as little or as much as its beginning and the text say.
        repeated = next(size for size in range(len(chunk)) if text.startswith(chunk, at - size))
        if overlap == 0:
            assert repeated == 0
        assert len(encoding.encode_ordinary(chunk[:repeated])) <= overlap
        at += len(chunk) - repeated
        assert repeated < len(chunk)
    assert at == len(text)
    if overlap == 0:
        assert text[:0].join(chunks) == text


@pytest.mark.parametrize("name", NAMES)
@hypothesis.given(text=texts, n=st.integers(4, 12), data=st.data())
@settings
def test_chunks(name, text, n, data):
    for module in MODULES.values():
        encoding = module.get_encoding(name)
        check_chunks(encoding, text, n, 0)
        check_chunks(encoding, text.encode("utf-8", "replace"), n, 0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["🧑‍🚀👩‍👩‍👧", "தமிழ் மொழி ", "Z̷̡̛̛̖a̸̢̛l̶̡g̷̛o̵ ", "word", b"\xff\xfe\xe3\x80", " ", "\n", "it's 12345!  \n"])
def test_chunks_of_hard_texts(ranker, name, kind):
    encoding = ranker.get_encoding(name)
    check_chunks(encoding, kind * (1000000 // len(kind) if kind == "word" else 2000), 500, 0)
    check_chunks(encoding, kind * 50, 4, 0)
    # Of a text without repetition an overlap is seen.
    words = random.Random(3).choices(["alpha", " beta", "漢字", " 🧑‍🚀", "\n\n", " 123", " gamma's", "தமிழ்"], k=300)
    check_chunks(encoding, "".join(f"{word}{i}" for i, word in enumerate(words)), 20, 7)


def test_arguments(ranker):
    encoding = ranker.get_encoding("cl100k_base")
    for n, overlap in ((3, 0), (0, 0), (-1, 0), (8, 4), (8, -1), (5, 3)):
        with pytest.raises(ValueError):
            encoding.chunks("text", n, overlap=overlap)
    with pytest.raises(TypeError):
        encoding.chunks("text", 4.5)
    with pytest.raises(TypeError):
        list(encoding.chunks(None, 4))
    assert list(encoding.chunks("", 4)) == [] and list(encoding.chunks(b"", 4)) == []
    assert list(encoding.chunks("a b c", 2**70, overlap=1)) == ["a b c"]
    assert encoding.truncate("hello world", 2**70) == "hello world"
    assert encoding.truncate(bytearray(b"hello world"), 1) == bytearray(b"hello")
    assert encoding.truncate(memoryview(b"hello world"), 1) == b"hello"
    assert encoding.truncate("<|endoftext|>x", 1, allowed_special="all") == "<|endoftext|>"
    with pytest.raises(ValueError, match="disallowed"):
        encoding.truncate("<|endoftext|>", 1, disallowed_special="all")
    with pytest.raises(ValueError, match="negative"):
        encoding.truncate("text", -1)
    with pytest.raises(TypeError):
        encoding.truncate(None, 1)


def test_count_with_a_limit_follows_the_limit(ranker):
    encoding = ranker.get_encoding("cl100k_base")
    mine = ranker.Encoding("mine", pat_str="[a-z]+|[^a-z]", mergeable_ranks={bytes([i]): i for i in range(256)}, special_tokens={"<end>": 256})
    text = "some words and <more> " * 100000
    for tested in (encoding, mine):
        for limit in (0, 10, 5000):
            assert tested.count(text, limit=limit, allowed_special="all") == limit + 1
            assert tested.count(text[:1000], limit=limit, allowed_special="all") == min(limit + 1, len(tested.encode(text[:1000], allowed_special="all")))


@pytest.mark.parametrize("kind", ["words and 漢字 ", "<|endoftext|>\ud83d\ude00\ud83d", "x" * 5000 + " "])
def test_long_texts_are_cut_as_short_ones(ranker, kind):
    encoding = ranker.get_encoding("o200k_base")
    text = kind * (300000 // len(kind))
    for long_text, short in ((text, text[:60000]), (text.encode("utf-8", "replace"), text[:20000].encode("utf-8", "replace"))):
        for n in (0, 1, 100, 1500):
            assert encoding.truncate(long_text, n, allowed_special="all") == encoding.truncate(short, n, allowed_special="all")
            assert encoding.count(long_text, limit=n, allowed_special="all") == n + 1
        all_tokens = len(encoding.encode(long_text, allowed_special="all"))
        assert encoding.count(long_text, limit=all_tokens, allowed_special="all") == all_tokens
        assert encoding.count(long_text, limit=all_tokens - 1, allowed_special="all") == all_tokens
        assert encoding.truncate(long_text, all_tokens, allowed_special="all") == long_text


threads = st.sampled_from([{}, {"num_threads": None}, {"num_threads": 1}, {"num_threads": 3}])


@pytest.mark.parametrize("name", ["r50k_base", "o200k_base"])
@hypothesis.given(batch=st.lists(texts, max_size=6), threads=threads, allowed=st.sampled_from([set(), "all"]), kind=st.sampled_from([list, tuple, iter]))
@settings
def test_count_batch(name, batch, threads, allowed, kind):
    for module in MODULES.values():
        encoding = module.get_encoding(name)
        expected = [encoding.count(text, allowed_special=allowed) for text in batch]
        assert encoding.count_batch(kind(batch), allowed_special=allowed, **threads) == expected


def test_count_batch_arguments(ranker):
    encoding = ranker.get_encoding("cl100k_base")
    assert encoding.count_batch([b"hello \xff", bytearray(b"a"), "a" * 100000]) == [3, 1, encoding.count("a" * 100000)]
    with pytest.raises(ValueError, match="disallowed"):
        encoding.count_batch(["a", "<|endoftext|>"], disallowed_special="all")
    with pytest.raises(ValueError, match="max_workers"):
        encoding.count_batch(["a"], num_threads=0)
    with pytest.raises(TypeError):
        encoding.count_batch([None])

    class Doubled(ranker.Encoding):
        def count(self, text, **keywords):
            return 2 * super().count(text, **keywords)

    doubled = Doubled("mine", pat_str=".", mergeable_ranks={bytes([i]): i for i in range(256)}, special_tokens={})
    assert doubled.count_batch(["abc", "d"]) == [6, 2]
