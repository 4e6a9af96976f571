"""Every call once, with nothing but the standard library: python smoke.py. For the Pythons in which the test packages are not installed.

Finds the module beside the repository's py/ and the library as the module does.
"""

import array
import gc
import gzip
import os
import pickle
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "py"))

import token_ranker


def raises(kind, call, *arguments, **keywords):
    try:
        call(*arguments, **keywords)
    except kind as error:
        return str(error)
    raise AssertionError("%s was not raised" % kind.__name__)


def check_encoding(enc):
    assert enc.encode("hello world") == enc.encode_ordinary(text="hello world") == enc.encode(b"hello world") == [15339, 1917]
    assert enc.encode(bytearray(b"hello")) == enc.encode(memoryview(b"hello")) == [15339]
    assert enc.encode("") == [] and enc.count("") == 0
    assert enc.encode("hello <|endoftext|>", allowed_special="all") == [15339, 220, 100257]
    assert enc.encode("hello <|endoftext|>", allowed_special={"<|endoftext|>"}) == [15339, 220, 100257]
    assert enc.encode("<|endoftext|>", disallowed_special=()) == enc.encode_ordinary("<|endoftext|>") == [27, 91, 8862, 728, 428, 91, 29]
    assert "disallowed special token '<|endoftext|>'" in raises(ValueError, enc.encode, "hello <|endoftext|>")
    assert "disallowed special token 'b'" in raises(ValueError, enc.encode, "abc", disallowed_special=["b"])
    assert "'None' is not an instance of 'str'" in raises(TypeError, enc.encode_ordinary, None)
    raises(TypeError, enc.encode, "a", allowed_special=["x"])
    raises(TypeError, enc.encode, "a", nothing=1)
    raises(TypeError, enc.encode)
    assert enc.encode("\ud83d\udc4d") == enc.encode("\U0001f44d") == [9468, 239, 235]
    assert enc.encode("\ud83d") == enc.encode("\ufffd")
    assert enc.count("hello world<|endoftext|>") == 9 and enc.count("hello world", limit=0) == 1
    assert enc.encode_batch(["hello", "world"]) == [[15339], [14957]] == enc.encode_ordinary_batch(["hello", "world"])
    assert enc.encode_batch(text for text in ("hello", b"world", "\ud83d\udc4d")) == [[15339], [14957], [9468, 239, 235]]
    assert enc.encode_batch(["<|endoftext|>"], allowed_special={"<|endoftext|>"}, num_threads=None) == [[100257]]
    assert "disallowed special token" in raises(ValueError, enc.encode_batch, ["a", "<|endoftext|>"])
    assert "max_workers must be" in raises(ValueError, enc.encode_batch, ["a"], num_threads=0)
    raises(TypeError, enc.encode_batch, ["a", None])
    tokens = enc.encode_to_array("hello world<|endoftext|>")
    assert tokens.tolist() == enc.encode_ordinary("hello world<|endoftext|>") and tokens.readonly and tokens.format == "I"
    assert len(enc.encode_to_array("")) == 0 and enc.encode_to_array("<|endoftext|>", allowed_special="all")[0] == 100257
    assert enc.encode_single_token("hello") == 15339
    assert 9906 in [completion[0] for completion in enc.encode_with_unstable("Hel")[1]]
    assert enc._encode_bytes(b" \xec\x8b\xa4\xed") == [62085]
    assert enc.decode([15339, 1917]) == enc.decode((15339, 1917), errors="strict") == "hello world"
    assert enc.decode_bytes([15339]) == b"hello" and enc.decode(range(3)) == '!"#'
    assert "Invalid token for decoding: 999999" in raises(KeyError, enc.decode, [999999])
    raises(OverflowError, enc.decode, [-1])
    raises(TypeError, enc.decode, {1})
    raises(TypeError, enc.decode, [1.0])
    raises(UnicodeDecodeError, enc.decode, [239], "strict")
    assert enc.decode_with_offsets([15339, 1917, 100257]) == ("hello world<|endoftext|>", [0, 5, 11])
    assert enc.decode_batch([[15339], (1917,), range(2)], num_threads=2) == ["hello", " world", '!"']
    assert enc.decode_bytes_batch(iter([[15339], []])) == [b"hello", b""]
    raises(KeyError, enc.decode_batch, [[0], [999999]], errors="strict")
    assert enc.decode_tokens_bytes([15339]) == [b"hello"]
    assert enc.n_vocab == 100277 and enc.eot_token == 100257 and enc.is_special_token(100257)
    assert len(enc.token_byte_values()) == 100256
    assert pickle.loads(pickle.dumps(enc)).__dict__ is enc.__dict__
    assert pickle.loads(pickle.dumps(enc.encode))("hello") == [15339]
    for text in ("漢字かな \U0001f600" * 3000, "hello world " * 3000, "é" * 2048, "\0" * 5):
        tokens = enc.encode(text)
        assert enc.encode(text.encode("utf-8")) == tokens and enc.decode(tokens) == text and enc.count(text) == len(tokens)
        assert enc.encode_to_array(text).tolist() == tokens and enc.encode_batch([text, ""] * 20) == [tokens, []] * 20
    data = bytes(range(128, 256)) * 1000  # nearly a token for each byte
    assert enc.encode_to_array(data).tolist() == enc.encode(data) and enc.decode_bytes(enc.encode(data)) == data


