"""Offsets: where in the text each token stands, in characters or bytes; those of Hugging Face's `tokenizers` for GPT-2."""

import os
import random

import hypothesis
import hypothesis.strategies as st
import pytest

from conftest import MODULES
from exactness_library import ROOT

FOLDER = os.environ.get("TOKEN_RANKER_VOCABULARIES", os.path.join(os.path.dirname(ROOT), "shared", "vocab"))
GPT2 = os.path.join(FOLDER, "huggingface", "gpt2", "tokenizer.json")

pieces = st.one_of(
    st.text(max_size=20),
    st.text(alphabet=st.characters(), max_size=4),
    st.sampled_from(["<|endoftext|>", "漢字", "🧑‍🚀", "தமிழ்", "\ud83d", "\ude00", "hello world", " \n ", "é", "12345"]),
)
texts = st.lists(pieces, max_size=6).map("".join)


def naive_offsets(encoding, text, tokens):
    """Of each token the characters that any of its bytes is of: by the bytes of each character."""
    begins, byte = [], 0
    i = 0
    while i < len(text):
        is_pair = "\ud800" <= text[i] <= "\udbff" and "\udc00" <= text[i + 1 : i + 2] <= "\udfff"
        width = 2 if is_pair else 1
        size = 4 if is_pair else len(text[i].encode("utf-8", "surrogatepass"))
        begins += [(byte, byte + size)] * width
        byte += size
        i += width
    offsets, at = [], 0
    for token in tokens:
        end = at + len(encoding.decode_single_token_bytes(token))
        inside = [i for i, (first, last) in enumerate(begins) if first < end and last > at]
        offsets.append((inside[0], inside[-1] + 1))
        at = end
    return offsets


@pytest.mark.parametrize("name", ["r50k_base", "cl100k_base", "o200k_base"])
@hypothesis.given(text=texts, allowed=st.sampled_from([set(), "all"]))
@hypothesis.settings(max_examples=250, deadline=None)
def test_offsets(name, text, allowed):
    for module in MODULES.values():
        encoding = module.get_encoding(name)
        expected = encoding.encode(text, allowed_special=allowed, disallowed_special=())
        tokens, offsets = encoding.encode_with_offsets(text, allowed_special=allowed)
        assert tokens == expected
        assert offsets == naive_offsets(encoding, text, tokens)
        data = encoding.decode_bytes(tokens)
        tokens, spans = encoding.encode_with_offsets(data, allowed_special=allowed)
        assert tokens == expected
        assert [data[begin:end] for begin, end in spans] == [encoding.decode_single_token_bytes(token) for token in tokens]
        assert [begin for begin, _ in spans] == [0, *[end for _, end in spans]][: len(spans)]
        assert not spans or spans[-1][1] == len(data)


def test_arguments(ranker):
    encoding = ranker.get_encoding("cl100k_base")
    assert encoding.encode_with_offsets("") == ([], [])
    assert encoding.encode_with_offsets(bytearray(b"hi")) == encoding.encode_with_offsets(memoryview(b"hi")) == ([6151], [(0, 2)])
    assert encoding.encode_with_offsets("<|endoftext|>", allowed_special={"<|endoftext|>"}) == ([100257], [(0, 13)])
    with pytest.raises(ValueError, match="disallowed"):
        encoding.encode_with_offsets("<|endoftext|>", disallowed_special="all")
    with pytest.raises(TypeError):
        encoding.encode_with_offsets(None)
    text = "word 漢字 " * 20000  # more than one buffer
    tokens, offsets = encoding.encode_with_offsets(text)
    assert tokens == encoding.encode(text) and offsets[-1][1] == len(text)


@pytest.mark.skipif(not os.path.exists(GPT2), reason="no vocabularies in %s" % FOLDER)
def test_offsets_of_the_other_library(ranker):
    """Equal wherever each character is of whole tokens, and also where it is not: there, too, a token has the whole character."""
    tokenizers = pytest.importorskip("tokenizers", "0.23.3")
    reference = tokenizers.Tokenizer.from_file(GPT2)
    encoding, generator = ranker.Encoding.from_file(GPT2), random.Random(5)
    words = ["Hello", " world", " it's", "  ", "\n\n", " 12345", "漢字", " 🧑‍🚀", "é", "e\u0301", " தமிழ்", "<|endoftext|>", "Z̷̡̛a̸̢", "\t", "...", " ", "\u00a0", "\u2028", "ﷺ", "𝔘"]
    texts = ["", "Hello, world!", "My name is John", "Hey there 🤗", *["".join(generator.choices(words, k=generator.randrange(1, 12))) for _ in range(2000)]]
    for text in texts:
        expected = reference.encode(text, add_special_tokens=False)
        tokens, offsets = encoding.encode_with_offsets(text, allowed_special="all")
        assert tokens == expected.ids
        assert offsets == expected.offsets
