"""Streams: text and tokens that arrive in parts give what the whole gives."""

import os
import random
import threading

import hypothesis
import hypothesis.strategies as st
import pytest

from conftest import MODULES
from exactness_library import ROOT

NAMES = ["r50k_base", "cl100k_base", "o200k_base", "o200k_harmony"]
SPECIALS = ["<|endoftext|>", "<|fim_prefix|>", "<|endofprompt|>"]
FOLDER = os.environ.get("TOKEN_RANKER_VOCABULARIES", os.path.join(os.path.dirname(ROOT), "shared", "vocab"))
QWEN = os.path.join(FOLDER, "huggingface", "qwen3", "tokenizer.json")
settings = hypothesis.settings(max_examples=150, deadline=None)

parts = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=st.characters(), max_size=4),  # lone surrogates too
    st.sampled_from(SPECIALS + ["<|endof", "text|>", "\ud83d", "\ude00", "  ", "\n \n", "'s", "漢字", "hello", " wor", "ld", "\0"]),
)


def stream(encoder, pieces):
    tokens = []
    for piece in pieces:
        tokens += encoder.push(piece)
    return tokens + encoder.flush()


@pytest.mark.parametrize("name", NAMES)
@hypothesis.given(pieces=st.lists(parts, max_size=10), allowed=st.sampled_from([set(), "all", {"<|endoftext|>"}]))
@settings
def test_encoder_gives_the_tokens_of_the_whole(name, pieces, allowed):
    for module in MODULES.values():
        encoding = module.get_encoding(name)
        allowed_here = allowed if allowed == "all" else {text for text in allowed if text in encoding.special_tokens_set}
        whole = encoding.encode("".join(pieces), allowed_special=allowed_here, disallowed_special=())
        encoder = encoding.encoder(allowed_special=allowed_here)
        assert stream(encoder, pieces) == whole
        assert stream(encoder, "".join(pieces)) == whole  # again, one character at a time
        data = encoding.decode_bytes(whole)
        assert stream(encoder, [data[i : i + 1] for i in range(len(data))]) == encoding.encode(data, allowed_special=allowed_here, disallowed_special=())


def test_encoder_takes_bytes_and_surrogates_in_turn(ranker):
    encoding = ranker.get_encoding("cl100k_base")
    assert stream(encoding.encoder(), ["a\ud83d", b"b", "\ude00\ud83d", "\ude00", memoryview(b"\xf0\x9f"), bytearray(b"\x98\x80"), "\ud83d"]) == encoding.encode(
        "a\ufffd".encode() + b"b" + "\ufffd😀😀\ufffd".encode()
    )
    for wrong in (None, 1, ["a"]):
        with pytest.raises(TypeError):
            encoding.encoder().push(wrong)


def test_encoder_refuses_text_across_parts(ranker):
    encoding = ranker.get_encoding("cl100k_base")
    encoder = encoding.encoder(disallowed_special="all")
    first = encoder.push("some text <|endof")
    with pytest.raises(ValueError, match="disallowed special token '<|endoftext|>'"):
        encoder.push("text|> and more")
    # Nothing was taken.
    assert first + encoder.push("words") + encoder.flush() == encoding.encode("some text <|endofwords")
    encoder = encoding.encoder(disallowed_special=["nope", "h"])
    encoder.push("n")
    encoder.push("op")
    with pytest.raises(ValueError, match="'nope'"):
        encoder.push("e")
    encoder = encoding.encoder(allowed_special={"<|endoftext|>"}, disallowed_special="all")
    assert stream(encoder, "a<|endoftext|>") == [64, 100257]
    with pytest.raises(ValueError):
        stream(encoder, "<|fim_prefix|>")


def test_encoder_of_one_long_word_byte_by_byte(ranker):
    encoding = ranker.get_encoding("o200k_base")
    text = "a" * 50000
    assert stream(encoding.encoder(), text) == encoding.encode(text)


