"""encode_arrow: arrays of every kind of text, sliced and with nulls, give the tokens of each text on its own."""

import gc
import random

import polars
import pyarrow as pa
import pytest

TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()]
TYPES += [pa.dictionary(pa.int32(), pa.string()), pa.dictionary(pa.int8(), pa.large_binary())]
LISTS = pa.large_list(pa.uint32())


def texts_of(rng, size):
    pieces = ["word", " ", "漢字", "\n", "\0", "é", "<|endoftext|>", "12345", "it's"]
    return [None if rng.random() < 0.2 else "".join(rng.choices(pieces, k=rng.choice([0, 1, 3, 30]))) for _ in range(size)]


def expected_of(encoding, texts, **keywords):
    return [None if text is None else encoding.encode(text, disallowed_special=(), **keywords) for text in texts]


def made(texts, type_):
    plain = type_.value_type if pa.types.is_dictionary(type_) else type_
    is_binary = "binary" in str(plain)
    array = pa.array([text.encode() if is_binary and text is not None else text for text in texts], plain)
    return array.cast(type_) if plain != type_ else array


@pytest.fixture(scope="module")
def encoding(ranker):
    return ranker.get_encoding("cl100k_base")


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_types_and_slices(encoding, type_):
    rng = random.Random(20277)
    texts = texts_of(rng, 90)
    whole = made(texts, type_)
    result = encoding.encode_arrow(whole)
    result.validate(full=True)
    assert result.type == LISTS and result.to_pylist() == expected_of(encoding, texts)
    for begin in range(20):
        for size in (0, 1, 7, 8, 9, 64, len(texts) - begin):
            result = encoding.encode_arrow(whole.slice(begin, size))
            result.validate(full=True)
            assert result.to_pylist() == expected_of(encoding, texts[begin : begin + size]), (begin, size)


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_chunks(encoding, type_):
    rng = random.Random(20278)
    texts = texts_of(rng, 40)
    array = made(texts, type_)
    chunked = pa.chunked_array([array.slice(0, 0), array.slice(0, 13), array.slice(13, 27)], type=array.type)
    result = encoding.encode_arrow(chunked)
    assert isinstance(result, pa.ChunkedArray) and result.type == LISTS
    assert [len(chunk) for chunk in result.chunks] == [0, 13, 27]
    assert result.to_pylist() == expected_of(encoding, texts)
    empty = encoding.encode_arrow(pa.chunked_array([], type=array.type))
    assert isinstance(empty, pa.ChunkedArray) and empty.type == LISTS and len(empty) == 0


@pytest.mark.parametrize("texts", [[], [""], ["", ""], [None], [None] * 9, ["a"], [None, "a", None]])
@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_few_texts(encoding, type_, texts):
    assert encoding.encode_arrow(made(texts, type_)).to_pylist() == expected_of(encoding, texts)


def test_array_of_nulls(encoding):
    result = encoding.encode_arrow(pa.nulls(11))
    assert result.type == LISTS and result.to_pylist() == [None] * 11 and result.null_count == 11
    assert encoding.encode_arrow(pa.nulls(20).slice(9)).to_pylist() == [None] * 11


def test_bytes_behind_a_null_make_no_tokens(encoding):
    text = pa.array(["hello", "hidden", " world"])
    bits = pa.py_buffer(bytes([0b101]))
    array = pa.Array.from_buffers(pa.string(), 3, [bits, *text.buffers()[1:]])
    result = encoding.encode_arrow(array)
    assert result.to_pylist() == [[15339], None, [1917]]
    assert result.values.to_pylist() == [15339, 1917]
    assert encoding.encode_arrow(array.slice(1)).to_pylist() == [None, [1917]]
    assert encoding.encode_arrow(array.cast(pa.binary()), disallowed_special=["hidden", "hi"]).null_count == 1


def test_bytes_that_are_no_utf8(encoding):
    texts = [b"\xff\xfe", b"a\x00b", bytes(range(256))]
    assert encoding.encode_arrow(pa.array(texts)).to_pylist() == [encoding.encode_ordinary(text) for text in texts]


@pytest.mark.parametrize("num_threads", [None, 1, 3])
def test_threads(encoding, num_threads):
    rng = random.Random(20279)
    texts = ["".join(rng.choices(["some ", "words ", "漢字 ", "x\n"], k=rng.choice([10, 200_000]))) for _ in range(20)]
    assert encoding.encode_arrow(pa.array(texts), num_threads=num_threads).to_pylist() == expected_of(encoding, texts)
    with pytest.raises(ValueError):
        encoding.encode_arrow(pa.array(texts), num_threads=0)


