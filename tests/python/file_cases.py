"""Files for the tests of encode_files, and what a naive reader finds in them."""

import gzip
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import zstandard

END = "<|endoftext|>"


def naive_documents(data, separator=None):
    """The documents of a text file: each ends at a separator, the last one at the end of the file if there is anything."""
    if separator is None:
        return [data]
    documents = data.split(separator)
    return documents if documents[-1] else documents[:-1]


def naive_json_lines(data, field="text"):
    """The texts of JSON Lines that are all right."""
    return [json.loads(line)[field].encode() for line in data.decode().split("\n") if line.strip()]


def compressed(data, kind):
    """In two parts, as programs do that append."""
    half = len(data) // 2
    pack = {"none": bytes, "gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress}[kind]
    return pack(data[:half]) + pack(data[half:])


def parquet_bytes(texts, field="text", type_=pa.string(), **options):
    buffer = io.BytesIO()
    table = pa.table({"number": range(len(texts)), field: pa.array(texts, type_)})
    pa.parquet.write_table(table, buffer, **options)
    return buffer.getvalue()


def expected_tokens(encoding, documents, appended=None, **keywords):
    """Tokens of all documents one after another, and where each ends."""
    tokens, offsets = [], [0]
    for document in documents:
        tokens += encoding.encode(document, disallowed_special=(), **keywords)
        tokens += [] if appended is None else [appended]
        offsets.append(len(tokens))
    return tokens, offsets


def read_output(result):
    """Tokens and offsets of a result, as numpy or pyarrow reads its files."""
    path = result.tokens_path
    if path.endswith(".npy"):
        return np.load(path).tolist(), np.load(result.offsets_path).tolist()
    if path.endswith(".parquet"):
        column = pa.parquet.read_table(path)["tokens"]
        assert column.type == pa.list_(pa.uint32()) and column.null_count == 0
        rows = column.to_pylist()
        return [token for row in rows for token in row], np.cumsum([0] + [len(row) for row in rows]).tolist()
    dtype = {"uint16": "<u2", "uint32": "<u4"}[path.rpartition(".")[2]]
    return np.fromfile(path, dtype).tolist(), np.fromfile(result.offsets_path, "<i8").tolist()
