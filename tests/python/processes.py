"""Threads, processes and interpreters that share or pass on encodings, with nothing but the standard library: python processes.py [CASE...]

Finds the module beside the repository's py/ and the library as the module does. Each case raises if something is wrong.
"""

import contextlib
import copy
import importlib
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from concurrent.futures import ProcessPoolExecutor

PY = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "py")
sys.path.insert(0, PY)

import token_ranker

BYTES = {bytes([byte]): byte for byte in range(256)}
WORDS = ("the ", "of\n", "tokens ", "\u6f22\u5b57", "12345", "it's ", "  ", "unbelievable ", "{x}; ", "\U0001f600")
TEXT = "".join(WORDS[(i * i + i // 7) % len(WORDS)] for i in range(40_000))


def own_encoding():
    return token_ranker.Encoding("own", pat_str=r"\w+|\W", mergeable_ranks=dict(BYTES), special_tokens={"<s>": 300})


class Threads:
    """Threads that run functions over and over until the end of a with block, which raises what they raised."""

    def __init__(self, *functions):
        self.is_over = False
        self.errors = []
        self.threads = [threading.Thread(target=self.run, args=(function,)) for function in functions]

    def run(self, function):
        try:
            while not self.is_over:
                function()
        except BaseException as error:
            self.errors.append(error)

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *exception):
        self.is_over = True
        for thread in self.threads:
            thread.join()
        for error in self.errors:
            raise error


# ---- Threads -----------------------------------------------------------------------------------------------------------------------


def check_threads():
    """Sixteen threads, each with two encodings in turn; others are made, used and closed meanwhile; a list changes while it is decoded."""
    encodings = [token_ranker.get_encoding("cl100k_base"), token_ranker.get_encoding("o200k_base")]
    texts = [TEXT[:size] for size in (5, 100, 3000, 50_000)]
    expected = [[encoding.encode(text) for text in texts] for encoding in encodings]
    done = [0]

    def use():
        for i, encoding in enumerate(encodings):
            for text, tokens in zip(texts, expected[i]):
                assert encoding.encode(text) == tokens and encoding.encode_to_array(text).tolist() == tokens
                assert encoding.count(text) == len(tokens) and encoding.decode(tokens) == text
            assert encoding.encode_batch(texts, num_threads=4) == expected[i] and encoding.decode_batch(expected[i]) == texts
        done[0] += 1

    def make_and_close():
        with own_encoding() as own:
            encode = own.encode
            assert encode("a<s>", allowed_special="all") == [97, 300]
        try:
            encode("a")
        except ValueError as error:
            assert "closed" in str(error)
        else:
            raise AssertionError("a closed encoding encoded")

    shared = [97, 98] * 1000

    def change():
        shared.append(97)
        shared.extend([98, 97])
        del shared[:3]

    def decode_changing():
        assert set(encodings[0].decode_bytes(shared)) <= set(encodings[0].decode_bytes([97, 98]))

    with Threads(*[use] * 12, make_and_close, make_and_close, change, decode_changing):
        wait_until(lambda: done[0] >= 12)


def wait_until(is_reached, least=0.5, most=120):
    start = time.monotonic()
    while time.monotonic() < start + least or (not is_reached() and time.monotonic() < start + most):
        time.sleep(0.01)
    assert is_reached()


# ---- Fork --------------------------------------------------------------------------------------------------------------------------


def use_in_child(encoding, own, texts, expected):
    assert encoding.encode(TEXT[:3000]) == encoding.encode_ordinary(TEXT[:3000])
    assert encoding.encode_batch(texts, num_threads=4) == expected
    assert encoding.decode(expected[0]) == texts[0]
    stream = encoding.encoder()
    assert stream.push(texts[0]) + stream.flush() == expected[0]
    assert own.encode("ab") == [97, 98] and own_encoding().encode("ab") == [97, 98]
    assert len(own._mergeable_ranks) == 256 and len(token_ranker.get_encoding("p50k_base")._mergeable_ranks) == 50280
    assert token_ranker.get_encoding("gpt2").encode("hello world") == [31373, 995]
    encoding.close()
    assert token_ranker.get_encoding("cl100k_base").encode("hello world") == [15339, 1917]


def fork_and_wait(function):
    """Calls the function in a child; what hangs there is killed, and its status tells."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork in a process with threads
        child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(100)
            function()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


def check_fork(forks=12):
    """Children of fork use the encodings of their parent and make their own, whatever its threads were doing."""
    encoding, own = token_ranker.get_encoding("cl100k_base"), own_encoding()
    texts = [TEXT[begin : begin + 40_000] for begin in range(0, 120_000, 40_000)]
    expected = [encoding.encode(text) for text in texts]

    def batch():
        assert encoding.encode_batch(texts, num_threads=4) == expected

    def registry():
        token_ranker.get_encoding("gpt2").close()
        assert own.encode("ab") == [97, 98] and own_encoding().encode("a") == [97]

    def ranks():
        p50k = token_ranker.get_encoding("p50k_base")
        assert len(p50k._mergeable_ranks) == 50280
        p50k.close()

    running = [batch, batch, lambda: encoding.encode(texts[0]), registry, ranks]
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        running = []  # each dict and list of such a Python has a lock, which a child may find held for ever
    with Threads(*running):
        for _ in range(forks):
            time.sleep(0.003)
            fork_and_wait(lambda: use_in_child(encoding, own, texts, expected))

    # A lock that another thread holds at that moment.
    is_locked, may_end = threading.Event(), threading.Event()

    def hold():
        with token_ranker._lock:
            is_locked.set()
            may_end.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    is_locked.wait()
    fork_and_wait(lambda: token_ranker.get_encoding("p50k_edit").close())
    may_end.set()
    thread.join()


# ---- Other processes ---------------------------------------------------------------------------------------------------------------


def encode_with(encoding, text):
    return encoding.encode(text)


def encode_and_send(encoding, text, connection):
    connection.send(encoding.encode(text))


def check_start_methods():
    """multiprocessing, in each way to start a process: encodings and their functions as arguments, and made in the child."""
    builtin, own = token_ranker.get_encoding("r50k_base"), own_encoding()
    for method in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            assert pool.map(builtin.encode, ["hello world", "hello"] * 5) == [[31373, 995], [31373]] * 5
            assert pool.map(own.decode, [[97, 98], [300]]) == ["ab", "<s>"]
            assert pool.starmap(encode_with, [(builtin, "hello world"), (own, "ab")]) == [[31373, 995], [97, 98]]
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=encode_and_send, args=(builtin, TEXT[:3000], sender))
        process.start()
        assert receiver.recv() == builtin.encode(TEXT[:3000])
        process.join()
        assert process.exitcode == 0


def executor_works(method):
    """PyPy 7.3.11 misses a method of its own class."""
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as executor:
            return executor.submit(len, "abc").result() == 3
    except AttributeError:
        return False


def check_executors():
    """concurrent.futures.ProcessPoolExecutor, in each way to start a process."""
    builtin, own = token_ranker.get_encoding("r50k_base"), own_encoding()
    for method in multiprocessing.get_all_start_methods():
        if not executor_works(method):
            return "the executors of this Python itself do not work"
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as executor:
            assert list(executor.map(builtin.encode, ["hello world", "hello"])) == [[31373, 995], [31373]]
            assert executor.submit(own.encode, "a<s>", allowed_special="all").result() == [97, 300]
            assert executor.submit(encode_with, own, "ab").result() == [97, 98]
            error = executor.submit(builtin.encode, "<|endoftext|>").exception()
            assert isinstance(error, ValueError) and "disallowed special token" in str(error)


def check_pickling():
    """Every kind of encoding through pickle, copy and deepcopy: the same tokens, and one object for what is registered."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "own.tiktoken")
        with open(path, "wb") as file:
            file.write(token_ranker._rank_file({**BYTES, b"ab": 256}))
        opened = token_ranker.Encoding.from_file(path, pat_str=r"\w+|\W", special_tokens={"<s>": 300})
        ways = [copy.copy, copy.deepcopy]
        ways += [lambda thing, i=i: pickle.loads(pickle.dumps(thing, i)) for i in range(2, pickle.HIGHEST_PROTOCOL + 1)]
        for encoding in (own_encoding(), opened, token_ranker.get_encoding("gpt2")):
            for duplicate in ways:
                other = duplicate(encoding)
                for text in ("ab<s>", TEXT[:300]):
                    assert other.encode(text, allowed_special="all") == encoding.encode(text, allowed_special="all")
                assert (other.name, other.n_vocab, other._pat_str) == (encoding.name, encoding.n_vocab, encoding._pat_str)
                assert other.decode(encoding.encode("ab")) == "ab" and duplicate(encoding.encode)("ab") == encoding.encode("ab")
                if encoding.name != "gpt2":
                    other.close()
            assert encoding.encode("ab") == token_ranker.get_encoding("gpt2").encode("ab") or encoding.name != "gpt2"
        own = own_encoding()
        own.close()
        try:
            pickle.dumps(own)
        except ValueError as error:
            assert "closed" in str(error)
        else:
            raise AssertionError("a closed encoding was pickled")


# ---- Interpreters ------------------------------------------------------------------------------------------------------------------

IN_INTERPRETER = """
import os, sys
sys.path.insert(0, {path!r})
try:
    import token_ranker
    encoding, text = token_ranker.get_encoding("cl100k_base"), "hello world \\u6f22 " * 3000
    tokens = encoding.encode(text)
    for _ in range(50):
        assert encoding.encode("hello world") == [15339, 1917] and encoding.decode([15339, 1917]) == "hello world"
        assert encoding.encode(text) == tokens and encoding.decode(tokens) == text
        assert encoding.encode_batch([text, "hello"], num_threads=2) == [tokens, [15339]]
        assert encoding.count(text) == len(tokens) and encoding.encode_to_array(text).tolist() == tokens
    own = token_ranker.Encoding("own", pat_str=r"\\w+|\\W", mergeable_ranks={{bytes([i]): i for i in range(256)}}, special_tokens={{}})
    assert own.encode("ab") == [97, 98]
    try:
        encoding.encode("<|endoftext|>")
    except ValueError:
        pass
    else:
        raise AssertionError("a special token was not refused")
    result = "built-ins" if token_ranker._library.builtins else "ctypes"
except ImportError as error:
    result = "refused: %s" % error
except BaseException as error:
    result = "wrong: %r" % error
os.write({pipe}, result.encode() + b"\\n")
"""


def interpreters_module():
    for name in ("_interpreters", "_xxsubinterpreters"):
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)


def run_in_interpreter(module, create):
    """What the script says; the interpreter is gone afterwards."""
    receive, send = os.pipe()
    interpreter = create()
    try:
        error = module.run_string(interpreter, IN_INTERPRETER.format(path=PY, pipe=send))
        assert error is None, error
    finally:
        module.destroy(interpreter)
        os.close(send)
    with os.fdopen(receive) as file:
        return file.read().strip()


def check_interpreters():
    """Interpreters of one process, one after another and at the same time: built-ins of their own, or a clear refusal."""
    module = interpreters_module()
    if module is None:
        return "there are no interpreters here"
    if sys.version_info[:2] == (3, 12):
        creates = {"a lock of its own": lambda: module.create(isolated=True), "a shared lock": lambda: module.create(isolated=False)}
    elif module.__name__ == "_interpreters":
        creates = {"a lock of its own": lambda: module.create("isolated"), "a shared lock": lambda: module.create("legacy")}
    else:
        creates = {"a shared lock": module.create}
    encoding = token_ranker.get_encoding("cl100k_base")
    expected = encoding.encode(TEXT)
    said = {}

    def use():
        assert encoding.encode(TEXT) == expected

    for name, create in creates.items():
        results = [run_in_interpreter(module, create) for _ in range(3)]
        with Threads(use):
            threads = [threading.Thread(target=lambda: results.append(run_in_interpreter(module, create))) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert len(results) == 7 and len(set(results)) == 1, results
        said[name] = results[0]
        is_refused_by_ctypes = said[name].startswith("refused: module _ctypes does not support loading in subinterpreters")
        assert said[name] in ("built-ins", "ctypes") or is_refused_by_ctypes, said
    use()
    return ", ".join("%s: %s" % row for row in said.items())


CASES = {
    "threads": check_threads,
    "fork": check_fork,
    "start_methods": check_start_methods,
    "executors": check_executors,
    "pickling": check_pickling,
    "interpreters": check_interpreters,
}


def main():
    for name in sys.argv[1:] or CASES:
        start = time.monotonic()
        said = CASES[name]()
        print("%s: ok in %.1f s%s" % (name, time.monotonic() - start, ": " + said if said else ""), flush=True)


if __name__ == "__main__":
    main()
