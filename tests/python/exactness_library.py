"""The library behind its C functions, for the exactness tests: any engine by name, any bytes, arrays instead of lists."""

import base64
import ctypes
import os
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBRARY = os.environ.get("TOKEN_RANKER_LIBRARY", os.path.join(ROOT, "build", "libtoken_ranker.so"))

FORMAT_RANKS, FORMAT_BUILTIN, FORMAT_DETECT = 1, 2, 5
UNSUPPORTED_ENGINE = 36
ALL_SPECIAL = ctypes.c_size_t(-1).value

# Every engine that the library may have. One that this machine or this build lacks is left out of ENGINES; TOKEN_RANKER_TEST_ENGINES
# (names between commas; "default" for the one that is chosen when none is named) tests exactly those that it names.
ENGINE_NAMES = ("avx512", "avx2", "avx2_without_pext", "neon", "portable", "scalar", "pcre2")


class _Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int32), ("reserved", ctypes.c_uint32), ("offset", ctypes.c_uint64), ("message", ctypes.c_char * 240)]


class _SpecialToken(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("text_size", ctypes.c_size_t), ("token", ctypes.c_uint32), ("reserved", ctypes.c_uint32)]


class _Definition(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_size_t),
        ("name", ctypes.c_char_p),
        ("name_size", ctypes.c_size_t),
        ("vocabulary", ctypes.c_char_p),
        ("vocabulary_size", ctypes.c_size_t),
        ("format", ctypes.c_int32),
        ("reserved", ctypes.c_uint32),
        ("pattern", ctypes.c_char_p),
        ("pattern_size", ctypes.c_size_t),
        ("special_tokens", ctypes.POINTER(_SpecialToken)),
        ("special_tokens_size", ctypes.c_size_t),
        ("engine", ctypes.c_char_p),
    ]


class _Information(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_size_t),
        ("name", ctypes.c_char_p),
        ("name_size", ctypes.c_size_t),
        ("pattern", ctypes.c_void_p),
        ("pattern_size", ctypes.c_size_t),
        ("engine", ctypes.c_char_p),
        ("unicode_version", ctypes.c_char_p),
        ("vocabulary_size", ctypes.c_size_t),
        ("token_bytes", ctypes.POINTER(ctypes.c_uint8)),
        ("token_offsets", ctypes.POINTER(ctypes.c_uint32)),
        ("token_numbers", ctypes.POINTER(ctypes.c_uint32)),
        ("special_tokens", ctypes.POINTER(_SpecialToken)),
        ("special_tokens_size", ctypes.c_size_t),
        ("max_token", ctypes.c_uint32),
        ("max_tokens_per_byte", ctypes.c_uint32),
        ("added_tokens", ctypes.POINTER(_SpecialToken)),
        ("added_tokens_size", ctypes.c_size_t),
        ("tokens_before", ctypes.POINTER(ctypes.c_uint32)),
        ("tokens_before_size", ctypes.c_size_t),
        ("tokens_after", ctypes.POINTER(ctypes.c_uint32)),
        ("tokens_after_size", ctypes.c_size_t),
        ("source", ctypes.c_char_p),
        ("reference", ctypes.c_char_p),
        ("pattern_name", ctypes.c_char_p),
        ("normalizer", ctypes.c_char_p),
        ("notes", ctypes.c_char_p),
    ]


class _Result(ctypes.Structure):
    _fields_ = [
        ("tokens", ctypes.POINTER(ctypes.c_uint32)),
        ("tokens_size", ctypes.c_size_t),
        ("offsets", ctypes.POINTER(ctypes.c_int64)),
        ("offsets_size", ctypes.c_size_t),
    ]


_size_p = ctypes.POINTER(ctypes.c_size_t)
_error_p = ctypes.POINTER(_Error)
_handle = ctypes.c_void_p
_FUNCTIONS = {
    "token_ranker": (ctypes.c_int32, [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_handle), _error_p]),
    "token_ranker_load": (ctypes.c_int32, [ctypes.POINTER(_Definition), ctypes.POINTER(_handle), _error_p]),
    "token_ranker_free": (None, [_handle]),
    "token_ranker_encode": (
        ctypes.c_int32,
        [_handle, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, _size_p, _error_p],
    ),
    "token_ranker_pretokenize": (
        ctypes.c_int32,
        [_handle, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, _size_p, _error_p],
    ),
    "token_ranker_count": (
        ctypes.c_int32,
        [_handle, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, _size_p, _error_p],
    ),
    "token_ranker_encode_pretoken": (
        ctypes.c_int32,
        [_handle, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, _size_p, _error_p],
    ),
    "token_ranker_encode_batch": (
        ctypes.c_int32,
        [
            _handle,
            ctypes.c_char_p,
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.c_uint32,
            ctypes.POINTER(ctypes.POINTER(_Result)),
            _error_p,
        ],
    ),
    "token_ranker_result_free": (None, [ctypes.POINTER(_Result)]),
    "token_ranker_decode": (
        ctypes.c_int32,
        [_handle, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, _size_p, _error_p],
    ),
    "token_ranker_info": (ctypes.c_int32, [_handle, ctypes.POINTER(_Information), _error_p]),
}


