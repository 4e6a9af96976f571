"""encode_files and count_files: what they write is what encoding each document by itself gives, however it is stored and read."""

import json
import os
import random
import sys
import types

import numpy as np
import pyarrow as pa
import pytest
import zstandard
from file_cases import END, compressed, expected_tokens, naive_documents, naive_json_lines, parquet_bytes, read_output
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle

NAME = "r50k_base"
PIECES = ["word", " ", "  ", "漢字。", "\n", "\r\n", "\n\n", "\0", "é", END, "12345", "it's", "|", "||", "a b", "\x1b"]
COMPRESSIONS = {"none": "", "gzip": ".gz", "zstd": ".zst"}


@pytest.fixture(scope="module")
def encoding(ranker):
    return ranker.get_encoding(NAME)


@pytest.fixture(params=[1, 7, 64, None], ids=lambda size: f"window {size}")
def window(request, ranker, monkeypatch):
    """Reads files in parts so small that documents, separators and characters lie across them. None: as it is."""
    if request.param:
        monkeypatch.setattr(ranker, "_WINDOW_SIZE", request.param)
        monkeypatch.setattr(ranker, "_RECORDS_SIZE", request.param)


def write(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return path


def random_data(seed, size):
    rng = random.Random(seed)
    return b"".join(rng.choice([*(piece.encode() for piece in PIECES), b"\xff", b"\xe6\xbc"]) for _ in range(size))


def assert_encodes(ranker, path, documents, appended=None, **keywords):
    encoding = ranker.get_encoding(NAME)
    append_token = None if appended is None else END
    (result,) = ranker.encode_files(path, encoding, overwrite=True, append_token=append_token, **keywords)
    allowed = {"allowed_special": keywords["allowed_special"]} if "allowed_special" in keywords else {}
    expected = expected_tokens(encoding, documents, appended, **allowed)
    assert read_output(result) == expected
    assert (result.documents, result.tokens) == (len(documents), len(expected[0]))
    assert result.bytes == sum(map(len, documents)) and result.errors == 0 and not result.is_skipped
    assert not [name for name in os.listdir(os.path.dirname(result.tokens_path)) if name.endswith(".part")]
    return result


# ---- Text --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_whole_text(ranker, window, tmp_path, kind):
    data = random_data(1, 400)
    path = write(tmp_path, "a.txt" + COMPRESSIONS[kind], compressed(data, kind))
    assert_encodes(ranker, path, [data])
    assert_encodes(ranker, path, [data], appended=50256, allowed_special="all")


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\n\n", "\0", "||", "a b", "word word", END])
@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_separated_text(ranker, window, tmp_path, separator, kind):
    data = random_data(2, 400)
    path = write(tmp_path, "a.txt" + COMPRESSIONS[kind], compressed(data, kind))
    documents = naive_documents(data, separator.encode())
    assert_encodes(ranker, path, documents, separator=separator)
    assert_encodes(ranker, path, documents, separator=separator.encode(), appended=50256)


@settings(max_examples=150, deadline=None)
@given(data=st.lists(st.sampled_from([b"a", b"ab", b" ", b"b", b"\n", b"\xff", b"\xe6\xbc\xa2"])).map(b"".join), size=st.integers(1, 40),
       separator=st.sampled_from([b"a", b"aa", b"ab", b"aba", b" ", b"\n", b"b a", b"\xff", b"\xbc"]))  # fmt: skip
def test_separators_are_those_of_a_naive_reader(tmp_path_factory, data, size, separator):
    ranker = oracle.token_ranker
    windows = ranker._WINDOW_SIZE, ranker._RECORDS_SIZE
    ranker._WINDOW_SIZE = ranker._RECORDS_SIZE = size
    try:
        path = write(tmp_path_factory.mktemp("separators"), "a", data)
        assert_encodes(ranker, path, naive_documents(data, separator), separator=separator, appended=50256)
        assert_encodes(ranker, path, [data])
    finally:
        ranker._WINDOW_SIZE, ranker._RECORDS_SIZE = windows


@pytest.mark.parametrize("output_format", ["npy", "raw", "parquet"])
@pytest.mark.parametrize(
    "data", [b"", b"a", b"a\n", b"a\r\nb\r\n", b"\n" * 64, b"\0" * 64, b"\xff\xfe\n\xc3", b"a\n\n\nb", b"no newline\nat the end"]
)
def test_hard_cases(ranker, window, tmp_path, data, output_format):
    path = write(tmp_path, "a", data)
    for appended in (None, 50256):
        keywords = {"output_format": output_format, "appended": appended}
        assert_encodes(ranker, path, [data], **keywords)
        for separator in (b"\n", b"\r\n", b"\0"):
            assert_encodes(ranker, path, naive_documents(data, separator), separator=separator, **keywords)


def test_empty_documents(ranker, tmp_path):
    assert ranker.encode_files(write(tmp_path, "a", b"\n" * 64), NAME, separator="\n")[0].documents == 64
    assert ranker.encode_files(write(tmp_path, "b", b""), NAME, separator="\n")[0].documents == 0
    assert ranker.encode_files(write(tmp_path, "c", b""), NAME)[0].documents == 1
    assert ranker.encode_files(write(tmp_path, "d.jsonl", b'{"text": ""}\n' * 64), NAME)[0].documents == 64
    assert ranker.encode_files(write(tmp_path, "e.jsonl", b""), NAME)[0].documents == 0
    assert ranker.encode_files(write(tmp_path, "f.parquet", parquet_bytes([""] * 64)), NAME)[0].documents == 64
    assert ranker.encode_files(write(tmp_path, "g.parquet", parquet_bytes([])), NAME)[0].documents == 0


def test_long_document_is_read_in_parts(ranker, tmp_path, monkeypatch):
    # One document: most of what is kept at a time is a part of it, and the tokens are those of the whole.
    monkeypatch.setattr(ranker, "_WINDOW_SIZE", 1 << 16)
    sizes, original = [], ranker._TokenBuffer.__init__

    def watched(self, core, texts, allowed, threads):
        sizes.append(texts.bounds()[texts.size])
        original(self, core, texts, allowed, threads)

    monkeypatch.setattr(ranker._TokenBuffer, "__init__", watched)
    data = ("Größe, 大きさ and size.\n" + "12 34\n\n" * 3).encode() * 40_000
    assert_encodes(ranker, write(tmp_path, "a", data), [data])
    assert max(sizes) <= 1 << 16 and len(sizes) > 20


def test_pattern_that_is_not_known(ranker, window, tmp_path):
    # Nothing says where its texts may be cut: they are encoded whole.
    ranks = {bytes([byte]): byte for byte in range(256)}
    ranks.update({b"b ": 256, b"b c": 257})
    encoding = ranker.Encoding("mine", pat_str="a[^a]*|[^a]+", mergeable_ranks=ranks, special_tokens={"<e>": 300})
    data = b"ab cab c b c" * 50
    (result,) = ranker.encode_files(write(tmp_path, "a", data), encoding, separator="|", append_token="<e>")
    assert read_output(result) == expected_tokens(encoding, [data], 300)
    assert result.tokens < len(data)


def test_special_file_is_read(ranker, tmp_path):
    if not os.path.exists("/proc/self/status"):
        pytest.skip("there is no /proc here")
    (result,) = ranker.count_files("/proc/version", NAME)
    with open("/proc/version", "rb") as file:
        assert result.bytes == len(file.read()) > 0


# ---- JSON Lines --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_json_lines(ranker, window, tmp_path, kind):
    rng = random.Random(3)
    texts = ["".join(rng.choices(PIECES, k=rng.choice([0, 1, 30]))) for _ in range(60)]
    lines = [json.dumps({"id": i, "body": text}, ensure_ascii=bool(i % 2)) for i, text in enumerate(texts)]
    data = "\n".join(lines).replace("\n", "\r\n\r\n", 3).encode()
    path = write(tmp_path, "a.jsonl" + COMPRESSIONS[kind], compressed(data, kind))
    assert naive_json_lines(data, "body") == [text.encode() for text in texts]
    assert_encodes(ranker, path, [text.encode() for text in texts], field="body")
    assert_encodes(ranker, path, [text.encode() for text in texts], field="body", appended=50256)


@settings(max_examples=150, deadline=None)
@given(
    texts=st.lists(st.text()),
    size=st.integers(1, 100),
    newline=st.sampled_from(["\n", "\r\n", "\n \n"]),
    ends=st.booleans(),
    ascii=st.booleans(),
)
def test_json_lines_are_those_of_a_naive_reader(tmp_path_factory, texts, size, newline, ends, ascii):
    ranker = oracle.token_ranker
    original, ranker._RECORDS_SIZE = ranker._RECORDS_SIZE, size
    try:
        data = newline.join(json.dumps({"text": text}, ensure_ascii=ascii) for text in texts).encode() + (newline.encode() if ends else b"")
        path = write(tmp_path_factory.mktemp("lines"), "a.ndjson", data)
        assert_encodes(ranker, path, naive_json_lines(data))
    finally:
        ranker._RECORDS_SIZE = original


def test_byte_order_mark_and_lone_surrogates(ranker, tmp_path):
    path = write(tmp_path, "a.jsonl", b'\xef\xbb\xbf{"text": "one"}\n{"text": "\\ud83d x \\ud83d\\ude00"}')
    assert_encodes(ranker, path, [b"one", "\ufffd x \U0001f600".encode()])


BROKEN = [
    (b'{"text": "a"', "not JSON", b""),
    (b"nonsense", "not JSON", b""),
    (b"[" * 100_000, "not JSON", b""),
    (b'{"other": "a"}', "no field 'text'", b""),
    (b'["text"]', "no object with fields", b""),
    (b'{"text": 5}', "the field 'text' is no string", b""),
    (b'{"text": null}', "the field 'text' is no string", b""),
    (b'{"text": "a\xffb"}', "byte 12 of the line is not UTF-8", "a\ufffdb".encode()),
]


@pytest.mark.parametrize("line, message, replacement", BROKEN, ids=[message for _, message, _ in BROKEN])
def test_broken_lines(ranker, window, tmp_path, line, message, replacement):
    path = write(tmp_path, "a.jsonl", b'{"text": "one"}\n\n' + line + b'\n{"text": "two"}\n')
    with pytest.raises(ValueError) as caught:
        ranker.encode_files(path, NAME)
    assert str(caught.value).startswith(f"{path}:3: {message}") and os.listdir(tmp_path) == ["a.jsonl"]
    for on_error, documents in (("skip", [b"one", b"two"]), ("replace", [b"one", replacement, b"two"])):
        told = []
        (result,) = ranker.encode_files(path, NAME, on_error=on_error, overwrite=True, report=told.append)
        assert read_output(result) == expected_tokens(ranker.get_encoding(NAME), documents)
        assert result.errors == 1 and len(told) == 1 and told[0].startswith(f"{path}:3: {message}")


def test_many_broken_lines_are_counted(ranker, tmp_path):
    told = []
    path = write(tmp_path, "a.jsonl", b"x\n" * 100)
    (result,) = ranker.count_files(path, NAME, on_error="skip", report=told.append)
    assert result.errors == 100 and result.documents == 0
    assert len(told) == 21 and told[-1] == f"{path}: 80 more of the kind"


# ---- Parquet -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_parquet(ranker, window, tmp_path, type_):
    rng = random.Random(4)
    texts = ["".join(rng.choices(PIECES, k=rng.choice([0, 1, 30]))) for _ in range(100)]
    values = [text.encode() for text in texts] if type_ == pa.binary() else texts
    array = pa.array(values, type_.value_type).cast(type_) if pa.types.is_dictionary(type_) else values
    path = write(tmp_path, "a.parquet", parquet_bytes(array, "body", type_, row_group_size=30))
    assert_encodes(ranker, path, [text.encode() for text in texts], field="body")
    assert_encodes(ranker, path, [text.encode() for text in texts], field="body", appended=50256, output_format="parquet")


def test_nulls_in_parquet(ranker, window, tmp_path):
    path = write(tmp_path, "a.parquet", parquet_bytes(["one", None, "two", None], row_group_size=3))
    with pytest.raises(ValueError) as caught:
        ranker.encode_files(path, NAME)
    assert str(caught.value).startswith(f"{path}: row 2: null in the column 'text'")
    for on_error, documents in (("skip", ["one", "two"]), ("replace", ["one", "", "two", ""])):
        told = []
        (result,) = ranker.encode_files(path, NAME, on_error=on_error, overwrite=True, report=told.append)
        assert read_output(result) == expected_tokens(ranker.get_encoding(NAME), documents)
        assert result.errors == 2 and [message.split(": ")[1] for message in told] == ["row 2", "row 4"]


def test_what_is_no_parquet_with_texts(ranker, tmp_path):
    for name, data, keywords, message in (
        ("a.parquet", b"nonsense", {}, "a.parquet: "),
        ("b.parquet", parquet_bytes(["x"]), {"field": "body"}, "no column 'body'; there are: number, text"),
        ("c.parquet", parquet_bytes(["x"]), {"field": "number"}, "int64 has no texts"),
        ("d.parquet.gz", parquet_bytes(["x"]), {}, "plain files only"),
    ):
        with pytest.raises(ValueError) as caught:
            ranker.count_files(write(tmp_path, name, data), NAME, **keywords)
        assert message in str(caught.value) and "\n" not in str(caught.value)


# ---- Compression -------------------------------------------------------------------------------------------------------------------


def fake_compression():
    """compression.zstd of Python 3.14, as far as it is used."""
    zstd = types.ModuleType("compression.zstd")
    zstd.ZstdFile = lambda file: zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
    zstd.ZstdError = zstandard.ZstdError
    package = types.ModuleType("compression")
    package.zstd = zstd
    return {"compression": package, "compression.zstd": zstd}


READERS = {"compression.zstd": (fake_compression(), []), "zstandard": ({}, ["compression"]), "pyarrow": ({}, ["compression", "zstandard"])}


@pytest.mark.parametrize("reader", READERS)
def test_zstd_by_each_of_its_readers(ranker, window, tmp_path, monkeypatch, reader):
    present, absent = READERS[reader]
    for name, module in present.items():
        monkeypatch.setitem(sys.modules, name, module)
    for name in absent:
        monkeypatch.setitem(sys.modules, name, None)
    data = random_data(5, 500)
    assert_encodes(ranker, write(tmp_path, "a.zst", compressed(data, "zstd")), [data])
    if reader != "compression.zstd":  # the one that stands for it here does not tell
        for broken in (compressed(data, "zstd")[:-5], b"nonsense"):
            with pytest.raises(ValueError, match="b.zst: broken zstd data: "):
                ranker.count_files(write(tmp_path, "b.zst", broken), NAME)


def test_zstd_without_a_reader(ranker, tmp_path, monkeypatch):
    for name in ("compression", "zstandard", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ValueError, match="pip install zstandard"):
        ranker.encode_files(write(tmp_path, "a.zst", compressed(b"abc", "zstd")), NAME)
    with pytest.raises(ValueError, match="to read Parquet, `pip install pyarrow`"):
        ranker.count_files(write(tmp_path, "a.parquet", b""), NAME)
    with pytest.raises(ValueError, match="to write Parquet, `pip install pyarrow`"):
        ranker.encode_files(write(tmp_path, "a.txt", b""), NAME, output_format="parquet")


def test_broken_gzip(ranker, tmp_path):
    data = compressed(random_data(6, 500), "gzip")
    middle = bytearray(data)
    middle[len(middle) // 4] ^= 0xFF
    for broken in (data[:-5], b"nonsense", bytes(middle)):
        with pytest.raises(ValueError, match="a.gz: broken gzip data: "):
            ranker.encode_files(write(tmp_path, "a.gz", broken), NAME)
        assert os.listdir(tmp_path) == ["a.gz"]


def test_compression_that_the_name_does_not_tell(ranker, tmp_path):
    assert_encodes(ranker, write(tmp_path, "a.bin", compressed(b"hello", "gzip")), [b"hello"], compression="gzip")
    assert_encodes(ranker, write(tmp_path, "a.gz", b"hello"), [b"hello"], compression="none")
    assert_encodes(ranker, write(tmp_path, "a.json", b'{"text": "hello"}'), [b"hello"], input_format="jsonl")
    assert_encodes(ranker, write(tmp_path, "a.jsonl", b'{"text": "hello"}'), [b'{"text": "hello"}'], input_format="text")
    assert_encodes(ranker, write(tmp_path, "A.JSONL.GZ", compressed(b'{"text": "hello"}', "gzip")), [b"hello"])


# ---- Outputs -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "output_format, dtype", [("npy", "uint32"), ("npy", "uint16"), ("raw", "uint32"), ("raw", "uint16"), ("parquet", "uint32")]
)
def test_output_formats(ranker, window, tmp_path, output_format, dtype):
    data = random_data(7, 600)
    path = write(tmp_path, "a.txt", data)
    result = assert_encodes(ranker, path, naive_documents(data, b"\n"), separator="\n", output_format=output_format, dtype=dtype)
    assert_encodes(ranker, path, [data], 50256, output_format=output_format, dtype=dtype)
    names = {
        "npy": ["a.txt.offsets.npy", "a.txt.tokens.npy"],
        "raw": ["a.txt.offsets.int64", f"a.txt.tokens.{dtype}"],
        "parquet": ["a.txt.tokens.parquet"],
    }
    assert sorted(os.listdir(tmp_path)) == sorted(["a.txt", *names[output_format]])
    if output_format == "npy":
        assert np.load(result.tokens_path, mmap_mode="r").dtype == np.dtype(dtype)
        assert np.load(result.offsets_path).dtype == np.int64


def test_heads_of_npy(ranker):
    # As numpy reads them, up to the largest sizes.
    from numpy.lib import format as npy

    for size in (0, 1, 12345, 2**40, 2**62):
        for dtype in ("uint16", "uint32", "int64"):
            import io

            head = io.BytesIO(ranker._npy_head(dtype, size))
            assert npy.read_magic(head) == (1, 0)
            assert npy.read_array_header_1_0(head) == ((size,), False, np.dtype(dtype).newbyteorder("<"))
            assert head.read() == b"" and head.tell() % 64 == 0


def test_uint16_that_does_not_fit(ranker, tmp_path):
    path = write(tmp_path, "a.txt", b"hello")
    for output_format in ("npy", "raw"):
        with pytest.raises(ValueError, match="o200k_base has tokens up to 200018 and uint16 ends at 65535: choose uint32"):
            ranker.encode_files(path, "o200k_base", tmp_path / "out", dtype="uint16", output_format=output_format)
    with pytest.raises(ValueError, match="tokens in Parquet are uint32"):
        ranker.encode_files(path, NAME, tmp_path / "out", dtype="uint16", output_format="parquet")
    assert os.listdir(tmp_path) == ["a.txt"]


def test_output_folder(ranker, tmp_path):
    path = write(tmp_path, "a.txt", b"hello")
    (result,) = ranker.encode_files(path, NAME, tmp_path / "new" / "folder")
    assert result.tokens_path == str(tmp_path / "new" / "folder" / "a.txt.tokens.npy")
    assert sorted(os.listdir(tmp_path / "new" / "folder")) == ["a.txt.offsets.npy", "a.txt.tokens.npy"]


def test_same_outputs_are_refused(ranker, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "a.txt", b"hello")
    with pytest.raises(ValueError, match="would both become"):
        ranker.encode_files(tmp_path / "*" / "a.txt", NAME, tmp_path / "out")
    assert sorted(os.listdir(tmp_path)) == ["one", "two"]
    assert len(ranker.encode_files(tmp_path / "*" / "a.txt", NAME)) == 2


def test_patterns_and_repeated_runs(ranker, tmp_path):
    for i in range(5):
        write(tmp_path, f"{i}.txt", b"hello world")
    first = ranker.encode_files(tmp_path / "*", NAME)
    assert [os.path.basename(result.path) for result in first] == [f"{i}.txt" for i in range(5)]
    before = {name: os.stat(tmp_path / name).st_mtime_ns for name in os.listdir(tmp_path)}
    # The pattern now matches the outputs too; they are no inputs.
    second = ranker.encode_files([tmp_path / "*", tmp_path / "3.txt"], NAME)
    assert len(second) == 5 and all(result.is_skipped and result.tokens == 0 for result in second)
    os.remove(tmp_path / "3.txt.tokens.npy")
    os.remove(tmp_path / "4.txt.offsets.npy")
    third = ranker.encode_files(tmp_path / "*.txt", NAME)
    assert [result.is_skipped for result in third] == [True, True, True, False, False]
    assert before.keys() == set(os.listdir(tmp_path)) and before["1.txt.tokens.npy"] == os.stat(tmp_path / "1.txt.tokens.npy").st_mtime_ns
    write(tmp_path, "1.txt", b"goodbye")
    assert not any(result.is_skipped for result in ranker.encode_files(tmp_path / "*.txt", NAME, overwrite=True))
    assert np.load(tmp_path / "1.txt.tokens.npy").tolist() == ranker.get_encoding(NAME).encode("goodbye")
    assert not any(result.is_skipped for result in ranker.encode_files(tmp_path / "*.txt", NAME, output_format="raw"))


def test_inputs_that_cannot_be_read(ranker, tmp_path):
    good = write(tmp_path, "a.txt", b"hello")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, error in (("nowhere", FileNotFoundError), ("loop", OSError), (".", ValueError), ("*.nothing", ValueError)):
        with pytest.raises(error, match="nowhere|loop|is a folder: name its files|no file matches"):
            ranker.encode_files([good, tmp_path / path], NAME)
    assert sorted(os.listdir(tmp_path)) == ["a.txt", "loop"]


def test_input_without_permission(ranker, tmp_path, monkeypatch):
    good, path = write(tmp_path, "a.txt", b"hello"), write(tmp_path, "b.txt", b"hello")

    def open_without_permission(name, *arguments):  # as root may read everything
        if name == str(path):
            raise PermissionError(13, "Permission denied", name)
        return open(name, *arguments)

    monkeypatch.setattr(ranker, "open", open_without_permission, raising=False)
    with pytest.raises(PermissionError, match="b.txt"):
        ranker.encode_files([good, path], NAME)
    assert sorted(os.listdir(tmp_path)) == ["a.txt", "a.txt.offsets.npy", "a.txt.tokens.npy", "b.txt"]


def test_output_that_cannot_be_written(ranker, tmp_path):
    path = write(tmp_path, "a.txt", b"hello")
    write(tmp_path, "out", b"")
    with pytest.raises(OSError):
        ranker.encode_files(path, NAME, tmp_path / "out")
    (tmp_path / "a.txt.offsets.npy").mkdir()  # the name is taken by a folder
    with pytest.raises(OSError):
        ranker.encode_files(path, NAME)
    assert sorted(os.listdir(tmp_path)) == ["a.txt", "a.txt.offsets.npy", "out"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("output_format", ["npy", "raw", "parquet"])
def test_full_disk(ranker, tmp_path, monkeypatch, output_format, recwarn):
    path = write(tmp_path, "a.txt", random_data(8, 100_000))
    import builtins

    def open_full(name, mode="r", *arguments):
        return builtins.open("/dev/full" if str(name).endswith(".part") else name, mode, *arguments)

    monkeypatch.setattr(ranker, "open", open_full, raising=False)
    with pytest.raises(OSError, match="No space left on device"):
        ranker.encode_files(path, NAME, output_format=output_format)
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("output_format", ["npy", "raw", "parquet"])
@pytest.mark.parametrize("place", range(0, 12))
def test_interrupted_anywhere(ranker, tmp_path, monkeypatch, output_format, place):
    # KeyboardInterrupt at each of the steps of finishing a file leaves all of the output or none of it.
    path = write(tmp_path, "a.txt", b"hello world\n" * 50)
    steps = iter(range(1000))

    def interrupting(function):
        def called(*arguments):
            if next(steps) == place:
                raise KeyboardInterrupt
            return function(*arguments)

        return called

    monkeypatch.setattr(ranker, "_WINDOW_SIZE", 200)
    with monkeypatch.context() as patched:
        patched.setattr(ranker.os, "replace", interrupting(os.replace))
        patched.setattr(ranker._TokenBuffer, "__init__", interrupting(ranker._TokenBuffer.__init__))
        patched.setattr(ranker._ArrayWriter, "finish", interrupting(ranker._ArrayWriter.finish))
        patched.setattr(ranker._ParquetWriter, "finish", interrupting(ranker._ParquetWriter.finish))
        try:
            ranker.encode_files(path, NAME, output_format=output_format)
        except KeyboardInterrupt:
            assert os.listdir(tmp_path) == ["a.txt"]
        else:
            assert place > 5
    assert_encodes(ranker, path, [path.read_bytes()], output_format=output_format)


@pytest.mark.parametrize(
    "keywords",
    [
        {"separator": ""}, {"separator": b""}, {"input_format": "json"}, {"compression": "bzip2"}, {"output_format": "csv"},
        {"dtype": "int8"}, {"on_error": "ignore"}, {"append_token": "<|nope|>"}, {"num_threads": 0}, {"input_format": "jsonl", "separator": "\n"},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_arguments(ranker, tmp_path, keywords):
    path = write(tmp_path, "a.txt", b"hello")
    with pytest.raises(ValueError):
        ranker.encode_files(path, NAME, **keywords)
    assert os.listdir(tmp_path) == ["a.txt"]


def test_unknown_encoding(ranker, tmp_path):
    with pytest.raises(KeyError):
        ranker.encode_files(write(tmp_path, "a.txt", b"hello"), "nope")


# ---- Counting ----------------------------------------------------------------------------------------------------------------------


def test_counts_are_those_of_the_outputs(ranker, window, tmp_path):
    data = random_data(9, 300)
    lines = b"".join(json.dumps({"text": line.decode("utf-8", "replace")}).encode() + b"\n" for line in data.split(b"\n"))
    paths = [
        write(tmp_path, "a.txt", data),
        write(tmp_path, "b.txt.gz", compressed(data, "gzip")),
        write(tmp_path, "c.jsonl.zst", compressed(lines, "zstd")),
        write(tmp_path, "d.parquet", parquet_bytes(data.split(b"\n"), type_=pa.binary())),
    ]
    counted = ranker.count_files(paths, NAME)
    encoded = ranker.encode_files(paths, NAME, tmp_path / "out", num_threads=2)
    for one, other in zip(counted, encoded):
        assert (one.path, one.documents, one.bytes, one.tokens) == (other.path, other.documents, other.bytes, other.tokens)
        assert (
            one.tokens_path is None
            and repr(one) == f"<EncodedFile {one.path!r}: {one.documents} documents, {one.bytes} bytes, {one.tokens} tokens>"
        )
    assert counted[0].tokens == len(ranker.get_encoding(NAME).encode_ordinary(data))


# ---- Progress ----------------------------------------------------------------------------------------------------------------------


def test_line_of_progress(ranker, tmp_path):
    path = write(tmp_path, "a", b"x" * 2_000_000)
    bar = ranker._Progress([str(path)])
    assert bar.line(500_000, 0.5) == "[######..................]  25%  0 of 2 MB  1 MB/s  0:01 left"
    assert bar.line(2_000_000, 0.5).startswith("[########################] 100%")
    bar.total = 10_000_000_000
    assert bar.line(1_000_000, 1).endswith("1 MB/s  2:46:39 left")
    assert ranker._Progress(["-"]).line(3_000_000, 1) == "3 MB  3 MB/s"
    assert "left" in bar.line(0, 0)
