"""close(), with, threads, fork."""

import gc
import os
import subprocess
import sys
import threading
import time

import pytest

import oracle

BYTES = {bytes([byte]): byte for byte in range(256)}


def make(ranker):
    return ranker.Encoding("own", pat_str=r"\w+|\W", mergeable_ranks=dict(BYTES), special_tokens={"<s>": 300})


CALLS = {
    "encode": lambda encoding: encoding.encode("a"),
    "encode_ordinary": lambda encoding: encoding.encode_ordinary("a"),
    "encode with keywords": lambda encoding: encoding.encode("a", allowed_special={"<s>"}),
    "encode_to_numpy": lambda encoding: encoding.encode_to_numpy("a"),
    "encode_batch": lambda encoding: encoding.encode_batch(["a"]),
    "encode_to_array": lambda encoding: encoding.encode_to_array("a"),
    "encode_ordinary_batch": lambda encoding: encoding.encode_ordinary_batch(["a"]),
    "decode_batch": lambda encoding: encoding.decode_batch([[97]]),
    "decode_bytes_batch": lambda encoding: encoding.decode_bytes_batch([[97]]),
    "encode_with_unstable": lambda encoding: encoding.encode_with_unstable("a"),
    "encode_single_token": lambda encoding: encoding.encode_single_token("a"),
    "count": lambda encoding: encoding.count("a"),
    "decode": lambda encoding: encoding.decode([97]),
    "decode_bytes": lambda encoding: encoding.decode_bytes([97]),
    "decode_with_offsets": lambda encoding: encoding.decode_with_offsets([97]),
    "token_byte_values": lambda encoding: encoding.token_byte_values(),
}


@pytest.mark.parametrize("name", CALLS)
def test_closed_encoding_refuses(ranker, name):
    encoding = make(ranker)
    CALLS[name](encoding)
    encoding.close()
    encoding.close()
    with pytest.raises(ValueError, match="encoding 'own' is closed"):
        CALLS[name](encoding)
    assert repr(encoding) == "<Encoding 'own'>" and encoding.n_vocab == 301


def test_functions_that_outlive_the_encoding(ranker):
    encoding = make(ranker)
    encode, decode, count = encoding.encode, encoding.decode, encoding.count
    encode_batch, decode_batch, encode_to_array = encoding.encode_batch, encoding.decode_batch, encoding.encode_to_array
    assert encode("a<s>", allowed_special="all") == [97, 300]
    encoding.close()
    for call in (
        lambda: encode("a"), lambda: decode([97]), lambda: count("a"), lambda: encode("a", allowed_special={"<s>"}),
        lambda: encode_batch(["a"]), lambda: decode_batch([[97]]), lambda: encode_to_array("a"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="encoding 'own' is closed"):
            call()
    encode = make(ranker).encode  # the encoding itself is gone
    gc.collect()
    assert encode("a<s>", allowed_special={"<s>"}) == [97, 300]
    with pytest.raises(ValueError, match="disallowed special token"):
        encode("<s>")


def test_with_closes(ranker):
    with make(ranker) as encoding:
        assert encoding.encode("a") == [97]
    with pytest.raises(ValueError, match="closed"):
        encoding.encode("a")


def test_registered_encoding_opens_anew(ranker):
    encoding = ranker.get_encoding("p50k_edit")
    encoding.close()
    again = ranker.get_encoding("p50k_edit")
    assert again is not encoding
    assert again.encode("hello world") == [31373, 995]
    assert ranker.get_encoding("p50k_edit") is again


def test_get_encoding_makes_one_object_for_all_threads(ranker):
    ranker.get_encoding("p50k_base").close()
    barrier = threading.Barrier(8)
    found = []

    def get():
        barrier.wait()
        found.append(ranker.get_encoding("p50k_base"))

    run_threads([get] * 8)
    assert len(found) == 8 and len(set(map(id, found))) == 1


def run_threads(targets):
    errors = []

    def guarded(target):
        try:
            target()
        except BaseException as error:  # noqa: B902
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=[target]) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