def _open_library() -> ctypes.CDLL:
    library = ctypes.CDLL(LIBRARY)
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


_library = _open_library()


class LibraryError(Exception):
    """A status other than 0, with the story."""

    def __init__(self, error: _Error) -> None:
        super().__init__(f"status {error.status} at {error.offset}: {error.message.decode()}")
        self.status = error.status
        self.offset = error.offset


class Ranker:
    """A handle of the library."""

    def __init__(self, handle: ctypes.c_void_p) -> None:
        self._handle = handle
        information = _Information(struct_size=ctypes.sizeof(_Information))
        self._check(_library.token_ranker_info, ctypes.byref(information))
        self.engine = information.engine.decode()
        self.pattern_name = information.pattern_name.decode()
        self.notes = information.notes.decode().splitlines()
        self.pattern = ctypes.string_at(information.pattern, information.pattern_size).decode()
        self.vocabulary_size = information.vocabulary_size
        self.max_token = information.max_token
        self._information = information
        specials = [information.special_tokens[i] for i in range(information.special_tokens_size)]
        self.special_names = [ctypes.string_at(s.text, s.text_size).decode() for s in specials]
        self.special_numbers = [s.token for s in specials]
        self._special_index = {name: i for i, name in enumerate(self.special_names)}

    def __del__(self) -> None:
        _library.token_ranker_free(self._handle)

    def _check(self, function, *arguments) -> None:
        error = _Error()
        if function(self._handle, *arguments, ctypes.byref(error)):
            raise LibraryError(error)

    def encode(self, text: bytes, allowed: Sequence[str] = ()) -> np.ndarray:
        """The tokens of text; `allowed` names special tokens of the encoding."""
        indices = np.array([self._special_index[name] for name in allowed], np.uint32)
        return self._encode(text, indices.ctypes.data if len(indices) else None, len(indices))

    def encode_all(self, text: bytes) -> np.ndarray:
        """The tokens of text with every special token allowed."""
        return self._encode(text, None, ALL_SPECIAL)

    def _encode(self, text: bytes, allowed, allowed_size: int) -> np.ndarray:
        tokens = np.empty(len(text) * self._information.max_tokens_per_byte, np.uint32)
        size = ctypes.c_size_t()
        self._check(
            _library.token_ranker_encode, text, len(text), allowed, allowed_size, tokens.ctypes.data, len(tokens), ctypes.byref(size)
        )
        assert size.value <= len(tokens)
        return tokens[: size.value]

    def encode_arrow(self, data: bytes, offsets: np.ndarray, threads: int, allow_special: bool = False):
        """The result of token_ranker_encode_batch, and a function that frees it."""
        result = ctypes.POINTER(_Result)()
        self._check(
            _library.token_ranker_encode_batch,
            data,
            offsets.ctypes.data,
            len(offsets) - 1,
            None,
            ALL_SPECIAL if allow_special else 0,
            threads,
            ctypes.byref(result),
        )
        return result, lambda: _library.token_ranker_result_free(result)

    def encode_batch(self, texts: Sequence[bytes], allow_special: bool, threads: int) -> Tuple[np.ndarray, np.ndarray]:
        """The tokens of all texts, and where those of each begin, and their end."""
        offsets = np.cumsum([0] + [len(text) for text in texts], dtype=np.int64)
        result, free = self.encode_arrow(b"".join(texts), offsets, threads, allow_special)
        found = result.contents
        size = found.tokens_size
        tokens = np.ctypeslib.as_array(found.tokens, (size,)).copy() if size else np.empty(0, np.uint32)
        begins = np.ctypeslib.as_array(found.offsets, (found.offsets_size,)).copy()
        free()
        return tokens, begins

    def count(self, text: bytes, limit: int = ctypes.c_size_t(-1).value) -> int:
        size = ctypes.c_size_t()
        self._check(_library.token_ranker_count, text, len(text), None, 0, limit, ctypes.byref(size))
        return size.value

    def encode_pretoken(self, piece: bytes) -> np.ndarray:
        tokens = np.empty(len(piece), np.uint32)
        size = ctypes.c_size_t()
        self._check(_library.token_ranker_encode_pretoken, piece, len(piece), tokens.ctypes.data, len(tokens), ctypes.byref(size))
        return tokens[: size.value]

    def pretokenize(self, text: bytes) -> np.ndarray:
        """[n, 2]: where each pretoken begins and ends, in bytes."""
        spans = np.empty((len(text), 2), np.uint64)
        size = ctypes.c_size_t()
        self._check(_library.token_ranker_pretokenize, text, len(text), spans.ctypes.data, len(spans), ctypes.byref(size))
        assert size.value <= len(text)
        return spans[: size.value].astype(np.int64)

    def split(self, text: bytes) -> List[bytes]:
        return [text[begin:end] for begin, end in self.pretokenize(text).tolist()]

    def decode(self, tokens: np.ndarray) -> bytes:
        tokens = np.ascontiguousarray(tokens, np.uint32)
        size = ctypes.c_size_t()
        capacity = 16 * len(tokens) + 1024
        while True:
            out = np.empty(capacity, np.uint8)
            error = _Error()
            status = _library.token_ranker_decode(
                self._handle, tokens.ctypes.data, len(tokens), out.ctypes.data, capacity, ctypes.byref(size), ctypes.byref(error)
            )
            if status == 0:
                return out[: size.value].tobytes()
            if size.value <= capacity:
                raise LibraryError(error)
            capacity = size.value

    def vocabulary(self) -> Dict[bytes, int]:
        information = self._information
        count = information.vocabulary_size
        offsets = np.ctypeslib.as_array(information.token_offsets, (count + 1,)).tolist()
        numbers = np.ctypeslib.as_array(information.token_numbers, (count,)).tolist()
        data = ctypes.string_at(information.token_bytes, offsets[-1])
        return {data[offsets[i] : offsets[i + 1]]: numbers[i] for i in range(count)}


