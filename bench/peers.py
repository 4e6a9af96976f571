"""The tokenizers that are compared, each behind the same few functions.

`PEERS` maps a name to a Peer. `open_peer` imports the package, opens an encoding and returns its ways to do each kind of work:

    list         text -> list of int
    array        text -> array of uint32, without a list in between
    array_bytes  UTF-8 bytes -> the same
    count        text -> number of tokens
    batch        texts, threads -> their lists
    batch_array  texts, threads -> their tokens in one array

Where a package has several functions for one kind, all of them stand here, and the one that is faster on a text is what is measured.
Special tokens are ordinary text. Files come from vocabulary_files.py; nothing is downloaded.

This file imports nothing that Python has not imported already: what a tokenizer needs is part of its start-up time.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OURS = "token_ranker"
REFERENCE = "tiktoken"
KINDS = ("list", "array", "array_bytes", "count", "batch", "batch_array")


class Peer:
    """A tokenizer of the comparison.

    open: (encoding, folder of files) -> {kind: [functions]}.
    package: as pip knows it.
    most_bytes: a slow one gets the first bytes of a text only, or a round would take minutes; its speed does not depend on the size.
    kinds: those to measure; None: all.
    has_cold: whether its first pass is measured.
    """

    def __init__(self, open, package=None, most_bytes=None, kinds=None, has_cold=False):
        self.open = open
        self.package = package
        self.most_bytes = most_bytes
        self.kinds = kinds
        self.has_cold = has_cold


# ---- token_ranker ------------------------------------------------------------------------------------------------------------------


def import_token_ranker():
    sys.path.insert(0, os.path.join(ROOT, "py"))
    os.environ.setdefault("TOKEN_RANKER_LIBRARY", os.path.join(ROOT, "build", "libtoken_ranker.so"))
    import token_ranker

    return token_ranker


def open_with_engine(token_ranker, encoding, engine):
    """An Encoding whose pretokens come from this engine."""
    import ctypes

    name = encoding.encode()
    definition = token_ranker._Definition(struct_size=ctypes.sizeof(token_ranker._Definition), format=token_ranker._FORMAT_BUILTIN)
    definition.vocabulary, definition.vocabulary_size = name, len(name)
    definition.engine = engine.encode()
    ranker = token_ranker._new_ranker(token_ranker._library.token_ranker_load, ctypes.byref(definition))
    opened = token_ranker.Encoding.__new__(token_ranker.Encoding)
    opened._use(token_ranker._Core(token_ranker._library, ranker))
    return opened


def supported_engines():
    """Of the engines that are forced in the comparison, those that work here."""
    token_ranker = import_token_ranker()
    engines = []
    for engine in ("avx512", "avx2", "neon", "portable", "pcre2"):
        try:
            open_with_engine(token_ranker, "r50k_base", engine).close()
            engines.append(engine)
        except token_ranker.TokenRankerError:
            pass
    return engines


def token_ranker_functions(opened, batch_array):
    if hasattr(opened, "encode_to_array"):
        to_array = opened.encode_to_array
    else:
        def to_array(text):
            return opened.encode_to_numpy(text, disallowed_special=())
    return {
        "list": [opened.encode_ordinary],
        "array": [to_array],
        "array_bytes": [to_array],
        "count": [opened.count],
        "batch": [lambda texts, threads: opened.encode_ordinary_batch(texts, num_threads=threads)],
        "batch_array": batch_array,
    }


def c_batch(encoding):
    """token_ranker_encode_batch as programs call it that have their texts in Arrow's layout: one buffer and offsets, made once."""
    prepared = []

    def prepare(texts):
        import numpy

        sys.path.insert(0, os.path.join(ROOT, "tests", "python"))
        import exactness_library

        data = [text.encode("utf-8") for text in texts]
        offsets = numpy.cumsum([0] + [len(one) for one in data], dtype=numpy.int64)
        return exactness_library.open_encoding(encoding), b"".join(data), offsets, texts

    def encode_batch(texts, threads):
        import weakref

        import numpy

        if not prepared or prepared[0][3] is not texts:
            prepared[:] = [prepare(texts)]
        ranker, data, offsets, _ = prepared[0]
        found, free = ranker.encode_arrow(data, offsets, threads)
        tokens = numpy.ctypeslib.as_array(found.contents.tokens, (max(1, found.contents.tokens_size),))[: found.contents.tokens_size]
        weakref.finalize(tokens.base if tokens.base is not None else tokens, free)
        return tokens

    return [encode_batch]


def open_token_ranker(encoding, files):
    return token_ranker_functions(import_token_ranker().get_encoding(encoding), c_batch(encoding))


def forced(engine):
    def open_forced(encoding, files):
        return token_ranker_functions(open_with_engine(import_token_ranker(), encoding, engine), [])

    return Peer(open_forced, kinds=("array", "count"))


# ---- The others --------------------------------------------------------------------------------------------------------------------