def check_counts_of_references(enc):
    text, tokens = "漢字 hello", enc.encode("hello world")
    calls = (
        lambda: enc.encode(text),
        lambda: enc.encode(text, disallowed_special={"<|endoftext|>"}),
        lambda: enc.encode_to_array(text * 3000, allowed_special={"<|endoftext|>"}),
        lambda: enc.encode_batch(iter([text, text])),
        lambda: raises(TypeError, enc.encode_batch, [text, None]),
        lambda: enc.decode(tokens),
        lambda: enc.decode_batch([tokens, tuple(tokens)]),
        lambda: raises(KeyError, enc.decode, [tokens[0], 999999]),
        lambda: raises(TypeError, enc.encode, text, nothing=text),
    )
    for call in calls:
        call()
        if hasattr(sys, "getrefcount"):
            before = [sys.getrefcount(thing) for thing in (text, tokens[0], tokens)]
            for _ in range(500):
                call()
            gc.collect()
            assert [sys.getrefcount(thing) for thing in (text, tokens[0], tokens)] == before


def check_own_encoding():
    ranks = {bytes([byte]): byte for byte in range(256)}
    with token_ranker.Encoding("own", pat_str=r"\w+|\W", mergeable_ranks=ranks, special_tokens={"<s>": 300}) as enc:
        encode = enc.encode
        assert encode("a<s>", allowed_special="all") == [97, 300]
        assert pickle.loads(pickle.dumps(enc)).encode("ab") == [97, 98]

        def work():
            for _ in range(200):
                assert enc.decode(enc.encode("hello world")) == "hello world"

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert "closed" in raises(ValueError, encode, "a") and "closed" in raises(ValueError, enc.decode, [97])
    raises(ValueError, token_ranker.Encoding, "bad", pat_str="(", mergeable_ranks=ranks, special_tokens={})


def check_files():
    """Text, JSON Lines, gzip, documents that are read in parts, and the outputs that need nothing."""
    folder = tempfile.mkdtemp()
    text = b"hello world, \xe6\xbc\xa2\xe5\xad\x97 and \xff bytes\n" * 3000
    contents = {"a.txt": text, "b.txt.gz": gzip.compress(text), "c.jsonl": b'{"text": "hello world"}\n\n{"text": "hello"}'}
    for name, data in contents.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    token_ranker._WINDOW_SIZE = token_ranker._RECORDS_SIZE = 1000
    enc = token_ranker.get_encoding("gpt2")
    whole = token_ranker.encode_files(os.path.join(folder, "*.[tg][xz]*"), enc, output_format="raw")
    paths, out = [result.path for result in whole], os.path.join(folder, "out")
    documents = token_ranker.encode_files(paths, enc, out, separator="\n", append_token="<|endoftext|>")
    for one, other in zip(whole, documents):
        assert (one.documents, other.documents, one.bytes) == (1, 3000, len(text))
        with open(one.tokens_path, "rb") as file:
            assert array.array("I", file.read()).tolist() == enc.encode_ordinary(text)
        with open(other.tokens_path, "rb") as file:
            expected = array.array("I", (enc.encode_ordinary(text.split(b"\n")[0]) + [50256]) * 3000).tobytes()
            assert file.read()[128:] == expected
    (lines,) = token_ranker.count_files(os.path.join(folder, "c.jsonl"), enc)
    assert (lines.documents, lines.bytes, lines.tokens) == (2, 16, 3)
    shutil.rmtree(folder)


def nanoseconds(call, *arguments):
    times = []
    for _ in range(20):
        start = time.perf_counter()
        for _ in range(1000):
            call(*arguments)
        times.append(time.perf_counter() - start)
    return min(times) * 1e6


def main():
    library = token_ranker._library
    has_builtins = library.builtins is not None
    for use_builtins in (True, False):
        token_ranker._library = library if use_builtins else token_ranker._open_library(next(token_ranker._library_paths()), use_builtins=False)
        token_ranker.ENCODINGS.clear()
        enc = token_ranker.get_encoding("cl100k_base")
        assert ("encode" in vars(enc)) == (use_builtins and has_builtins)
        check_encoding(enc)
        check_counts_of_references(enc)
        check_own_encoding()
        check_files()
        del enc
        token_ranker.ENCODINGS.clear()
        gc.collect()
        enc = token_ranker.get_encoding("cl100k_base")
        way = "built-ins" if use_builtins and has_builtins else "ctypes"
        encode, decode = nanoseconds(enc.encode, "hello world!"), nanoseconds(enc.decode, [15339, 1917, 0])
        print("%s %s: ok with %s; 12 bytes: encode %d ns, decode %d ns" % (sys.implementation.name, sys.version.split()[0], way, encode, decode))
    assert token_ranker.install_as_tiktoken().get_encoding("gpt2").encode("hello world") == [31373, 995]


if __name__ == "__main__":
    main()