def test_threads_share_an_encoding(ranker):
    encoding = make(ranker)  # its ints are not yet made
    texts = ["hello world <s> " * size for size in (1, 10, 100, 3000)]
    expected = [encoding.encode_ordinary(text) for text in texts]

    def work():
        for _ in range(30):
            for text, tokens in zip(texts, expected):
                assert encoding.encode(text, disallowed_special=()) == tokens
                assert encoding.encode_to_array(text).tolist() == tokens
                assert encoding.count(text) == len(tokens)
                assert encoding.decode(tokens) == text
            assert encoding.encode_ordinary_batch(texts, num_threads=2) == expected
            assert encoding.decode_batch(expected) == texts

    run_threads([work] * 6)


def test_closing_while_other_threads_call(ranker):
    for _ in range(20):
        encoding = make(ranker)
        text = "hello world " * 5000
        tokens = encoding.encode_ordinary(text)
        started = threading.Semaphore(0)

        def work():
            started.release()
            try:
                while True:
                    assert len(encoding.encode_ordinary(text)) == len(tokens)
                    assert len(encoding.encode_to_array(text)) == len(tokens)
                    assert len(encoding.encode_ordinary_batch([text])[0]) == len(tokens)
                    assert encoding.decode(tokens) == text
            except ValueError as error:
                assert "closed" in str(error)

        def close():
            for _ in range(3):
                started.acquire()
            time.sleep(0.002)
            encoding.close()

        run_threads([work, work, work, close])


@pytest.mark.parametrize("name", ["count", "encode_to_array"])
def test_other_threads_run_during_a_long_call(ranker_builtins, name):
    encoding = ranker_builtins.get_encoding("cl100k_base")
    text = "hello world, this is a text. " * 400_000
    is_running = True
    ticks = 0

    def tick():
        nonlocal ticks
        while is_running:
            ticks += 1
            time.sleep(0.0005)

    thread = threading.Thread(target=tick)
    thread.start()
    time.sleep(0.01)
    before = ticks
    getattr(encoding, name)(text)
    during = ticks - before
    is_running = False
    thread.join()
    assert during >= 3


DAEMONS = """
import sys, threading, time
import token_ranker
sys.setswitchinterval(1e-5)
encoding = token_ranker.get_encoding("cl100k_base")
text, short = "hello world " * 100_000, bytearray(b"hello")
def work():
    while True:
        {}
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
"""


@pytest.mark.parametrize(
    "call",
    [
        "encoding.count(text)",
        "encoding.encode_to_array(text)",
        "encoding.encode_batch([text, text])",
        "encoding.encode(short)",
        "encoding.encode_batch(str(i) for i in range(100))",
    ],
)
def test_program_that_ends_while_daemon_threads_call(call):
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(oracle.token_ranker.__file__)}
    for _ in range(3):
        result = subprocess.run([sys.executable, "-c", DAEMONS.format(call)], env=environment, stderr=subprocess.PIPE, universal_newlines=True)
        assert (result.returncode, result.stderr) == (0, "")


def test_list_that_changes_meanwhile(ranker):
    encoding = make(ranker)
    tokens = [97] * 100_000
    is_running = True

    def change():
        while is_running:
            tokens.append(98)
            del tokens[:2]
            tokens.extend([97, 97])

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(50):
            assert set(encoding.decode_bytes(tokens)) <= {97, 98}
            assert set(encoding.decode_bytes_batch([tokens])[0]) <= {97, 98}
    finally:
        is_running = False
        thread.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
def test_child_of_fork_goes_on(ranker):
    encoding = ranker.get_encoding("cl100k_base")
    expected = encoding.encode("hello world")
    child = os.fork()
    if child == 0:
        os._exit(0 if encoding.encode("hello world") == expected and encoding.decode(expected) == "hello world" else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_multiprocessing_takes_bound_methods(ranker):
    import multiprocessing

    encoding = oracle.token_ranker.get_encoding("r50k_base")
    with multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn").Pool(2) as pool:
        assert pool.map(encoding.encode, ["hello world", "hello"]) == [[31373, 995], [31373]]