def open_encoding(name: str) -> Ranker:
    handle = _handle()
    error = _Error()
    if _library.token_ranker(name.encode(), len(name.encode()), ctypes.byref(handle), ctypes.byref(error)):
        raise LibraryError(error)
    return Ranker(handle)


def _load(vocabulary: bytes, format_: int, pattern: Optional[str], special_tokens: Optional[Mapping[str, int]], engine: str) -> Ranker:
    definition = _Definition(struct_size=ctypes.sizeof(_Definition))
    definition.vocabulary, definition.vocabulary_size, definition.format = vocabulary, len(vocabulary), format_
    if pattern is not None:
        data = pattern.encode()
        definition.pattern, definition.pattern_size = data, len(data)
    if special_tokens:
        rows = [(text.encode(), token) for text, token in special_tokens.items()]
        table = (_SpecialToken * len(rows))()
        for row, (text, token) in zip(table, rows):
            row.text, row.text_size, row.token = ctypes.cast(ctypes.c_char_p(text), ctypes.c_void_p), len(text), token
        definition.special_tokens = table
        definition.special_tokens_size = len(rows)
    definition.engine = None if engine == "default" else engine.encode()
    handle = _handle()
    error = _Error()
    if _library.token_ranker_load(ctypes.byref(definition), ctypes.byref(handle), ctypes.byref(error)):
        raise LibraryError(error)
    return Ranker(handle)


def open_with_engine(name: str, engine: str) -> Ranker:
    """A built-in encoding; engine "default" is the plain way of opening it."""
    if engine == "default":
        return open_encoding(name)
    ranker = _load(name.encode(), FORMAT_BUILTIN, None, None, engine)
    assert ranker.engine == engine
    return ranker


def load_ranks(
    ranks: Mapping[bytes, int], pattern: str, special_tokens: Optional[Mapping[str, int]] = None, engine: str = "default"
) -> Ranker:
    """An encoding of the caller's own, by way of a rank file."""
    lines = [base64.b64encode(token) + b" %d\n" % rank for token, rank in ranks.items()]
    return _load(b"".join(lines), FORMAT_RANKS, pattern, special_tokens, engine)


def load_file(contents: bytes, engine: str = "default") -> Ranker:
    """A tokenizer.json, a tekken.json or a published rank file."""
    ranker = _load(contents, FORMAT_DETECT, None, None, engine)
    assert engine in ("default", ranker.engine)
    return ranker


def _has_engine(name: str) -> bool:
    try:
        open_with_engine("r50k_base", name)
    except LibraryError as error:
        if error.status != UNSUPPORTED_ENGINE:
            raise
        return False
    return True


def _choose_engines() -> Sequence[str]:
    wanted = os.environ.get("TOKEN_RANKER_TEST_ENGINES")
    if wanted:
        return tuple(wanted.split(","))
    default = open_encoding("r50k_base").engine
    return ("default",) + tuple(name for name in ENGINE_NAMES if name != default and _has_engine(name))


# The engines under test; "default" stands for the one that the library chooses, which is not named a second time.
ENGINES = _choose_engines()
# Those that take any pattern.
ANY_PATTERN_ENGINES = tuple(name for name in ENGINES if name in ("default", "pcre2"))
