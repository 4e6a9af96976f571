"""What a worker of a cluster does: puts a column of token lists in the place of a column of texts, one Arrow batch at a time.

spark_tokenize.py and ray_tokenize.py ship this file with token_ranker.py and libtoken_ranker.so: all three lie in one folder on the
worker, where the library is found beside its Python file. Besides these a worker needs pyarrow.
"""

import functools
import os
import re

import pyarrow

TOKENS = "tokens"  # the new column
LISTS = pyarrow.list_(pyarrow.int32())  # its type

# What becomes of text that looks like a special token, such as <|endoftext|>.
SPECIAL = {
    "ordinary": {"allowed_special": frozenset(), "disallowed_special": ()},  # text like any other
    "recognise": {"allowed_special": "all", "disallowed_special": ()},  # the special token
    "refuse": {"allowed_special": frozenset(), "disallowed_special": "all"},  # the job fails, and says which
}


@functools.lru_cache(maxsize=None)
def open_encoding(name):
    """One handle in each process, however many tasks it runs. name: an encoding, a model, or the path of a vocabulary file."""
    import token_ranker

    if os.path.isfile(name):
        encoding = token_ranker.Encoding.from_file(name)
    elif name in token_ranker.list_encoding_names():
        encoding = token_ranker.get_encoding(name)
    else:
        try:
            encoding = token_ranker.encoding_for_model(name)
        except KeyError:
            known = ", ".join(token_ranker.list_encoding_names())
            raise ValueError(f"{name} is no encoding, no model and no file; encodings: {known}") from None
    if encoding.max_token_value >= 2**31:
        raise ValueError(f"{name} has tokens up to {encoding.max_token_value}, and the lists are of int32")
    return encoding


def with_tokens(batch, column, encoding, special="ordinary"):
    """The batch, a pyarrow RecordBatch or Table, with the tokens of its texts in their place. A null has null tokens, "" has none.

    One thread: a worker is one of many on its machine.
    """
    lists = encoding.encode_arrow(batch.column(column), num_threads=1, **SPECIAL[special])
    return batch.set_column(batch.schema.get_field_index(column), TOKENS, as_int32(lists))


def as_int32(lists):
    """Lists of uint32 with offsets of 64 bits as lists of int32 with offsets of 32 bits: Spark knows no others. No token is copied.

    Tokens are below 2**31, see open_encoding; more of them in one batch than 32 bits count are an error of the cast.
    """
    if isinstance(lists, pyarrow.ChunkedArray):
        return pyarrow.chunked_array([as_int32(chunk) for chunk in lists.chunks], LISTS)
    offsets, tokens = lists.offsets.cast(pyarrow.int32()), lists.values
    values = pyarrow.Array.from_buffers(pyarrow.int32(), len(tokens), tokens.buffers(), offset=tokens.offset)
    buffers = [lists.buffers()[0], offsets.buffers()[1]]
    return pyarrow.Array.from_buffers(LISTS, len(lists), buffers, lists.null_count, children=[values])


def add_arguments(parser):
    """What both programs are told."""
    here = os.path.dirname(os.path.abspath(__file__))
    add = parser.add_argument
    add("input", help="Parquet: a file, a folder, or any path that the cluster reads")
    add("output", help="a folder that does not exist")
    add("--column", default="text", metavar="NAME", help="of the texts (default: text)")
    add("--keep", action="append", default=[], metavar="NAME", help="a column to take over; may be given several times")
    add("--encoding", default="o200k_base", metavar="NAME", help="an encoding, a model, or a vocabulary file here (default: o200k_base)")
    add("--special", choices=list(SPECIAL), default="ordinary", help="text that looks like a special token is ordinary text (default), "
        "is recognised as the token, or ends the job")  # fmt: skip
    add("--module", default=os.path.join(here, "token_ranker.py"), metavar="FILE", help="token_ranker.py (default: beside this program)")
    add("--library", default=os.path.join(here, "libtoken_ranker.so"), metavar="FILE",
        help="libtoken_ranker.so for the workers (default: beside this program)")  # fmt: skip


def files_to_ship(options):
    """The files that a worker needs, by what they are. ValueError for one that is not there."""
    files = {"module": options.module, "worker": os.path.abspath(__file__), "library": options.library}
    if os.path.isfile(options.encoding):
        files["vocabulary"] = options.encoding
    for what, path in files.items():
        if not os.path.isfile(path):
            raise ValueError(f"{path} does not exist: put it there, or name it with --{what}")
    for what, name in (("module", "token_ranker.py"), ("library", "libtoken_ranker.so")):
        if os.path.basename(files[what]) != name:
            raise ValueError(f"--{what} {files[what]}: its name must be {name}, by which a worker finds it")
    return files


def check_columns(options, names, kinds):
    """ValueError if a column is missing or no text. kinds: of each column, in words of the cluster; those of text have "string" in them."""
    for name in [options.column, *options.keep]:
        if name not in names:
            raise ValueError(f"{options.input} has no column {name!r}; it has: {', '.join(names)}")
    if TOKENS in options.keep:
        raise ValueError(f"--keep {TOKENS}: the new column has this name")
    kind = kinds[names.index(options.column)]
    if "string" not in kind and "binary" not in kind:
        raise ValueError(f"the column {options.column!r} is of {kind}, not of texts")


def story_of(error):
    """What went wrong, of an error that may carry the stack traces of a worker: their last line that names an exception of the job."""
    lines = str(error).splitlines() or [type(error).__name__]
    named = [line.strip() for line in lines if re.match(r"\s*(?!ray\.|java\.)[\w.]*(Error|Exception): ", line)]
    return named[-1] if named else lines[0].strip()