def test_streams_of_a_closed_encoding(ranker):
    encoding = ranker.Encoding("mine", pat_str="[a-z]+|[^a-z]", mergeable_ranks={bytes([i]): i for i in range(256)}, special_tokens={})
    encoder, decoder = encoding.encoder(), encoding.decoder()
    assert encoder.push("ab ") == [97, 98, 32]
    encoding.close()
    for call in (lambda: encoder.push("a"), encoder.flush, lambda: decoder.push(97), decoder.flush, encoding.encoder, encoding.decoder):
        with pytest.raises(ValueError, match="closed"):
            call()
    del encoding, encoder, decoder  # in any order


def test_streams_in_many_threads(ranker):
    encoding = ranker.get_encoding("cl100k_base")
    text = "The quick brown fox, 12345 times: 漢字かな\n\n" * 200
    expected, failures = encoding.encode(text), []
    shared = encoding.encoder()

    def work(seed):
        sizes = random.Random(seed)
        pieces, at = [], 0
        while at < len(text):
            size = sizes.randrange(1, 300)
            pieces.append(text[at : at + size])
            at += size
        if stream(encoding.encoder(), pieces) != expected:
            failures.append(seed)
        for piece in pieces:  # in no order, but without harm
            shared.push(piece)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


tokens_of_bytes = st.lists(st.integers(0, 255), max_size=40)


@hypothesis.given(tokens=st.one_of(tokens_of_bytes, st.lists(st.integers(0, 50256), max_size=20)), cuts=st.randoms(use_true_random=False))
@settings
def test_decoder_gives_the_text_of_the_whole(tokens, cuts):
    for module in MODULES.values():
        encoding = module.get_encoding("r50k_base")
        expected = encoding.decode_bytes(tokens).decode("utf-8", "replace")
        decoder = encoding.decoder()
        assert "".join([decoder.push(token) for token in tokens]) + decoder.flush() == expected
        at, text = 0, ""
        while at < len(tokens):
            size = cuts.randrange(0, 5)
            text += decoder.push(iter(tokens[at : at + size]))
            at += size
        assert text + decoder.flush() == expected


def test_decoder_never_gives_half_a_character(ranker):
    encoding = ranker.get_encoding("r50k_base")
    text = "naïve 漢字 🧑‍🚀 தமிழ்"
    decoder, seen = encoding.decoder(), ""
    for token in encoding.encode(text):
        seen += decoder.push(token)
        assert text.startswith(seen)
    assert decoder.flush() == "" and seen == text


def test_decoder_refuses_what_is_no_token(ranker):
    encoding = ranker.get_encoding("r50k_base")
    decoder = encoding.decoder()
    half = encoding.encode("漢")[:1]
    assert decoder.push(half) == ""
    with pytest.raises(KeyError, match="50257"):
        decoder.push([31373, 50257])
    for wrong, error in ((-1, OverflowError), (2**32, OverflowError), ("1", TypeError), (1.5, TypeError), (None, TypeError), ([1.5], TypeError)):
        with pytest.raises(error):
            decoder.push(wrong)
    assert decoder.push([]) == ""
    assert decoder.push(encoding.encode("漢")[1:]) == "漢"
    import numpy

    assert decoder.push(numpy.array([31373, 995])) == "hello world"
    assert decoder.push(numpy.uint32(995)) == " world"


@pytest.mark.skipif(not os.path.exists(QWEN), reason="no vocabularies in %s" % FOLDER)
def test_tokenizer_json(ranker):
    encoding = ranker.Encoding.from_file(QWEN)
    text = "<think>e\u0301 a\u030a\u0323 word</think> <|im_start|>  \n 가각 12345 'S" * 20
    whole = encoding.encode(text, allowed_special="all")
    assert stream(encoding.encoder(allowed_special="all"), text) == whole
    assert stream(encoding.encoder(allowed_special="all"), [text.encode()[i : i + 1] for i in range(len(text.encode()))]) == whole
    tokens, offsets = encoding.encode_with_offsets(text, allowed_special="all")
    assert tokens == whole and offsets[0] == (0, 7) and all(begin < end for begin, end in offsets)