def test_special_tokens(encoding):
    texts = ["hello<|endoftext|>", None, "<|fim_prefix|>"]
    assert encoding.encode_arrow(pa.array(texts), allowed_special="all").to_pylist() == [[15339, 100257], None, [100258]]
    assert encoding.encode_arrow(pa.array(texts), allowed_special={"<|fim_prefix|>"}).to_pylist() == expected_of(
        encoding, texts, allowed_special={"<|fim_prefix|>"}
    )
    for disallowed in ("all", {"<|fim_prefix|>"}, ["hello"], ["prefix", "<|fim_prefix|>"]):
        with pytest.raises(ValueError, match="disallowed special token"):
            encoding.encode_arrow(pa.array(texts), disallowed_special=disallowed)
    with pytest.raises(ValueError, match="endoftext"):
        encoding.encode_arrow(pa.array(texts), allowed_special={"<|fim_prefix|>"}, disallowed_special="all")


@pytest.mark.parametrize("name", ["<|endoftext|>", "<|fim_prefix|>"])
def test_special_token_across_texts_is_none(encoding, name):
    # It is not in any text, though the texts lie side by side.
    for at in range(1, len(name)):
        texts = ["a", name[:at], name[at:], "b", name[:at] + name[:at], name[at:] * 2]
        assert encoding.encode_arrow(pa.array(texts), disallowed_special="all").to_pylist() == expected_of(encoding, texts)
        for place in range(len(texts) + 1):
            with_it = texts[:place] + ["x" + name] + texts[place:]
            with pytest.raises(ValueError, match="endoftext" if "endo" in name else "fim_prefix"):
                encoding.encode_arrow(pa.array(with_it), disallowed_special="all")
            assert encoding.encode_arrow(pa.array(with_it)[:place], disallowed_special="all").to_pylist() == expected_of(
                encoding, with_it[:place]
            )


@pytest.mark.parametrize("dtype", [polars.String, polars.Binary, polars.Categorical])
def test_series_of_polars(encoding, dtype):
    texts = ["hello", None, "a long text that no view holds by itself", "", "hello"]
    values = [text.encode() if text is not None else None for text in texts] if dtype == polars.Binary else texts
    result = encoding.encode_arrow(polars.Series(values, dtype=dtype))
    assert isinstance(result, pa.ChunkedArray) and result.to_pylist() == expected_of(encoding, texts)
    assert polars.Series(result).to_list() == expected_of(encoding, texts)


class OneArray:
    """Something with an Arrow array of its own."""

    def __init__(self, array):
        self.array = array

    def __arrow_c_array__(self, requested_schema=None):
        return self.array.__arrow_c_array__(requested_schema)


def test_arrays_of_others(encoding):
    result = encoding.encode_arrow(OneArray(pa.array(["hello world", None])))
    assert isinstance(result, pa.Array) and result.to_pylist() == [[15339, 1917], None]


@pytest.mark.parametrize(
    "wrong", ["text", ["text"], None, 5, pa.array([1, 2]), pa.array([["a"]]), pa.chunked_array([], pa.int8()), pa.table({"a": ["b"]})]
)
def test_what_is_no_array_of_texts(encoding, wrong):
    with pytest.raises(TypeError, match="Arrow array"):
        encoding.encode_arrow(wrong)


def test_text_is_not_copied(encoding):
    text = "some words " * 1_000_000
    array = pa.array([text], pa.large_string())
    before = pa.total_allocated_bytes()
    result = encoding.encode_arrow(array)
    assert pa.total_allocated_bytes() - before < 10_000
    assert result.values.buffers()[1].size == 4 * len(result.values)


def test_tokens_live_as_long_as_an_array_uses_them(ranker):
    freed = []
    encoding = ranker.Encoding.from_tiktoken(ranker.get_encoding("gpt2"))
    library = encoding._core_bpe.library
    original = ranker._SharedTokenBuffer.__del__

    def counted(self):
        freed.append(1)
        original(self)

    ranker._SharedTokenBuffer.__del__ = counted
    try:
        result = encoding.encode_arrow(pa.array(["hello world"] * 1000))
        encoding.close()
        part = result.slice(500, 2)
        values = result.values
        del result
        gc.collect()
        assert freed == [] and library is not None
        assert part.to_pylist() == [[31373, 995]] * 2
        del part
        gc.collect()
        assert freed == [] and values[1999].as_py() == 995
        del values
        gc.collect()
        assert freed == [1]
    finally:
        ranker._SharedTokenBuffer.__del__ = original


def test_closed_encoding(ranker):
    encoding = ranker.Encoding.from_tiktoken(ranker.get_encoding("gpt2"))
    encoding.close()
    with pytest.raises(ValueError, match="closed"):
        encoding.encode_arrow(pa.array(["a"]))
