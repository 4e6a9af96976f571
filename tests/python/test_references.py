"""The built-ins take and give references as Python's own functions do."""

import gc
import itertools
import sys
import tracemalloc

import pytest

BYTES = {bytes([byte]): byte for byte in range(256)}
FAR = 70_000  # a token whose int object only the encoding and its lists hold
NAME = "<s>"


def make(ranker, **changes):
    return ranker.Encoding(
        "own", **{**dict(pat_str=r"\w+|\W", mergeable_ranks=BYTES, special_tokens={"<s>": FAR, "<t>": 3_000_000}), **changes}
    )


def repeat(call, times=1000):
    for _ in itertools.repeat(None, times):
        try:
            call()
        except Exception:
            pass


CALLS = {
    "encode_ordinary": lambda enc, text: enc.encode_ordinary(text),
    "encode_ordinary of keyword": lambda enc, text: enc.encode_ordinary(text=text),
    "encode": lambda enc, text: enc.encode(text),
    "encode all": lambda enc, text: enc.encode(text, allowed_special="all"),
    "encode none": lambda enc, text: enc.encode(text, disallowed_special=()),
    "encode of set": lambda enc, text: enc.encode(text, allowed_special={NAME}),
    "encode of two sets": lambda enc, text: enc.encode(text, allowed_special=frozenset([NAME]), disallowed_special=["<t>"]),
    "encode refuses": lambda enc, text: enc.encode(text + "<s>"),
    "encode refuses in list": lambda enc, text: enc.encode(text + "<s>", disallowed_special=["<s>"]),
    "encode of bad keyword": lambda enc, text: enc.encode(text, foo=1),
    "encode of bad set": lambda enc, text: enc.encode(text, allowed_special=[1]),
    "encode of bad text": lambda enc, text: enc.encode(None),
    "encode of surrogates": lambda enc, text: enc.encode(text + "\ud83d"),
    "encode of bytes": lambda enc, text: enc.encode(text.encode()),
    "encode of bytearray": lambda enc, text: enc.encode(bytearray(text.encode())),
    "count": lambda enc, text: enc.count(text),
    "count to limit": lambda enc, text: enc.count(text, limit=3),
    "count to bad limit": lambda enc, text: enc.count(text, limit="x"),
    "encode_to_array": lambda enc, text: enc.encode_to_array(text),
    "encode_to_array refuses": lambda enc, text: enc.encode_to_array(text + "<s>", disallowed_special="all"),
    "encode_to_array of bad text": lambda enc, text: enc.encode_to_array(None),
    "encode_to_numpy": lambda enc, text: enc.encode_to_numpy(text),
    "encode_batch": lambda enc, text: enc.encode_batch([text, "<s>"], allowed_special={"<s>"}, num_threads=2),
    "encode_batch of other kinds": lambda enc, text: enc.encode_batch((bytearray(b"a"), text + "\ud83d", text.encode())),
    "encode_batch of iterator": lambda enc, text: enc.encode_batch(iter([text, text])),
    "encode_batch refuses": lambda enc, text: enc.encode_batch(iter([text, "<s>"])),
    "encode_batch of bad text": lambda enc, text: enc.encode_batch([text, None]),
    "encode_batch of nothing": lambda enc, text: enc.encode_batch(None),
    "encode_batch of bad threads": lambda enc, text: enc.encode_batch([text], num_threads=0),
    "encode_batch of failing iterator": lambda enc, text: enc.encode_batch(text if i < 3 else 1 // 0 for i in range(5)),
    "encode_ordinary_batch": lambda enc, text: enc.encode_ordinary_batch([text, text, "<s>"], num_threads=None),
    "encode_ordinary_batch of bad keyword": lambda enc, text: enc.encode_ordinary_batch([text], allowed_special="all"),
    "decode_batch": lambda enc, text: enc.decode_batch([[FAR, 97], (FAR,), range(97, 99)], errors="strict", num_threads=2),
    "decode_batch of unknown": lambda enc, text: enc.decode_batch([[97], [FAR, 99_999]]),
    "decode_batch of nothing": lambda enc, text: enc.decode_batch(None),
    "decode_bytes_batch": lambda enc, text: enc.decode_bytes_batch(iter([[FAR, 97], b"a"])),
    "decode_bytes_batch of bad keyword": lambda enc, text: enc.decode_bytes_batch([[FAR]], errors="strict"),
    "decode": lambda enc, text: enc.decode([FAR, 97]),
    "decode of tuple": lambda enc, text: enc.decode((FAR, 97), "strict"),
    "decode of keyword": lambda enc, text: enc.decode(tokens=[FAR], errors="ignore"),
    "decode of unknown": lambda enc, text: enc.decode([FAR, 99_999]),
    "decode of text": lambda enc, text: enc.decode(["x"]),
    "decode strict": lambda enc, text: enc.decode([255], errors="strict"),
    "decode of bad errors": lambda enc, text: enc.decode([255], errors=5),
    "decode_bytes": lambda enc, text: enc.decode_bytes([FAR, 97]),
    "decode_bytes of set": lambda enc, text: enc.decode_bytes({FAR}),
}


@pytest.mark.parametrize("text", ["hello", "漢字 é", "x" * 300, "é" * 5000, "a" * 40_000], ids=len)
@pytest.mark.parametrize("name", CALLS)
def test_nothing_is_kept_or_lost(ranker_builtins, name, text):
    encoding = make(ranker_builtins)
    call = CALLS[name]
    far = encoding.encode("<s>", allowed_special="all")[0]
    held = [text, NAME, far, encoding, encoding._core_bpe, None, encoding.encode, 97]
    repeat(lambda: call(encoding, text), 20)  # whatever is made on first use
    gc.collect()
    before = [sys.getrefcount(thing) for thing in held]
    times = 30 if len(text) > 1000 else 200
    repeat(lambda: call(encoding, text), times)
    after = [sys.getrefcount(thing) for thing in held]
    # Other parts of Python use None and small ints too: a count that is wrong by one in each call shows nevertheless.
    assert [max(abs(b - a) - 20, 0) for a, b in zip(before, after)] == [0] * len(held)


def test_ints_are_shared_and_counted(ranker_builtins):
    encoding = make(ranker_builtins)
    tokens = encoding.encode("<s>" * 100, allowed_special="all")
    assert all(token is tokens[0] for token in tokens)
    assert encoding.encode("<s>", allowed_special="all")[0] is tokens[0]
    far = tokens[0]
    count = sys.getrefcount(far)
    del tokens
    assert sys.getrefcount(far) == count - 100
    count = sys.getrefcount(far)
    del encoding
    gc.collect()
    assert sys.getrefcount(far) == count - 1  # the encoding's own
    assert far == FAR


@pytest.mark.parametrize("name", CALLS)
def test_memory_does_not_grow(ranker, name):
    encoding = make(ranker)
    text = "hello 漢字 " * 20
    call = CALLS[name]
    repeat(lambda: call(encoding, text), 100)
    tracemalloc.start()
    try:
        sizes = []
        for _ in range(5):
            repeat(lambda: call(encoding, text), 100)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
        # Python itself keeps a few objects now and then; what is lost in each call is lost in every round.
        assert min(after - before for before, after in zip(sizes, sizes[1:])) < 100 * 16
    finally:
        tracemalloc.stop()


def resident_memory():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("text", ["漢字かな" * 5000, "hello world " * 5000], ids=["other", "ascii"])
def test_resident_memory_reaches_a_plateau(ranker, text):
    encoding = ranker.get_encoding("cl100k_base")

    def calls():
        for _ in range(50):
            encoding.decode(encoding.encode(text))
            encoding.count(text)
            encoding.encode_to_array(text)
            encoding.encode_to_array(text.encode() * 10)
            encoding.decode_batch(encoding.encode_batch([text, text]))

    calls()
    before = resident_memory()
    calls()
    assert resident_memory() - before < 4 << 20


def test_long_text_gets_no_utf8_copy(ranker_builtins):
    encoding = ranker_builtins.get_encoding("cl100k_base")
    text = "漢" * 10_000
    size = sys.getsizeof(text)
    encoding.encode(text), encoding.encode_ordinary(text), encoding.count(text), encoding.encode_to_array(text)
    assert sys.getsizeof(text) == size
    batch = ["漢" * size for size in (1, 10, 1000, 10_000)]
    sizes = [sys.getsizeof(text) for text in batch]
    encoding.encode_batch(batch), encoding.encode_ordinary_batch(batch)
    assert [sys.getsizeof(text) for text in batch] == sizes


@pytest.mark.parametrize("size", [1, 20_000])
def test_tokens_outlive_everything_but_their_views(ranker, size):
    import numpy

    encoding = make(ranker)
    array = encoding.encode_to_array("ab" * size)
    numbers, part = numpy.asarray(array), array[size:]
    owner = sys.getrefcount(array.obj)
    other = numpy.asarray(array)
    assert sys.getrefcount(array.obj) <= owner + 1
    encoding.close()
    del encoding, array, other
    gc.collect()
    noise = [bytes(8 * size) for _ in range(50)]
    assert numbers.tolist() == [97, 98] * size and part.tolist() == ([97, 98] * size)[size:]
    del numbers
    assert part.tolist() == ([97, 98] * size)[size:] and noise


@pytest.mark.parametrize("size", [100, 5000, 100_000])
def test_memory_of_an_array_is_about_its_tokens(ranker, size):
    encoding = ranker.get_encoding("cl100k_base")
    text = "hello world, this is a text. " * (size // 29)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        array = encoding.encode_to_array(text)
        used = tracemalloc.get_traced_memory()[0] - before
        assert used < 4 * max(len(array) * 3 // 2, len(text) // 3) + 1000
        del array
        assert tracemalloc.get_traced_memory()[0] - before < 500
    finally:
        tracemalloc.stop()


def test_dropped_encodings_are_freed_at_once(ranker):
    gc.collect()
    gc.disable()
    try:
        weak = []
        for _ in range(3):
            encoding = make(ranker)
            encoding.encode("hello<s>", allowed_special={"<s>"})
            weak.append(Watched(encoding._core_bpe))
            del encoding
        assert not any(watched.is_alive() for watched in weak)
    finally:
        gc.enable()


class Watched:
    """Sees that a core is gone by something that only it refers to."""

    def __init__(self, core):
        import weakref

        class Token:
            pass

        core.watched = Token()
        self.reference = weakref.ref(core.watched)

    def is_alive(self):
        return self.reference() is not None


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_closed_encodings_give_their_memory_back(ranker):
    ranks = ranker.get_encoding("r50k_base")._mergeable_ranks

    def cycle():
        for _ in range(12):
            with ranker.Encoding("again", pat_str=r"\w+|\W", mergeable_ranks=ranks, special_tokens={}) as encoding:
                encoding.encode("hello world")

    cycle()
    before = resident_memory()
    cycle()
    assert resident_memory() - before < 16 << 20


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_recycled_memory_goes_with_its_encoding(ranker):
    text = b"ab" * 80_000

    def cycle():
        for _ in range(30):
            with make(ranker) as encoding:
                assert len(encoding.encode(text)) == len(text)

    cycle()
    before = resident_memory()
    cycle()
    assert resident_memory() - before < 8 << 20