def open_tiktoken(encoding, files):
    os.environ["TIKTOKEN_CACHE_DIR"] = files
    import tiktoken

    opened = tiktoken.get_encoding(encoding)
    return {
        "list": [opened.encode_ordinary],
        "array": [lambda text: opened.encode_to_numpy(text, disallowed_special=())],
        "batch": [lambda texts, threads: opened.encode_ordinary_batch(texts, num_threads=threads)],
    }


def open_gigatoken(encoding, files):
    import gigatoken

    opened = gigatoken.Tokenizer.from_tiktoken(os.path.join(files, encoding + ".tiktoken"))
    backend = opened.backend  # what the methods of Tokenizer call
    return {
        "list": [lambda text: backend.encode(text).tolist(), lambda text: backend.encode_batch_list([text], parallel=False)[0]],
        "array": [backend.encode],
        "array_bytes": [backend.encode],
        "batch": [lambda texts, threads: backend.encode_batch_list(texts, parallel=threads > 1)],
        "batch_array": [lambda texts, threads: awkward_tokens(backend.encode_batch(texts, parallel=threads > 1))],
    }


def awkward_tokens(batch):
    return batch.layout.content.data


def open_quicktok(encoding, files):
    import quicktok

    opened = quicktok.get_encoding(encoding)
    return {
        "list": [opened.encode_ordinary],
        "array": [lambda text: opened.encode_batch([text], 1)[0]],
        "count": [opened.count],
        "batch_array": [lambda texts, threads: opened.encode_batch(texts, threads)[0]],
    }


def open_bpe_openai(encoding, files):
    # Its Encoding refuses texts of a million characters and copies every list; this is what it calls.
    from bpe_openai import _bindings

    opened = _bindings.tokenizer_for_encoding(encoding)
    return {"list": [opened.encode], "count": [opened.count]}


def open_rs_bpe(encoding, files):
    from rs_bpe.bpe import openai

    opened = getattr(openai, encoding)()
    return {"list": [opened.encode], "count": [opened.count]}


def open_tokie(encoding, files):
    import tokie

    opened = tokie.Tokenizer.from_json(os.path.join(files, encoding + ".json"))
    return {
        "list": [lambda text: opened.encode(text, add_special_tokens=False).ids, lambda text: opened.encode_bytes(text.encode("utf-8"))],
        "count": [opened.count_tokens],
    }


def open_tokenizers(encoding, files):
    import tokenizers

    opened = tokenizers.Tokenizer.from_file(os.path.join(files, encoding + ".json"))
    return {
        "list": [
            lambda text: opened.encode(text, add_special_tokens=False).ids,
            lambda text: opened.encode_batch_fast([text], add_special_tokens=False)[0].ids,
        ],
    }


def open_tokendagger(encoding, files):
    import base64

    import tokendagger

    with open(os.path.join(files, encoding + ".tiktoken"), "rb") as file:
        ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in file)}
    with open(os.path.join(files, encoding + ".pattern"), encoding="utf-8") as file:
        pattern = file.read()
    opened = tokendagger.Tokenizer(encoding, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return {"list": [opened.encode_ordinary]}


MB = 1_000_000
PEERS = {
    OURS: Peer(open_token_ranker, has_cold=True),
    "gigatoken": Peer(open_gigatoken, "gigatoken", has_cold=True),
    "quicktok": Peer(open_quicktok, "quicktok-v1", has_cold=True),
    REFERENCE: Peer(open_tiktoken, "tiktoken", has_cold=True),
    "bpe-openai": Peer(open_bpe_openai, "bpe-openai", 2 * MB),
    "rs_bpe": Peer(open_rs_bpe, "rs_bpe", 2 * MB),
    "tokie": Peer(open_tokie, "tokie", 2 * MB),
    "tokenizers": Peer(open_tokenizers, "tokenizers", MB // 2),
    "tokendagger": Peer(open_tokendagger, "tokendagger", 2 * MB),
    "token_ranker avx2": forced("avx2"),
    "token_ranker neon": forced("neon"),
    "token_ranker portable": forced("portable"),
    "token_ranker pcre2": forced("pcre2"),
}
FORCED = {name: name.split()[1] for name in PEERS if name.startswith(OURS + " ")}


def open_peer(name, encoding, files):
    peer = PEERS[name]
    functions = peer.open(encoding, files)
    return {kind: some for kind, some in functions.items() if some and (peer.kinds is None or kind in peer.kinds)}


def version_of(name):
    """The version of its package, or None if that is not installed."""
    from importlib import metadata

    try:
        return metadata.version(PEERS[name].package)
    except metadata.PackageNotFoundError:
        return None


def available_peers():
    """{name: version} of those that can be measured here."""
    engines = supported_engines()
    available = {OURS: import_token_ranker().__version__}
    for name, peer in PEERS.items():
        if name in FORCED:
            if FORCED[name] in engines:
                available[name] = available[OURS]
        elif name != OURS and version_of(name):
            available[name] = version_of(name)
    return available
