"""Exact byte-level BPE tokenization: a complete drop-in for tiktoken 0.14.0 in one file and one shared library.

>>> import token_ranker
>>> enc = token_ranker.get_encoding("cl100k_base")
>>> enc.encode("hello world")
[15339, 1917]
>>> enc.decode([15339, 1917])
'hello world'
>>> enc.count("hello world")
2

`import token_ranker as tiktoken` replaces `import tiktoken`; `install_as_tiktoken()` does it for code that imports tiktoken by itself.
Three things differ on purpose: `bytes` are accepted wherever text is (a byte outside well-formed UTF-8 counts as one character of no
Unicode class); lone surrogates are repaired in every entry point; what panics there is a ValueError or KeyError here.

How it works. libtoken_ranker (include/token_ranker.h) is loaded with ctypes. `_Core` makes its calls; `Encoding` is what users see.
On CPython the library also makes real built-in functions of the hot calls, which take the place of the methods in each Encoding; the
methods are their twin, for other Pythons and for every unusual argument. Errors are those of tiktoken, else TokenRankerError.

This file needs Python 3.8 and its standard library. `python token_ranker.py --help` is a command line.
"""
from __future__ import annotations

import ctypes
import functools
import itertools
import operator
import os
import sys
import threading
from array import array
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

TYPE_CHECKING = False  # as in typing, whose import would take as long as all the others
if TYPE_CHECKING:
    import types
    from typing import AbstractSet, Any, Callable, Collection, Iterable, Iterator, NoReturn, Sequence, Union

    import numpy

    Text = Union[str, bytes, bytearray, memoryview]  # a str's UTF-8 is meant; bytes are taken as they are
    Allowed = Union[str, AbstractSet[str]]  # "all", or the special tokens to recognise
    Paths = Union[str, os.PathLike[str], Iterable[Union[str, os.PathLike[str]]]]
    Disallowed = Union[str, Collection[str]]  # "all", or the texts to refuse

__all__ = ["Encoding", "TokenRankerError", "encoding_for_model", "encoding_name_for_model", "get_encoding", "list_encoding_names"]
__all__ += ["EncodedFile", "count_files", "encode_files", "install_as_tiktoken"]

_TIKTOKEN_VERSION = "0.14.0"  # whose behaviour this is
_BYTES = (bytes, bytearray, memoryview)

# ---- The library -------------------------------------------------------------------------------------------------------------------

_ABI_VERSION = 1
_OK, _BUFFER_TOO_SMALL, _UNKNOWN_TOKEN, _BAD_PATTERN, _OUT_OF_MEMORY = 0, 2, 4, 34, 48
_FORMAT_RANKS, _FORMAT_BUILTIN, _FORMAT_DETECT = 1, 2, 5
_CATALOG_ENCODING, _CATALOG_MODEL, _CATALOG_MODEL_PREFIX = 1, 2, 3
_SIZE_MAX = c_size_t(-1).value  # as limit: none; as number of special tokens: all
_NOT_FOUND = 2**32 - 1


def _struct(name: str, /, **fields: Any) -> Any:
    return type(name, (ctypes.Structure,), {"_fields_": list(fields.items())})


_Error = _struct("_Error", status=c_int32, reserved=c_uint32, offset=c_uint64, message=ctypes.c_char * 240)
_SpecialToken = _struct("_SpecialToken", text=c_void_p, text_size=c_size_t, token=c_uint32, reserved=c_uint32)
_CatalogRow = _struct("_CatalogRow", name=c_char_p, encoding=c_char_p, kind=c_int32, reserved=c_uint32)
_Definition = _struct(
    "_Definition",
    struct_size=c_size_t, name=c_char_p, name_size=c_size_t, vocabulary=c_char_p, vocabulary_size=c_size_t, format=c_int32,
    reserved=c_uint32, pattern=c_char_p, pattern_size=c_size_t, special_tokens=POINTER(_SpecialToken), special_tokens_size=c_size_t,
    engine=c_char_p, cache_limit=c_size_t,
)  # fmt: skip
_Result = _struct("_Result", tokens=c_void_p, tokens_size=c_size_t, offsets=POINTER(c_int64), offsets_size=c_size_t)
_TextResult = _struct("_TextResult", bytes=c_void_p, bytes_size=c_size_t, offsets=POINTER(c_int64), offsets_size=c_size_t)
_Span = _struct("_Span", begin=c_uint64, end=c_uint64)
_Information = _struct(
    "_Information",
    struct_size=c_size_t, name=c_void_p, name_size=c_size_t, pattern=c_void_p, pattern_size=c_size_t, engine=c_char_p,
    unicode_version=c_char_p, vocabulary_size=c_size_t, token_bytes=c_void_p, token_offsets=POINTER(c_uint32),
    token_numbers=POINTER(c_uint32), special_tokens=POINTER(_SpecialToken), special_tokens_size=c_size_t, max_token=c_uint32,
    max_tokens_per_byte=c_uint32, added_tokens=POINTER(_SpecialToken), added_tokens_size=c_size_t, tokens_before=POINTER(c_uint32),
    tokens_before_size=c_size_t, tokens_after=POINTER(c_uint32), tokens_after_size=c_size_t, source=c_char_p, reference=c_char_p,
    pattern_name=c_char_p, normalizer=c_char_p, notes=c_char_p,
)  # fmt: skip

_TEXT = [c_char_p, c_size_t]
_SELECTION = [c_void_p, c_size_t]
_BUFFER = [c_void_p, c_size_t, POINTER(c_size_t)]
_MADE = [POINTER(c_void_p), POINTER(c_size_t)]  # by a stream, and its own
_ERROR = [POINTER(_Error)]

# name: (restype, argtypes)
_FUNCTIONS = {
    "token_ranker_version": (c_char_p, []),
    "token_ranker_abi_version": (c_uint32, []),
    "token_ranker_catalog": (POINTER(_CatalogRow), [POINTER(c_size_t)]),
    "token_ranker": (c_int32, _TEXT + [POINTER(c_void_p)] + _ERROR),
    "token_ranker_load": (c_int32, [POINTER(_Definition), POINTER(c_void_p)] + _ERROR),
    "token_ranker_free": (None, [c_void_p]),
    "token_ranker_info": (c_int32, [c_void_p, POINTER(_Information)] + _ERROR),
    "token_ranker_encode": (c_int32, [c_void_p] + _TEXT + _SELECTION + _BUFFER + _ERROR),
    "token_ranker_encode_batch": (
        c_int32,
        [c_void_p, c_char_p, c_void_p, c_size_t] + _SELECTION + [c_uint32, POINTER(POINTER(_Result))] + _ERROR,
    ),
    "token_ranker_result_free": (None, [POINTER(_Result)]),
    "token_ranker_count_batch": (c_int32, [c_void_p, c_char_p, c_void_p, c_size_t] + _SELECTION + [c_uint32, c_void_p] + _ERROR),
    "token_ranker_decode_batch": (c_int32, [c_void_p, c_void_p, c_void_p, c_size_t, c_uint32, POINTER(POINTER(_TextResult))] + _ERROR),
    "token_ranker_text_result_free": (None, [POINTER(_TextResult)]),
    "token_ranker_truncate": (c_int32, [c_void_p] + _TEXT + _SELECTION + [c_size_t, POINTER(c_size_t)] + _ERROR),
    "token_ranker_next_chunk": (c_int32, [c_void_p] + _TEXT + [c_size_t, c_size_t, POINTER(_Span)] + _ERROR),
    "token_ranker_encode_with_offsets": (
        c_int32,
        [c_void_p] + _TEXT + _SELECTION + [c_void_p, c_void_p, c_size_t, POINTER(c_size_t)] + _ERROR,
    ),
    "token_ranker_stream_encoder": (c_int32, [c_void_p] + _SELECTION + [POINTER(c_void_p)] + _ERROR),
    "token_ranker_stream_encoder_push": (c_int32, [c_void_p] + _TEXT + _MADE + _ERROR),
    "token_ranker_stream_encoder_finish": (c_int32, [c_void_p] + _MADE + _ERROR),
    "token_ranker_stream_encoder_free": (None, [c_void_p]),
    "token_ranker_stream_decoder": (c_int32, [c_void_p, POINTER(c_void_p)] + _ERROR),
    "token_ranker_stream_decoder_push": (c_int32, [c_void_p] + _SELECTION + _MADE + _ERROR),
    "token_ranker_stream_decoder_finish": (c_int32, [c_void_p] + _MADE + _ERROR),
    "token_ranker_stream_decoder_free": (None, [c_void_p]),
    "token_ranker_count": (c_int32, [c_void_p] + _TEXT + _SELECTION + [c_size_t, POINTER(c_size_t)] + _ERROR),
    "token_ranker_find_cut": (c_int32, [c_void_p] + _TEXT + _SELECTION + [POINTER(c_size_t)] + _ERROR),
    "token_ranker_find_special": (c_int32, [c_void_p] + _TEXT + _SELECTION + [POINTER(c_uint32), POINTER(c_size_t)] + _ERROR),
    "token_ranker_pretokenize": (c_int32, [c_void_p] + _TEXT + _BUFFER + _ERROR),
    "token_ranker_encode_pretoken": (c_int32, [c_void_p] + _TEXT + _BUFFER + _ERROR),
    "token_ranker_decode": (c_int32, [c_void_p] + _SELECTION + _BUFFER + _ERROR),
}

# The same for the functions that make built-ins: they work on objects of Python.
_PYTHON_FUNCTIONS = {
    "token_ranker_python_symbols": (POINTER(c_char_p), []),
    "token_ranker_python_attach": (c_int32, [POINTER(c_void_p)]),
    "token_ranker_python_capsule": (ctypes.py_object, [c_void_p]),
    "token_ranker_python_functions": (ctypes.py_object, [ctypes.py_object]),
    "token_ranker_python_close": (None, [ctypes.py_object]),
}


def _declare(library: ctypes.CDLL, functions: dict[str, tuple[Any, list[Any]]]) -> None:
    for name, (restype, argtypes) in functions.items():
        function = getattr(library, name)
        function.restype, function.argtypes = restype, argtypes


def _open_library(path: str, use_builtins: bool = True) -> ctypes.CDLL:
    """Loads one file; its attribute `builtins` makes built-in functions, or is None. ImportError says why it is not the library."""
    try:
        library = ctypes.CDLL(path)
        abi_version = library.token_ranker_abi_version()
        if abi_version != _ABI_VERSION:
            raise ImportError(f"has ABI version {abi_version}, {__file__} needs {_ABI_VERSION}: take both from the same release")
        _declare(library, _FUNCTIONS)
        library.builtins = _attach_python(ctypes.PyDLL(path)) if use_builtins and hasattr(ctypes, "pythonapi") else None
    except OSError as error:
        raise ImportError(f"cannot be loaded: {error}") from error
    except AttributeError as error:
        raise ImportError(f"is not the library of token_ranker: {error}") from error
    return library


def _attach_python(builtins: ctypes.PyDLL) -> ctypes.PyDLL | None:
    """Hands over the functions of Python that the library asks for. None if this Python cannot serve it."""
    _declare(builtins, _PYTHON_FUNCTIONS)
    names = itertools.takewhile(bool, builtins.token_ranker_python_symbols())
    functions = [getattr(ctypes.pythonapi, name.decode(), None) for name in names]
    if None in functions:
        return None
    addresses = (c_void_p * len(functions))(*[ctypes.cast(function, c_void_p).value for function in functions])
    return builtins if builtins.token_ranker_python_attach(addresses) else None


def _library_paths() -> Iterator[str]:
    """Where the library may be. TOKEN_RANKER_LIBRARY, if set, is the only place."""
    if os.environ.get("TOKEN_RANKER_LIBRARY"):
        yield os.path.abspath(os.environ["TOKEN_RANKER_LIBRARY"])
        return
    name = {"win32": "token_ranker.dll", "darwin": "libtoken_ranker.dylib"}.get(sys.platform, "libtoken_ranker.so")
    beside = os.path.dirname(os.path.abspath(__file__))
    yield os.path.join(beside, name)
    import sysconfig

    for folder in (sysconfig.get_path("platlib"), getattr(sys, "_MEIPASS", None)):
        if folder and folder != beside:
            yield os.path.join(folder, name)


def _find_library() -> ctypes.CDLL:
    tried = []
    for path in _library_paths():
        try:
            if not os.path.exists(path):
                raise ImportError("does not exist")
            return _open_library(path)
        except ImportError as error:
            tried.append(f"\n  {path} {error}")
    advice = "Put it beside token_ranker.py, or set TOKEN_RANKER_LIBRARY to its path."
    raise ImportError(f"the library of token_ranker was not found; tried:{''.join(tried)}\n{advice}")


_library = _find_library()
__version__: str = _library.token_ranker_version().decode()


def _catalog(kind: int) -> dict[str, str]:
    size = c_size_t()
    rows = _library.token_ranker_catalog(ctypes.byref(size))
    return {rows[i].name.decode(): rows[i].encoding.decode() for i in range(size.value) if rows[i].kind == kind}


class TokenRankerError(ValueError):
    """An error of the library.

    status: the number of a TOKEN_RANKER_… status in token_ranker.h; offset: the byte, line or index that it is about.
    """

    def __init__(self, message: str, status: int, offset: int) -> None:
        super().__init__(message, status, offset)
        self.status = status
        self.offset = offset

    def __str__(self) -> str:
        return self.args[0]


def _raise(error: _Error) -> NoReturn:
    message = error.message.decode("utf-8", "replace")
    if error.status == _OUT_OF_MEMORY:
        raise MemoryError(message)
    if error.status == _BAD_PATTERN:
        message = f"Parsing error at position {error.offset}: {message}"
    raise TokenRankerError(message, error.status, error.offset)


def _new_ranker(function: Callable[..., int], *arguments: Any) -> c_void_p:
    ranker, error = c_void_p(), _Error()
    if function(*arguments, ctypes.byref(ranker), ctypes.byref(error)) != _OK:
        _raise(error)
    return ranker


# ---- Arguments ---------------------------------------------------------------------------------------------------------------------


def _named(value: object) -> str:
    return "'None'" if value is None else f"'{type(value).__name__}' object"


def _utf8(text: Text, expected: str = "str") -> bytes:
    if isinstance(text, str):
        try:
            return text.encode("utf-8")
        except UnicodeEncodeError:  # surrogate pairs are joined, lone surrogates replaced
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode("utf-8")
    if isinstance(text, _BYTES):
        return bytes(text)
    raise TypeError(f"{_named(text)} is not an instance of '{expected}'")


_LONG_TEXT = 65536


def _is_long(text: Any) -> bool:
    return isinstance(text, (str, bytes, bytearray)) and len(text) > _LONG_TEXT


def _token(value: Any) -> int:
    number = operator.index(value)
    if not 0 <= number < 2**32:
        raise OverflowError("out of range integral type conversion attempted")
    return number


def _token_array(tokens: Sequence[int]) -> array[int]:
    if isinstance(tokens, str):
        raise TypeError("Can't extract `str` to `Vec`")
    if isinstance(tokens, dict) or not hasattr(type(tokens), "__getitem__"):
        raise TypeError(f"{_named(tokens)} is not an instance of 'Sequence'")
    try:
        return array("I", tokens.tolist() if getattr(tokens, "ndim", 0) == 1 else list(tokens))
    except (TypeError, OverflowError):
        return array("I", [_token(token) for token in tokens])  # takes integers of other types; else says what is wrong


def _thread_count(num_threads: int | None) -> int:
    """As the library takes it: 0 is what the process may use."""
    if num_threads is None:
        return 0
    if num_threads <= 0:
        raise ValueError("max_workers must be greater than 0")
    return min(operator.index(num_threads), 2**32 - 1)


def _each(function: Callable[[Any], Any], items: Iterable[Any], num_threads: int | None) -> list[Any]:
    _thread_count(num_threads)
    return [function(item) for item in list(items)]


def raise_disallowed_special_token(token: str) -> NoReturn:
    raise ValueError(
        f"Encountered text corresponding to disallowed special token {token!r}.\n"
        "If you want this text to be encoded as a special token, "
        f"pass it to `allowed_special`, e.g. `allowed_special={{{token!r}, ...}}`.\n"
        "If you want this text to be encoded as normal text, disable the check for this token "
        f"by passing `disallowed_special=(enc.special_tokens_set - {{{token!r}}})`.\n"
        "To disable this check for all special tokens, pass `disallowed_special=()`.\n"
    )


class _CachedProperty:
    """functools.cached_property without a lock: until Python 3.12 that has one, which a child of fork may find held for ever."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function, self.name, self.__doc__ = function, function.__name__, function.__doc__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else instance.__dict__.setdefault(self.name, self.function(instance))


if TYPE_CHECKING:
    from functools import cached_property as _cached
else:
    _cached = _CachedProperty


# ---- The calls of one encoding -----------------------------------------------------------------------------------------------------


class _Core(tuple):
    """A handle of the library and its calls through ctypes: the truth about every argument and error.

    It is also the `self` of the built-ins, which come here with what they do not do themselves. For them it is a tuple: the library
    finds their capsule as item 0. It does not refer to them, so the last user gone, handle and capsule go too.
    """

    def __new__(cls, library: ctypes.CDLL, ranker: c_void_p) -> _Core:
        return super().__new__(cls, [library.builtins.token_ranker_python_capsule(ranker)] if library.builtins else [])

    def __init__(self, library: ctypes.CDLL, ranker: c_void_p) -> None:
        self.library = library
        self.ranker = ranker
        self.free = library.token_ranker_free
        self.is_closed = False
        info = self.information()
        self.name = ctypes.string_at(info.name, info.name_size).decode("utf-8")
        self.pat_str = ctypes.string_at(info.pattern, info.pattern_size).decode("utf-8")
        self.max_token = info.max_token
        self.special_tokens = _texts_and_tokens(info.special_tokens, info.special_tokens_size)
        self.added_tokens = _texts_and_tokens(info.added_tokens, info.added_tokens_size)
        self.is_tokenizer_json = info.source == b"tokenizer.json"
        self.opened_file: _OpenedFile | None = None
        self.special_names = list(self.special_tokens)
        self.special_indices = {name: index for index, name in enumerate(self.special_names)}
        self.all_indices_but = functools.lru_cache(maxsize=64)(functools.partial(_indices_but, self.special_names))

    def __del__(self) -> None:
        # Made by __init__: a built-in or a method that runs holds this object, so no call uses the handle now.
        self.free(self.ranker)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.state(),)  # what pickles `encoding.encode`

    def state(self) -> Any:
        """What pickles the encoding: its name if it is registered, else what makes it."""
        registered = ENCODINGS.get(self.name)
        if registered is not None and registered.__dict__.get("_core_bpe") is self:
            return self.name
        if self.opened_file:
            return {"name": self.name, **self.opened_file.state()}
        parts = {"name": self.name, "pat_str": self.pat_str}
        return {**parts, "mergeable_ranks": self.mergeable_ranks, "special_tokens": self.special_tokens}

    def make_builtins(self) -> dict[str, Callable[..., Any]]:
        return self.library.builtins.token_ranker_python_functions(self) if self.library.builtins else {}

    def close(self) -> None:
        self.is_closed = True
        if self.library.builtins:
            self.library.builtins.token_ranker_python_close(self[0])

    def call(self, function: Callable[..., int], *arguments: Any) -> int:
        return self.call_on(self.ranker, function, *arguments)

    def call_on(self, handle: c_void_p, function: Callable[..., int], *arguments: Any) -> int:
        """A call of the ranker or of one of its streams."""
        if self.is_closed:
            raise ValueError(f"encoding {self.name!r} is closed")
        error = _Error()
        status = function(handle, *arguments, ctypes.byref(error))
        if status not in (_OK, _BUFFER_TOO_SMALL):
            _raise(error)
        return status

    def fill(self, function: Callable[..., int], typecode: str, width: int, capacity: int, *arguments: Any) -> array[int]:
        """What `function` writes into a buffer of elements of `width` numbers each; called again if the capacity was too small."""
        size = c_size_t()
        while True:
            buffer = array(typecode, [0]) * (capacity * width)
            if self.call(function, *arguments, buffer.buffer_info()[0], capacity, ctypes.byref(size)) == _OK:
                del buffer[size.value * width :]
                return buffer
            capacity = size.value

    def information(self) -> _Information:
        info = _Information(struct_size=ctypes.sizeof(_Information))
        self.call(self.library.token_ranker_info, ctypes.byref(info))
        return info

    def has_ranks(self, ranks: dict[bytes, int]) -> bool:
        info = self.information()
        size = info.vocabulary_size
        if len(ranks) != size:
            return False
        try:
            offsets, numbers = array("I", itertools.accumulate(map(len, ranks), initial=0)), array("I", ranks.values())
            return (
                ctypes.string_at(info.token_offsets, 4 * (size + 1)) == offsets.tobytes()
                and ctypes.string_at(info.token_numbers, 4 * size) == numbers.tobytes()
                and ctypes.string_at(info.token_bytes, offsets[-1]) == b"".join(ranks)
            )
        except (TypeError, OverflowError):
            return False

    @_cached
    def mergeable_ranks(self) -> dict[bytes, int]:
        info = self.information()
        offsets = info.token_offsets[: info.vocabulary_size + 1]
        data = ctypes.string_at(info.token_bytes, offsets[-1])
        numbers = info.token_numbers[: info.vocabulary_size]
        return {data[begin:end]: number for begin, end, number in zip(offsets, offsets[1:], numbers)}

    @_cached
    def sorted_token_bytes(self) -> list[bytes]:
        return sorted(self.mergeable_ranks)

    # -- Special tokens. A selection of them is bytes: their indices as uint32. For other texts it is a regular expression.

    def indices(self, names: Iterable[str]) -> bytes:
        return array("I", [self.special_indices[name] for name in names if name in self.special_indices]).tobytes()

    def select_allowed(self, allowed_special: Any) -> bytes:
        if allowed_special == "all":
            return self.all_indices_but(frozenset())
        if not isinstance(allowed_special, (set, frozenset)):
            raise TypeError(f"{_named(allowed_special)} is not an instance of 'set'")
        for name in allowed_special:
            if not isinstance(name, str):
                raise TypeError(f"{_named(name)} is not an instance of 'str'")
        return self.indices(allowed_special)

    def select_refused(self, allowed_special: Any, disallowed_special: Any) -> Any:
        if disallowed_special == "all":
            if allowed_special == "all":
                return b""
            set() - allowed_special  # TypeError for what is no set
            return self.all_indices_but(frozenset(allowed_special))
        refused = frozenset(disallowed_special or ())
        return self.indices(refused) if refused <= self.special_indices.keys() else _any_of(refused)

    def find_special(self, data: bytes, selection: bytes) -> tuple[int, int]:
        """Index of the first of these special tokens in the text, or _NOT_FOUND, and the byte where it begins."""
        return self.find_special_at(data, len(data), selection)

    def find_special_at(self, address: Any, size: int, selection: bytes) -> tuple[int, int]:
        index, offset = c_uint32(), c_size_t()
        results = ctypes.byref(index), ctypes.byref(offset)
        text = address if isinstance(address, bytes) else c_char_p(address)
        self.call(self.library.token_ranker_find_special, text, size, selection, len(selection) // 4, *results)
        return index.value, offset.value

    def find_cut_at(self, address: int, size: int, allowed: bytes) -> int:
        """The last byte where a text may be cut whatever follows it, or 0."""
        cut = c_size_t()
        self.call(self.library.token_ranker_find_cut, c_char_p(address), size, allowed, len(allowed) // 4, ctypes.byref(cut))
        return cut.value

    def refuse(self, text: Text, refused: Any) -> None:
        """Raises if the text contains a special token of a selection."""
        if not refused:
            return
        if not isinstance(text, (str, *_BYTES)):
            raise TypeError(f"a bytes-like object is required, not '{type(text).__name__}'")
        if isinstance(refused, bytes):
            index, _ = self.find_special(_utf8(text), refused)
            if index != _NOT_FOUND:
                raise_disallowed_special_token(self.special_names[index])
        else:
            match = refused.search(text if isinstance(text, str) else bytes(text).decode("utf-8", "replace"))
            if match:
                raise_disallowed_special_token(match.group())

    # -- Encoding and decoding.

    utf8 = staticmethod(_utf8)  # for the built-ins

    def encode_data(self, data: bytes, allowed: bytes) -> array[int]:
        if len(data) > 16384:  # room for a token of each byte would be too much
            return self.encode_many([data], allowed, 1)[0]
        return self.fill(self.library.token_ranker_encode, "I", 1, len(data), data, len(data), allowed, len(allowed) // 4)

    def encode_many(self, data: list[bytes], allowed: bytes, threads: int) -> list[array[int]]:
        offsets, result = array("q", itertools.accumulate(map(len, data), initial=0)), POINTER(_Result)()
        texts, selection = (b"".join(data), offsets.buffer_info()[0], len(data)), (allowed, len(allowed) // 4)
        self.call(self.library.token_ranker_encode_batch, *texts, *selection, threads, ctypes.byref(result))
        try:
            tokens, ends = result.contents.tokens or 0, result.contents.offsets[: len(data) + 1]
            parts = [ctypes.string_at(tokens + 4 * begin, 4 * (end - begin)) for begin, end in zip(ends, ends[1:])]
        finally:
            self.library.token_ranker_result_free(result)
        return [array("I", part) for part in parts]

    def encode_text(self, text: Text, allowed_special: Any, disallowed_special: Any) -> array[int]:
        self.refuse(text, self.select_refused(allowed_special, disallowed_special))
        return self.encode_data(_utf8(text), self.select_allowed(allowed_special))

    def encode_to_array(self, text: Text, *, allowed_special: Any = frozenset(), disallowed_special: Any = ()) -> memoryview:
        return memoryview(self.encode_text(text, allowed_special, disallowed_special)).toreadonly()

    def encode_ordinary_batch(self, text: Iterable[Text], *, num_threads: int | None = 8) -> list[list[int]]:
        threads = _thread_count(num_threads)
        return [tokens.tolist() for tokens in self.encode_many([_utf8(item) for item in list(text)], b"", threads)]

    def encode_batch(
        self, text: Iterable[Text], *, num_threads: int | None = 8, allowed_special: Any = frozenset(), disallowed_special: Any = "all"
    ) -> list[list[int]]:
        refused = self.select_refused(allowed_special, disallowed_special)
        threads, data = _thread_count(num_threads), []
        for item in list(text):
            self.refuse(item, refused)
            data.append(_utf8(item))
        allowed = self.select_allowed(allowed_special) if data else b""
        return [tokens.tolist() for tokens in self.encode_many(data, allowed, threads)]

    def encode_ordinary(self, text: Text) -> list[int]:
        return self.encode_data(_utf8(text), b"").tolist()

    def encode(self, text: Text, *, allowed_special: Any = frozenset(), disallowed_special: Any = "all") -> list[int]:
        return self.encode_text(text, allowed_special, disallowed_special).tolist()

    def count(self, text: Text, *, limit: int | None = None, allowed_special: Any = frozenset(), disallowed_special: Any = ()) -> int:
        limit = _SIZE_MAX if limit is None else min(operator.index(limit), _SIZE_MAX)
        if limit < 0:
            raise ValueError("limit is negative")
        self.refuse(text, self.select_refused(allowed_special, disallowed_special))
        if _is_long(text) and limit < len(text):
            return self.read_until(text, limit, allowed_special)[0]
        data, allowed, count = _utf8(text), self.select_allowed(allowed_special), c_size_t()
        self.call(self.library.token_ranker_count, data, len(data), allowed, len(allowed) // 4, limit, ctypes.byref(count))
        return count.value

    # -- Batches, cuts and offsets.

    def read_until(self, text: Any, limit: int, allowed_special: Any) -> tuple[int, int]:
        """min(tokens, limit + 1), and how much of the text was read: of a long one only so much becomes UTF-8."""
        encoder, count = Encoder(self, allowed_special, ()), 0
        for end in range(_LONG_TEXT, len(text) + _LONG_TEXT, _LONG_TEXT):
            count += encoder._count(text[end - _LONG_TEXT : end])
            if count > limit:
                return limit + 1, end
        return min(count + len(encoder.flush()), limit + 1), len(text)

    def count_batch(
        self, texts: Iterable[Text], *, num_threads: int | None = None, allowed_special: Any = frozenset(), disallowed_special: Any = ()
    ) -> list[int]:
        refused = self.select_refused(allowed_special, disallowed_special)
        threads, data = _thread_count(num_threads), []
        for item in list(texts):
            self.refuse(item, refused)
            data.append(_utf8(item))
        allowed = self.select_allowed(allowed_special)
        offsets, counts = array("q", itertools.accumulate(map(len, data), initial=0)), array("q", [0]) * len(data)
        arguments = (b"".join(data), offsets.buffer_info()[0], len(data), allowed, len(allowed) // 4, threads, counts.buffer_info()[0])
        self.call(self.library.token_ranker_count_batch, *arguments)
        return counts.tolist()

    def truncate(self, text: Text, n: int, allowed_special: Any, disallowed_special: Any) -> Text:
        limit = operator.index(n)
        if limit < 0:
            raise ValueError("n is negative")
        self.refuse(text, self.select_refused(allowed_special, disallowed_special))
        if _is_long(text) and limit < len(text):
            text = text[: self.read_until(text, limit, allowed_special)[1]]
        data, allowed, size = _utf8(text), self.select_allowed(allowed_special), c_size_t()
        arguments = (data, len(data), allowed, len(allowed) // 4, min(limit, _SIZE_MAX), ctypes.byref(size))
        self.call(self.library.token_ranker_truncate, *arguments)
        return _places(text, data).part(0, size.value)

    def chunks(self, text: Text, n: int, overlap: int) -> Iterator[Text]:
        data, chunk = _utf8(text), _Span()
        places = _places(text, data)
        while True:
            self.call(self.library.token_ranker_next_chunk, data, len(data), n, overlap, ctypes.byref(chunk))
            if chunk.begin == chunk.end:
                return
            yield places.part(chunk.begin, chunk.end)

    def encode_with_offsets(self, text: Text, allowed_special: Any, disallowed_special: Any) -> tuple[list[int], list[tuple[int, int]]]:
        self.refuse(text, self.select_refused(allowed_special, disallowed_special))
        data, allowed, size = _utf8(text), self.select_allowed(allowed_special), c_size_t()
        capacity = len(data) if len(data) < 16384 else len(data) // 2
        while True:
            tokens, spans = array("I", [0]) * capacity, array("Q", [0]) * (2 * capacity)
            buffers = (tokens.buffer_info()[0], spans.buffer_info()[0], capacity, ctypes.byref(size))
            if self.call(self.library.token_ranker_encode_with_offsets, data, len(data), allowed, len(allowed) // 4, *buffers) == _OK:
                break
            capacity = size.value
        ends = iter(spans[: 2 * size.value].tolist())
        places = _places(text, data)
        return tokens[: size.value].tolist(), [places.of(begin, end) for begin, end in zip(ends, ends)]

    def encode_pretoken(self, piece: bytes) -> list[int]:
        return self.fill(self.library.token_ranker_encode_pretoken, "I", 1, len(piece), piece, len(piece)).tolist()

    def last_pretoken(self, data: bytes) -> bytes:
        spans = self.fill(self.library.token_ranker_pretokenize, "Q", 2, len(data) // 4 + 8, data, len(data))
        return data[spans[-2] : spans[-1]] if spans else b""

    def decode_bytes(self, tokens: Sequence[int]) -> bytes:
        numbers = _token_array(tokens)
        address, size = numbers.buffer_info()
        try:
            return self.fill(self.library.token_ranker_decode, "B", 1, 8 * size, address, size).tobytes()
        except TokenRankerError as error:
            if error.status != _UNKNOWN_TOKEN:
                raise
            raise KeyError(f"Invalid token for decoding: {numbers[error.offset]}") from None

    def decode(self, tokens: Sequence[int], errors: str = "replace") -> str:
        return self.decode_bytes(tokens).decode("utf-8", errors=errors)

    def decode_batch(self, batch: Iterable[Sequence[int]], *, errors: str = "replace", num_threads: int | None = 8) -> list[str]:
        return _each(functools.partial(self.decode, errors=errors), batch, num_threads)

    def decode_bytes_batch(self, batch: Iterable[Sequence[int]], *, num_threads: int | None = 8) -> list[bytes]:
        return _each(self.decode_bytes, batch, num_threads)


# ---- Places in a text --------------------------------------------------------------------------------------------------------------
# The library counts bytes. For a str they become characters: of those bytes [begin, end) that any byte is of.

_CONTINUATIONS = bytes(range(0x80, 0xC0))


class _BytePlaces:
    """Of bytes, and of a str that is ASCII."""

    def __init__(self, text: Text, data: bytes) -> None:
        self.text = data if isinstance(text, memoryview) else text

    def of(self, begin: int, end: int) -> tuple[int, int]:
        return begin, end

    def part(self, begin: int, end: int) -> Text:
        begin, end = self.of(begin, end)
        return self.text[begin:end]


class _CharacterPlaces(_BytePlaces):
    """Of a str: counted from the place that was asked for last."""

    def __init__(self, text: str, data: bytes) -> None:
        self.text, self.data = text, data
        self.byte = self.character = 0

    def begun(self, byte: int) -> int:
        """How many characters begin before a byte."""
        if byte >= self.byte:
            self.character += len(self.data[self.byte : byte].translate(None, _CONTINUATIONS))
        else:
            self.character -= len(self.data[byte : self.byte].translate(None, _CONTINUATIONS))
        self.byte = byte
        return self.character

    def of(self, begin: int, end: int) -> tuple[int, int]:
        is_inside = begin < len(self.data) and _is_continuation(self.data[begin])
        return self.begun(begin) - is_inside, self.begun(end)


class _RepairedPlaces(_BytePlaces):
    """Of a str with surrogates: a pair has the bytes of one character."""

    def __init__(self, text: str, data: bytes) -> None:
        self.text = text
        self.begins = []  # the byte where each character begins
        byte = 0
        for i, character in enumerate(text):
            is_second = i > 0 and "\udc00" <= character <= "\udfff" and "\ud800" <= text[i - 1] <= "\udbff"
            if is_second:
                byte += 1  # three were counted
                self.begins.append(self.begins[-1])
                continue
            self.begins.append(byte)
            byte += len(character.encode("utf-8", "surrogatepass"))
        self.begins.append(byte)

    def of(self, begin: int, end: int) -> tuple[int, int]:
        from bisect import bisect_left, bisect_right

        return bisect_left(self.begins, self.begins[bisect_right(self.begins, begin) - 1]), bisect_left(self.begins, end)


def _places(text: Text, data: bytes) -> _BytePlaces:
    if not isinstance(text, str) or len(text) == len(data):
        return _BytePlaces(text, data)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _RepairedPlaces(text, data)
    return _CharacterPlaces(text, data)


# ---- Streams -----------------------------------------------------------------------------------------------------------------------


class _Stream:
    """A text on its way through the library, one call at a time."""

    kind = ""

    def __init__(self, core: _Core, *arguments: Any) -> None:
        self.core, self.lock, self.handle = core, threading.Lock(), c_void_p()
        self.free = self.function("_free")
        core.call(self.function(""), *arguments, ctypes.byref(self.handle))

    def __del__(self) -> None:
        if "free" in self.__dict__:
            self.free(self.handle)

    def function(self, name: str) -> Any:
        return getattr(self.core.library, f"token_ranker_stream_{self.kind}{name}")

    def read(self, name: str, width: int, *arguments: Any) -> bytes:
        """What a call makes, elements of so many bytes."""
        made, size = c_void_p(), c_size_t()
        with self.lock:
            self.core.call_on(self.handle, self.function(name), *arguments, ctypes.byref(made), ctypes.byref(size))
            return ctypes.string_at(made, size.value * width) if size.value else b""


class Decoder:
    """Tokens as a model emits them to text: made by Encoding.decoder.

    What comes out, joined, is the text that `decode` gives for all tokens. Up to three bytes wait for the rest of their character; what can
    be none is U+FFFD, as in bytes.decode("utf-8", "replace").
    """

    def __init__(self, core: _Core) -> None:
        self._stream = _DecoderStream(core)

    def push(self, tokens: int | Iterable[int]) -> str:
        """The text that a token, or several, complete. KeyError for a number that is no token: nothing is taken then."""
        if isinstance(tokens, str):
            raise TypeError("tokens are integers, not str")
        numbers = _token_array(list(tokens) if hasattr(tokens, "__iter__") else [tokens])
        address, size = numbers.buffer_info()
        try:
            return self._stream.read("_push", 1, address, size).decode("utf-8")
        except TokenRankerError as error:
            if error.status != _UNKNOWN_TOKEN:
                raise
            raise KeyError(f"Invalid token for decoding: {numbers[error.offset]}") from None

    def flush(self) -> str:
        """Ends the text: what waits comes out, as U+FFFD. Another text may follow."""
        return self._stream.read("_finish", 1).decode("utf-8")


class _DecoderStream(_Stream):
    kind = "decoder"


class Encoder:
    """A text that arrives in parts to tokens: made by Encoding.encoder.

    What comes out, joined, are the tokens of the whole text, wherever it was cut. Parts are str or bytes; a high surrogate that ends a
    str waits for the next one.
    """

    def __init__(self, core: _Core, allowed_special: Any, disallowed_special: Any) -> None:
        allowed = core.select_allowed(allowed_special)
        self._core = core
        self._refused = core.select_refused(allowed_special, disallowed_special)
        names = core.special_names if disallowed_special == "all" else disallowed_special
        self._longest = max((len(_utf8(name)) for name in names), default=0)
        self._seen = b""  # the end of the text so far, in which a text to refuse may begin
        self._high = ""  # a high surrogate
        self._stream = _EncoderStream(core, allowed, len(allowed) // 4)

    def push(self, text: Text) -> list[int]:
        """The tokens that have become certain with this part, whatever follows.

        ValueError for a text that is disallowed: nothing of the part is taken then.
        """
        return array("I", self._push(text)).tolist()

    def _count(self, text: Text) -> int:
        return len(self._push(text)) // 4

    def _push(self, text: Text) -> bytes:
        high = ""
        if isinstance(text, str):
            text = self._high + text
            high = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
            data = _utf8(text[: len(text) - len(high)])
        else:
            data = _utf8(self._high) + _utf8(text)
        seen = self._check(data)
        tokens = self._stream.read("_push", 4, data, len(data))
        self._high, self._seen = high, seen
        return tokens

    def flush(self) -> list[int]:
        """Ends the text and gives its last tokens. Another text may follow."""
        data = _utf8(self._high)
        self._check(data)
        tokens = self._stream.read("_push", 4, data, len(data)) + self._stream.read("_finish", 4)
        self._high, self._seen = "", b""
        return array("I", tokens).tolist()

    def _check(self, data: bytes) -> bytes:
        """Raises if the text contains what is refused; else the end of it, for the next time."""
        if not self._refused:
            return b""
        seen = self._seen + data
        self._core.refuse(seen, self._refused)
        return seen[max(0, len(seen) - self._longest + 1) :]


class _EncoderStream(_Stream):
    kind = "encoder"


def _texts_and_tokens(tokens: Any, size: int) -> dict[str, int]:
    return {ctypes.string_at(token.text, token.text_size).decode("utf-8"): token.token for token in tokens[:size]}


def _indices_but(names: list[str], excluded: frozenset[str]) -> bytes:
    return array("I", [index for index, name in enumerate(names) if name not in excluded]).tobytes()


@functools.lru_cache(maxsize=64)
def _any_of(names: frozenset[str]) -> Any:
    import re

    return re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))


def _restore(state: Any) -> Encoding:
    if isinstance(state, str):
        return get_encoding(state)
    encoding = Encoding.__new__(Encoding)
    encoding.__setstate__(state)
    return encoding


# ---- Encoding ----------------------------------------------------------------------------------------------------------------------


def _load(
    name: str, file_format: int, vocabulary: bytes, pat_str: str | None, special_tokens: dict[str, int] | None
) -> c_void_p:
    for text in (*([] if pat_str is None else [pat_str]), *(special_tokens or {})):
        if not isinstance(text, str):
            raise TypeError(f"{_named(text)} is not an instance of 'str'")
    definition = _Definition(struct_size=ctypes.sizeof(_Definition), format=file_format)
    definition.name = name_bytes = str(name).encode("utf-8")
    definition.name_size = len(name_bytes)
    definition.vocabulary, definition.vocabulary_size = vocabulary, len(vocabulary)
    if pat_str is not None:
        definition.pattern = pattern = pat_str.encode("utf-8")
        definition.pattern_size = len(pattern)
    if special_tokens is not None:
        texts = [text.encode("utf-8") for text in special_tokens]
        specials = (_SpecialToken * len(texts))()
        for special, text, token in zip(specials, texts, special_tokens.values()):
            special.text, special.text_size, special.token = ctypes.cast(c_char_p(text), c_void_p), len(text), _token(token)
        definition.special_tokens, definition.special_tokens_size = specials, len(specials)
    return _new_ranker(_library.token_ranker_load, ctypes.byref(definition))


def _load_ranks(name: str, pat_str: str, mergeable_ranks: dict[bytes, int], special_tokens: dict[str, int]) -> c_void_p:
    if not isinstance(pat_str, str):
        raise TypeError(f"{_named(pat_str)} is not an instance of 'str'")
    builtin = _builtin_with_ranks(mergeable_ranks)
    if builtin:
        return _load(name, _FORMAT_BUILTIN, builtin.encode("utf-8"), pat_str, special_tokens)
    return _load(name, _FORMAT_RANKS, _rank_file(mergeable_ranks), pat_str, special_tokens)


class _OpenedFile:
    """The file of an encoding, which is read again to pickle it: it is not kept in memory."""

    def __init__(self, path: str, pat_str: str | None, special_tokens: dict[str, int] | None) -> None:
        self.path, self.pat_str, self.special_tokens = os.path.abspath(path), pat_str, special_tokens
        self.stamp = self._stamp()

    def _stamp(self) -> tuple[int, int]:
        status = os.stat(self.path)
        return status.st_size, status.st_mtime_ns

    def state(self) -> dict[str, Any]:
        if self._stamp() != self.stamp:
            raise ValueError(f"{self.path} has changed since it was opened: the encoding cannot be pickled")
        return {"file": read_file(self.path), "pat_str": self.pat_str, "special_tokens": self.special_tokens}


def _rank_file(mergeable_ranks: dict[bytes, int]) -> bytes:
    """The content of a .tiktoken file."""
    from binascii import b2a_base64

    ranks = _token_array(list(mergeable_ranks.values()))
    return b"".join([b"%b %d\n" % (b2a_base64(token, newline=False), rank) for token, rank in zip(mergeable_ranks, ranks)])


def _builtin_with_ranks(mergeable_ranks: dict[bytes, int]) -> str | None:
    """A built-in encoding, among those that are open, with these ranks in the same order."""
    for name, encoding in list(ENCODINGS.items()):
        core = encoding.__dict__.get("_core_bpe")
        if name in _BUILTIN_NAMES and core is not None and core.has_ranks(mergeable_ranks):
            return name
    return None


class Encoding:
    """Text <-> tokens (integers below 2**32). Made by get_encoding, encoding_for_model, or from its parts.

    Methods that take `text` take str or bytes; lone surrogates of a str are repaired as tiktoken's `encode` does. Any number of threads
    may use one encoding. Semantics: tiktoken 0.14.0, class Encoding; tokens and errors are the same.
    """

    def __init__(
        self, name: str, *, pat_str: str, mergeable_ranks: dict[bytes, int], special_tokens: dict[str, int],
        explicit_n_vocab: int | None = None,
    ) -> None:  # fmt: skip
        """Makes an encoding.

        name: how to call it; need not be known to get_encoding.
        pat_str: the regular expression that splits text, in the syntax of tiktoken.
        mergeable_ranks: token bytes to token, which is also the merge priority. All 256 single bytes must be there.
        special_tokens: text to token.
        explicit_n_vocab: if given, the number of all tokens, which is then checked.

        Raises TokenRankerError (a ValueError) for a pattern or ranks that cannot be used, AssertionError for explicit_n_vocab.
        """
        max_token_value = max(max(mergeable_ranks.values()), max(special_tokens.values(), default=0))
        if explicit_n_vocab:
            assert len(mergeable_ranks) + len(special_tokens) == explicit_n_vocab
            assert max_token_value == explicit_n_vocab - 1
        core = _Core(_library, _load_ranks(name, pat_str, mergeable_ranks, special_tokens))
        core.mergeable_ranks = mergeable_ranks
        self._use(core)

    @classmethod
    def from_tiktoken(cls, encoding: Any) -> Encoding:
        """The same encoding as a tiktoken.Encoding."""
        ranks, special_tokens = encoding._mergeable_ranks, encoding._special_tokens
        return cls(encoding.name, pat_str=encoding._pat_str, mergeable_ranks=ranks, special_tokens=special_tokens)

    @classmethod
    def from_file(
        cls, path: str | os.PathLike[str], *, name: str | None = None, pat_str: str | None = None,
        special_tokens: dict[str, int] | None = None,
    ) -> Encoding:  # fmt: skip
        """Opens a tokenizer.json, a tekken.json or a rank file (.tiktoken, tiktoken.model), whichever it is.

        name: how to call it; its file name if not given.
        pat_str: required for a rank file that is not one of the published ones, as such files have no pattern; not for the others.
        special_tokens: for a rank file.

        Of a tokenizer.json, `encode(text, allowed_special="all")` gives what `encode(text, add_special_tokens=False).ids` of the Hugging
        Face library gives. Added tokens that are not special, such as <think>, are found in any text. What the library would not do
        exactly is refused by name: TokenRankerError, a ValueError.
        """
        path = os.fspath(path)
        opened = _OpenedFile(path, pat_str, special_tokens)
        ranker = _load(os.path.basename(path) if name is None else name, _FORMAT_DETECT, read_file(path), pat_str, special_tokens)
        self = cls.__new__(cls)
        self._use(_Core(_library, ranker))
        self._core_bpe.opened_file = opened
        return self

    @classmethod
    def _builtin(cls, name: str) -> Encoding:
        self = cls.__new__(cls)
        self._use(_Core(_library, _new_ranker(_library.token_ranker, name.encode("utf-8"), len(name))))
        return self

    def _use(self, core: _Core) -> None:
        self.name = core.name
        self.max_token_value = core.max_token
        self._pat_str = core.pat_str
        self._special_tokens = core.special_tokens
        self._special_token_values = set(core.special_tokens.values())
        self._core_bpe = core
        # A built-in takes the place of a method, unless a subclass has its own, or what a batch is made of.
        for name, function in core.make_builtins().items():
            if all(getattr(type(self), used) is getattr(Encoding, used) for used in (name, name.replace("_batch", ""))):
                self.__dict__[name] = function

    @_cached
    def _core_bpe(self) -> _Core:
        # Every open encoding has this attribute of its own.
        raise ValueError(f"encoding {self.name!r} is closed")

    @_cached
    def _mergeable_ranks(self) -> dict[bytes, int]:
        return self._core_bpe.mergeable_ranks

    def close(self) -> None:
        """Gives the memory back, as soon as no other thread is in a call. Using the encoding afterwards raises ValueError.

        What get_encoding returns is shared by its callers; after close it opens the encoding anew.
        """
        # First of all out of the registry: a child of fork at any instant finds no closed encoding there.
        with _lock:
            for name, registered in list(ENCODINGS.items()):
                if registered.__dict__ is self.__dict__:
                    del ENCODINGS[name]
        core = self.__dict__.pop("_core_bpe", None)
        if core is None:
            return
        core.close()
        for name, value in list(self.__dict__.items()):
            if getattr(value, "__self__", None) is core:
                del self.__dict__[name]

    def __enter__(self) -> Encoding:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Encoding {self.name!r}>"

    def __getstate__(self) -> object:
        return self._core_bpe.state()

    def __setstate__(self, value: Any) -> None:
        if isinstance(value, str):
            self.__dict__ = get_encoding(value).__dict__
        elif "file" in value:
            ranker = _load(value["name"], _FORMAT_DETECT, value["file"], value["pat_str"], value["special_tokens"])
            self._use(_Core(_library, ranker))
        else:
            self.__init__(**value)

    # -- Encoding.

    def encode_ordinary(self, text: Text) -> list[int]:
        """The tokens of a text; the text of special tokens is ordinary.

        >>> enc.encode_ordinary("hello world<|endoftext|>")
        [31373, 995, 27, 91, 437, 1659, 5239, 91, 29]
        """
        return self._core_bpe.encode_ordinary(text)

    def encode(self, text: Text, *, allowed_special: Allowed = set(), disallowed_special: Disallowed = "all") -> list[int]:
        """The tokens of a text.

        allowed_special: the special tokens to recognise, a set of their texts, or "all".
        disallowed_special: texts that raise ValueError when found; "all" means all special tokens that are not allowed. The text of a
            special token that is neither allowed nor disallowed is ordinary.

        >>> enc.encode("hello<|endoftext|>", allowed_special={"<|endoftext|>"})
        [31373, 50256]
        >>> enc.encode("hello<|endoftext|>", disallowed_special=())
        [31373, 27, 91, 437, 1659, 5239, 91, 29]
        >>> enc.encode("hello<|endoftext|>")
        Traceback (most recent call last):
        ValueError: Encountered text corresponding to disallowed special token '<|endoftext|>'.
        ...
        """
        return self._core_bpe.encode(text, allowed_special=allowed_special, disallowed_special=disallowed_special)

    def count(
        self, text: Text, *, limit: int | None = None, allowed_special: Allowed = set(), disallowed_special: Disallowed = ()
    ) -> int:
        """The number of tokens of a text, without making them. Here special text is ordinary by default and never raises.

        limit: if given, the result is min(count, limit + 1), and little more of the text is read than that needs.

        >>> enc.count("hello world")
        2
        >>> enc.count("hello world " * 1000, limit=10)
        11
        """
        return self._core_bpe.count(text, limit=limit, allowed_special=allowed_special, disallowed_special=disallowed_special)

    def encode_to_array(self, text: Text, *, allowed_special: Allowed = set(), disallowed_special: Disallowed = ()) -> memoryview:
        """As encode; the tokens are a read-only one-dimensional buffer of uint32. Special text is ordinary by default and never raises.

        numpy.asarray and others that take buffers use the tokens where they are.

        >>> tokens = enc.encode_to_array("hello world")
        >>> len(tokens), tokens[1], tokens.tolist()
        (2, 995, [31373, 995])
        """
        return self._core_bpe.encode_to_array(text, allowed_special=allowed_special, disallowed_special=disallowed_special)

    def encode_to_numpy(self, text: Text, *, allowed_special: Allowed = set(), disallowed_special: Disallowed = "all") -> numpy.ndarray:
        """As encode; the tokens are a read-only one-dimensional array of uint32. Needs numpy."""
        import numpy

        return numpy.asarray(self.encode_to_array(text, allowed_special=allowed_special, disallowed_special=disallowed_special))

    def encode_ordinary_batch(self, text: Iterable[Text], *, num_threads: int | None = 8) -> list[list[int]]:
        """encode_ordinary of each text, in at most `num_threads` threads; None: as many as the process may use.

        >>> enc.encode_ordinary_batch(["hello world", "goodbye world"])
        [[31373, 995], [11274, 16390, 995]]
        """
        if type(self).encode_ordinary is not Encoding.encode_ordinary:
            return _each(self.encode_ordinary, text, num_threads)
        return self._core_bpe.encode_ordinary_batch(text, num_threads=num_threads)

    def encode_batch(
        self, text: Iterable[Text], *, num_threads: int | None = 8, allowed_special: Allowed = set(), disallowed_special: Disallowed = "all"
    ) -> list[list[int]]:
        """encode of each text, in at most `num_threads` threads (None: as many as the process may use); the first error is raised.

        >>> enc.encode_batch(["hello world", "hello<|endoftext|>"], allowed_special="all")
        [[31373, 995], [31373, 50256]]
        """
        keywords = {"allowed_special": allowed_special, "disallowed_special": disallowed_special}
        if type(self).encode is not Encoding.encode:
            return _each(functools.partial(self.encode, **keywords), text, num_threads)
        return self._core_bpe.encode_batch(text, num_threads=num_threads, **keywords)

    def encode_arrow(
        self, array: Any, *, num_threads: int | None = None, allowed_special: Allowed = set(), disallowed_special: Disallowed = ()
    ) -> Any:
        """The tokens of each text of an Arrow array, as a pyarrow.LargeListArray of uint32. Needs pyarrow.

        array: a pyarrow Array or ChunkedArray of string, large_string, string_view, binary, large_binary or binary_view, or a dictionary of
            one of them; or anything with `__arrow_c_array__` or `__arrow_c_stream__`, such as a Series of polars. Many chunks in, many out.
        num_threads: None: as many as the process may use.

        Nulls stay null. Text is read where it lies, but for views, which are joined first. The tokens are used where the library wrote
        them, and go when the last array that uses them goes.

        >>> import pyarrow
        >>> enc.encode_arrow(pyarrow.array(["hello world", None, "hello"])).to_pylist()
        [[31373, 995], None, [31373]]
        """
        core, threads = self._core_bpe, _thread_count(num_threads)
        allowed, refused = core.select_allowed(allowed_special), core.select_refused(allowed_special, disallowed_special)
        return _encode_arrow(core, array, allowed, refused, threads)

    def encode_with_unstable(
        self, text: Text, *, allowed_special: Allowed = set(), disallowed_special: Disallowed = "all"
    ) -> tuple[list[int], list[list[int]]]:
        """Tokens that stay whatever text follows, and the ways in which tokens may go on from there.

        Each completion begins at the end of the stable tokens and covers at least the rest of the text; their order has no meaning.

        >>> stable, completions = enc.encode_with_unstable("hello fanta")
        >>> stable, [8842] in completions
        ([31373], True)
        """
        if self._core_bpe.is_tokenizer_json:
            raise ValueError("encode_with_unstable is of tiktoken: it does not know the rules of a tokenizer.json")
        return _encode_with_unstable(self._core_bpe, text, allowed_special, disallowed_special)

    def encode_single_token(self, text_or_bytes: Text) -> int:
        """The token that stands for exactly this text, special tokens too; KeyError if there is none.

        >>> enc.encode_single_token("hello")
        31373
        """
        data = _utf8(text_or_bytes, "bytes")
        tokens = self._core_bpe.encode_pretoken(data)
        if len(tokens) == 1:
            return tokens[0]
        try:
            return self._special_tokens[data.decode("utf-8")]
        except (KeyError, UnicodeDecodeError):
            raise KeyError(data) from None

    # -- Decoding.

    def decode_bytes(self, tokens: Sequence[int]) -> bytes:
        """The bytes of tokens, joined. KeyError for a number that is no token, OverflowError for one that cannot be.

        >>> enc.decode_bytes([31373, 995])
        b'hello world'
        """
        return self._core_bpe.decode_bytes(tokens)

    def decode(self, tokens: Sequence[int], errors: str = "replace") -> str:
        """The text of tokens. Their bytes need not be UTF-8: `errors` says what then happens, as in bytes.decode.

        >>> enc.decode([31373, 995])
        'hello world'
        """
        return self._core_bpe.decode(tokens, errors)

    def decode_single_token_bytes(self, token: int) -> bytes:
        """The bytes of one token, special tokens too.

        >>> enc.decode_single_token_bytes(31373)
        b'hello'
        """
        number = _token(token)
        try:
            return self.decode_bytes([number])
        except KeyError:
            raise KeyError(str(number)) from None

    def decode_tokens_bytes(self, tokens: Iterable[int]) -> list[bytes]:
        """The bytes of each token.

        >>> enc.decode_tokens_bytes([31373, 995])
        [b'hello', b' world']
        """
        return [self.decode_single_token_bytes(token) for token in tokens]

    def decode_with_offsets(self, tokens: Iterable[int]) -> tuple[str, list[int]]:
        """The text of tokens and for each the index of the first character that has bytes of it. The text must be UTF-8.

        >>> enc.decode_with_offsets([31373, 995])
        ('hello world', [0, 5])
        """
        pieces = self.decode_tokens_bytes(tokens)
        offsets = []
        characters = 0  # that begin in the pieces so far
        for piece in pieces:
            offsets.append(max(0, characters - _is_continuation(piece[0])))
            characters += sum(not _is_continuation(byte) for byte in piece)
        return b"".join(pieces).decode("utf-8", errors="strict"), offsets

    def decode_batch(self, batch: Iterable[Sequence[int]], *, errors: str = "replace", num_threads: int | None = 8) -> list[str]:
        """decode of each sequence of tokens. `num_threads` has no effect: threads do not pay here.

        >>> enc.decode_batch([[31373, 995], [11274, 16390]])
        ['hello world', 'goodbye']
        """
        return _each(functools.partial(self.decode, errors=errors), batch, num_threads)

    def decode_bytes_batch(self, batch: Iterable[Sequence[int]], *, num_threads: int | None = 8) -> list[bytes]:
        """decode_bytes of each sequence of tokens. `num_threads` has no effect.

        >>> enc.decode_bytes_batch([[31373, 995], [11274, 16390]])
        [b'hello world', b'goodbye']
        """
        return _each(self.decode_bytes, batch, num_threads)

    # -- Batches of counts, streams, cuts, offsets. Here special text is ordinary by default and never raises.

    def count_batch(
        self, texts: Iterable[Text], *, num_threads: int | None = None, allowed_special: Allowed = set(), disallowed_special: Disallowed = ()
    ) -> list[int]:
        """count of each text, in at most `num_threads` threads; None: as many as the process may use.

        >>> enc.count_batch(["hello world", "", "goodbye world"])
        [2, 0, 3]
        """
        keywords = {"allowed_special": allowed_special, "disallowed_special": disallowed_special}
        if type(self).count is not Encoding.count:
            return _each(functools.partial(self.count, **keywords), texts, num_threads)
        return self._core_bpe.count_batch(texts, num_threads=num_threads, **keywords)

    def decoder(self) -> Decoder:
        """Decodes tokens as a model emits them: only whole characters come out.

        >>> d = enc.decoder()
        >>> [d.push(token) for token in enc.encode("hi 🦙")]
        ['hi', ' ', '', '🦙']
        >>> d.push([31373, 995]), d.flush()
        ('hello world', '')
        """
        return Decoder(self._core_bpe)

    def encoder(self, *, allowed_special: Allowed = set(), disallowed_special: Disallowed = ()) -> Encoder:
        """Encodes a text that arrives in parts, cut anywhere: the tokens are those of the whole.

        Held is only what may yet become another token: a part of a word, mostly.

        >>> e = enc.encoder()
        >>> e.push("hel"), e.push("lo wor"), e.push("ld"), e.flush()
        ([], [31373], [], [995])
        """
        return Encoder(self._core_bpe, allowed_special, disallowed_special)

    def truncate(self, text: Text, n: int, *, allowed_special: Allowed = set(), disallowed_special: Disallowed = ()) -> Text:
        """The longest beginning of a text that has at most n tokens: of the text's own ones, and when it is encoded alone.

        It ends with a character, and is of the type of the text. Little more of the text is read than that needs.

        >>> enc.truncate("hello world, how are you?", 3)
        'hello world,'
        """
        return self._core_bpe.truncate(text, n, allowed_special, disallowed_special)

    def chunks(self, text: Text, n: int, *, overlap: int = 0) -> Iterator[Text]:
        """A text in pieces of at most n tokens each, when encoded alone; of the type of the text.

        overlap: tokens, less than half of n, of which the end of a piece is repeated at the beginning of the next one, which counts them.
            Pieces without what they repeat, joined, are the text.

        A piece ends with a pretoken (a word, mostly) where one ends in reach, else with a character. n is at least 4, as one character may
        have so many tokens.

        >>> list(enc.chunks("one two three four five", 4))
        ['one two three four', ' five']
        >>> list(enc.chunks("one two three four five", 4, overlap=1))
        ['one two three four', ' four five']
        """
        limit, repeated = operator.index(n), operator.index(overlap)
        if limit < 4:
            raise ValueError("n is less than 4: one character may have so many tokens")
        if not 0 <= 2 * repeated < limit:
            raise ValueError("overlap is negative, or not less than half of n")
        return self._core_bpe.chunks(text, min(limit, _SIZE_MAX), repeated)

    def encode_with_offsets(
        self, text: Text, *, allowed_special: Allowed = set(), disallowed_special: Disallowed = ()
    ) -> tuple[list[int], list[tuple[int, int]]]:
        """Tokens, and for each one where it stands in the text: (begin, end), in characters of a str, in bytes of bytes.

        A token that is a part of a character stands at that character. Bytes are tiled: each token begins where the one before it ends.
        Where a tokenizer.json normalises text, tokens stand at the original: those of what was changed at all that it was made of. White
        space is not trimmed off.

        >>> enc.encode_with_offsets("hi 🦙")
        ([5303, 12520, 99, 247], [(0, 2), (2, 4), (3, 4), (3, 4)])
        >>> enc.encode_with_offsets("hi 🦙".encode())
        ([5303, 12520, 99, 247], [(0, 2), (2, 5), (5, 6), (6, 7)])
        """
        return self._core_bpe.encode_with_offsets(text, allowed_special, disallowed_special)

    # -- What the encoding is.

    def token_byte_values(self) -> list[bytes]:
        """The bytes of all tokens, special ones aside, sorted."""
        return list(self._core_bpe.sorted_token_bytes)

    @property
    def added_tokens(self) -> dict[str, int]:
        """Tokens of a tokenizer.json that are found in any text, special ones aside: text to token."""
        return dict(self._core_bpe.added_tokens)

    def add_template(self, tokens: Iterable[int]) -> list[int]:
        """The tokens of a text with those around them that the file's post-processor adds, such as the one for its beginning.

        Of a tokenizer.json, `add_template(encode(text, allowed_special="all"))` is what `encode(text).ids` of the Hugging Face library is.
        """
        info = self._core_bpe.information()
        return [*info.tokens_before[: info.tokens_before_size], *tokens, *info.tokens_after[: info.tokens_after_size]]

    @property
    def eot_token(self) -> int:
        """The token of <|endoftext|>; KeyError if there is none."""
        return self._special_tokens["<|endoftext|>"]

    @_cached
    def special_tokens_set(self) -> set[str]:
        return set(self._special_tokens)

    def is_special_token(self, token: int) -> bool:
        assert isinstance(token, int)
        return token in self._special_token_values

    @property
    def n_vocab(self) -> int:
        """max_token_value + 1."""
        return self.max_token_value + 1

    # -- Private there, used nevertheless.

    def _encode_single_piece(self, text_or_bytes: Text) -> list[int]:
        """The tokens of a text that is not split."""
        return self._core_bpe.encode_pretoken(_utf8(text_or_bytes, "bytes"))

    def _encode_only_native_bpe(self, text: Text) -> list[int]:
        return self.encode_ordinary(text)

    def _encode_bytes(self, text: bytes) -> list[int]:
        """As encode_ordinary, but bytes from the first that is no UTF-8 on are one piece, together with the unstable end before them."""
        if not isinstance(text, _BYTES):
            raise TypeError(f"{_named(text)} is not an instance of 'bytes'")
        data = bytes(text)
        if self._core_bpe.is_tokenizer_json:
            return self.encode_ordinary(data)
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            stable, unstable = _split_unstable(self._core_bpe, data[: error.start], b"")
            return stable + self._core_bpe.encode_pretoken(unstable + data[error.start :])
        return self.encode_ordinary(data)


def _is_continuation(byte: int) -> bool:
    return 0x80 <= byte < 0xC0


# ---- Arrow -------------------------------------------------------------------------------------------------------------------------


class _TextBuffer:
    """Texts side by side in memory of somebody else: text i is the bytes [offsets[i], offsets[i + 1]) from an address on.

    offsets: the address of size + 1 numbers, int64. owners: what keeps the memory.
    """

    def __init__(self, address: int, offsets: int, size: int, *owners: Any) -> None:
        self.address, self.offsets, self.size, self.owners = address, offsets, size, owners

    def bounds(self) -> Any:
        return (c_int64 * (self.size + 1)).from_address(self.offsets) if self.size else (c_int64 * 1)()


class _TokenBuffer:
    """What the library made of a _TextBuffer, in its memory until close: the tokens of text i are [offsets[i], offsets[i + 1])."""

    def __init__(self, core: _Core, texts: _TextBuffer, allowed: bytes, threads: int) -> None:
        self.free, self.result = core.library.token_ranker_result_free, POINTER(_Result)()
        selection = allowed, len(allowed) // 4
        arguments = c_char_p(texts.address), texts.offsets, texts.size, *selection, threads, ctypes.byref(self.result)
        core.call(core.library.token_ranker_encode_batch, *arguments)
        contents = self.result.contents
        self.address, self.size = contents.tokens or 0, contents.tokens_size
        self.offsets, self.offsets_size = ctypes.cast(contents.offsets, c_void_p).value, contents.offsets_size

    def close(self) -> None:
        self.free(self.result)
        self.result = None


class _SharedTokenBuffer(_TokenBuffer):
    """The same for Arrow: it is closed when nothing refers to it."""

    result: Any = None

    def __del__(self) -> None:
        if self.result:
            self.close()


def _refuse_texts(core: _Core, texts: _TextBuffer, refused: Any) -> None:
    """_Core.refuse of each text, with one search for all: a match that lies in two texts is none."""
    if not refused or not texts.size:
        return
    from bisect import bisect_right

    bounds = texts.bounds()
    if not isinstance(refused, bytes):
        for begin, end in zip(bounds, bounds[1:]):
            core.refuse(ctypes.string_at(texts.address + begin, end - begin), refused)
        return
    begin = bounds[0]
    while begin < bounds[texts.size]:
        index, offset = core.find_special_at(texts.address + begin, bounds[texts.size] - begin, refused)
        if index == _NOT_FOUND:
            return
        end = bounds[bisect_right(bounds, begin + offset)]
        index, _ = core.find_special_at(texts.address + begin + offset, end - begin - offset, refused)
        if index != _NOT_FOUND:
            raise_disallowed_special_token(core.special_names[index])
        begin = end


def _encode_arrow(core: _Core, array: Any, allowed: bytes, refused: Any, threads: int) -> Any:
    import pyarrow

    if not isinstance(array, (pyarrow.Array, pyarrow.ChunkedArray)):
        if hasattr(array, "__arrow_c_array__"):
            array = pyarrow.array(array)
        elif hasattr(array, "__arrow_c_stream__"):
            array = pyarrow.chunked_array(array)
        else:
            raise TypeError(f"{_named(array)} is no Arrow array: make one of it with pyarrow.array")
    if isinstance(array, pyarrow.ChunkedArray):
        _arrow_offset_type(array.type)  # of no chunks, too
        chunks = [_encode_arrow(core, chunk, allowed, refused, threads) for chunk in array.chunks]
        return pyarrow.chunked_array(chunks, type=pyarrow.large_list(pyarrow.uint32()))
    if pyarrow.types.is_dictionary(array.type):
        return _encode_arrow(core, array.dictionary, allowed, refused, threads).take(array.indices)
    texts = _arrow_texts(array)
    _refuse_texts(core, texts, refused)
    tokens = _SharedTokenBuffer(core, texts, allowed, threads)
    lists = pyarrow.large_list(pyarrow.uint32())
    values = [None, pyarrow.foreign_buffer(tokens.address, 4 * tokens.size, tokens)]
    offsets = pyarrow.foreign_buffer(tokens.offsets, 8 * tokens.offsets_size, tokens)
    children = [pyarrow.Array.from_buffers(pyarrow.uint32(), tokens.size, values)]
    return pyarrow.Array.from_buffers(lists, len(array), [_arrow_validity(array), offsets], array.null_count, children=children)


def _arrow_offset_type(type_: Any) -> Any:
    """int32 or int64 as the type of texts has its offsets; None for views and nulls, which have none. TypeError for what are no texts."""
    import pyarrow
    from pyarrow import types

    if types.is_dictionary(type_):
        return _arrow_offset_type(type_.value_type)
    if types.is_string(type_) or types.is_binary(type_):
        return pyarrow.int32()
    if types.is_large_string(type_) or types.is_large_binary(type_):
        return pyarrow.int64()
    if types.is_null(type_) or str(type_) in ("string_view", "binary_view"):
        return None
    raise TypeError(f"an Arrow array of {type_} has no texts: string, large_string, string_view or binary are wanted")


def _arrow_texts(array: Any) -> _TextBuffer:
    """The texts of an array where they lie. A null is a text of no bytes."""
    import pyarrow
    from pyarrow import compute

    offset_type = _arrow_offset_type(array.type)
    if offset_type is None:
        array, offset_type = array.cast(pyarrow.large_binary()), pyarrow.int64()
    if not len(array):
        return _TextBuffer(0, 0, 0)
    _, offsets, data = array.buffers()
    ends = pyarrow.Array.from_buffers(offset_type, len(array) + 1, [None, offsets], offset=array.offset)
    if array.null_count and ends[-1].as_py() - ends[0].as_py() != (compute.sum(compute.binary_length(array)).as_py() or 0):
        return _arrow_texts(compute.fill_null(array, b"" if "binary" in str(array.type) else ""))
    ends = ends.cast(pyarrow.int64())
    return _TextBuffer(data.address if data else 0, ends.buffers()[1].address + 8 * ends.offset, len(array), ends, data)


def _arrow_validity(array: Any) -> Any:
    """The bits of what is not null, from bit 0 on."""
    import pyarrow

    if not array.null_count:
        return None
    if array.type == pyarrow.null():
        return pyarrow.py_buffer(bytes(len(array) // 8 + 1))
    bits = array.buffers()[0].slice(array.offset // 8)
    size = (array.offset % 8 + len(array) + 7) // 8
    return pyarrow.py_buffer((int.from_bytes(bits[:size].to_pybytes(), "little") >> array.offset % 8).to_bytes(size, "little"))


# ---- Unstable ends -----------------------------------------------------------------------------------------------------------------
# The last pretoken may be split otherwise once more text follows. Semantics: tiktoken src/lib.rs, _encode_unstable_native.


def _split_unstable(core: _Core, data: bytes, allowed: bytes) -> tuple[list[int], bytes]:
    """The tokens before the last pretoken of a text, and the bytes from there on; these are empty after a special token."""
    tokens = core.encode_data(data, allowed).tolist()
    rest = data
    index, offset = core.find_special(rest, allowed)
    while index != _NOT_FOUND:
        rest = rest[offset + len(core.special_names[index].encode("utf-8")) :]
        index, offset = core.find_special(rest, allowed)
    unstable = len(core.encode_pretoken(core.last_pretoken(rest)))
    # Blanks before a last pretoken that begins with blanks may yet join it: "\n" + " " becomes "\n \n".
    if unstable and _is_blank(core, tokens[-unstable]):
        while unstable < len(tokens) and _is_blank(core, tokens[-unstable - 1]):
            unstable += 1
    end = len(tokens) - unstable
    return tokens[:end], core.decode_bytes(tokens[end:])


def _is_blank(core: _Core, token: int) -> bool:
    data = core.decode_bytes([token])
    return not data.strip(b" \n\t") and core.mergeable_ranks.get(data) == token


def _merge_bytes(core: _Core, piece: bytes) -> list[int]:
    """The tokens that the merges make of a piece, even if it is a token as a whole that no merges make."""
    tokens = core.encode_pretoken(piece)
    if len(tokens) > 1 or len(piece) == 1:
        return tokens
    parts = [piece[i : i + 1] for i in range(len(piece))]
    ranks = core.mergeable_ranks
    while len(parts) > 1:
        rank, i = min((ranks.get(parts[i] + parts[i + 1], _NOT_FOUND), i) for i in range(len(parts) - 1))
        if rank == _NOT_FOUND:
            break
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    return [ranks[part] for part in parts]


def _tokens_beginning_with(core: _Core, prefix: bytes) -> Iterable[bytes]:
    from bisect import bisect_left

    tokens = core.sorted_token_bytes
    for i in range(bisect_left(tokens, prefix), len(tokens)):
        if not tokens[i].startswith(prefix):
            return
        yield tokens[i]


def _last_blank_size(data: bytes) -> int:
    """Bytes of the last character if it is white space, else 0."""
    for size in range(1, min(4, len(data)) + 1):
        if not _is_continuation(data[-size]):
            character = data[-size:].decode("utf-8", "replace")
            return size if character.isspace() and character not in "\x1c\x1d\x1e\x1f" else 0
    return 0


def _encode_with_unstable(core: _Core, text: Text, allowed_special: Any, disallowed_special: Any) -> tuple[list[int], list[list[int]]]:
    core.refuse(text, core.select_refused(allowed_special, disallowed_special))
    stable, unstable = _split_unstable(core, _utf8(text), core.select_allowed(allowed_special))
    ranks = core.mergeable_ranks
    completions = {(ranks[token],) for token in _tokens_beginning_with(core, unstable)} if unstable else set()
    builtins = core.make_builtins()
    encode_ordinary = builtins.get("encode_ordinary", core.encode_ordinary)
    decode_bytes = builtins.get("decode_bytes", core.decode_bytes)

    # A token may straddle the end of the text from any place in the unstable bytes.
    for i in range(1, len(unstable)):
        for token in _tokens_beginning_with(core, unstable[i:]):
            possibility = unstable[:i] + token
            try:
                possibility.decode("utf-8")
                encoded = encode_ordinary(possibility)
            except UnicodeDecodeError:
                encoded = _merge_bytes(core, possibility)
            size = used = 0
            while used < len(encoded) and size < len(unstable):
                size += len(decode_bytes(encoded[used : used + 1]))
                used += 1
            completions.add(tuple(encoded[:used]))

    # White space at the end may be split off by what follows: "\n\n0" is "\n", "\n", "0".
    blank_size = _last_blank_size(unstable)
    if 0 < blank_size < len(unstable):
        completions.add(tuple(_merge_bytes(core, unstable[:-blank_size]) + _merge_bytes(core, unstable[-blank_size:])))
    return stable, [list(completion) for completion in completions]


# ---- Registry and models: tiktoken/registry.py, tiktoken/model.py ------------------------------------------------------------------

_BUILTIN_NAMES = list(_catalog(_CATALOG_ENCODING))
MODEL_TO_ENCODING: dict[str, str] = _catalog(_CATALOG_MODEL)
MODEL_PREFIX_TO_ENCODING: dict[str, str] = _catalog(_CATALOG_MODEL_PREFIX)
ENCODINGS: dict[str, Encoding] = {}
_lock = threading.RLock()


def _renew_lock() -> None:
    """In a child of fork: the thread that held the lock may not be there."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def _plugin_names() -> list[str]:
    """The modules of the namespace package tiktoken_ext. The first stands for the built-in encodings and need not exist."""
    import importlib
    import pkgutil

    own = "tiktoken_ext.openai_public"
    try:
        path = importlib.import_module("tiktoken_ext").__path__
    except ImportError:
        path = []
    return [own] + [name for _, name, _ in pkgutil.iter_modules(path, "tiktoken_ext.") if name != own]


@functools.lru_cache(maxsize=None)
def _plugin_constructors() -> dict[str, Callable[[], dict[str, Any]]]:
    """What other modules of tiktoken_ext define: names of encodings to functions that return the arguments of Encoding."""
    import importlib

    constructors = {}
    for module_name in _plugin_names()[1:]:
        for name, constructor in importlib.import_module(module_name).ENCODING_CONSTRUCTORS.items():
            if name in constructors or name in _BUILTIN_NAMES:
                raise ValueError(f"Duplicate encoding name {name} in tiktoken plugin {module_name}")
            constructors[name] = constructor
    return constructors


def get_encoding(encoding_name: str) -> Encoding:
    """The encoding of this name, one object for all callers. ValueError if there is none.

    >>> get_encoding("cl100k_base")
    <Encoding 'cl100k_base'>
    """
    if not isinstance(encoding_name, str):
        raise ValueError(f"Expected a string in get_encoding, got {type(encoding_name)}")
    with _lock:
        if encoding_name not in ENCODINGS:
            if encoding_name in _BUILTIN_NAMES:
                ENCODINGS[encoding_name] = Encoding._builtin(encoding_name)
            elif encoding_name in _plugin_constructors():
                ENCODINGS[encoding_name] = Encoding(**_plugin_constructors()[encoding_name]())
            else:
                version = f"{_TIKTOKEN_VERSION} (are you on latest?)"
                raise ValueError(f"Unknown encoding {encoding_name}.\nPlugins found: {_plugin_names()}\ntiktoken version: {version}")
        return ENCODINGS[encoding_name]


def list_encoding_names() -> list[str]:
    """The names that get_encoding takes.

    >>> list_encoding_names()[:2]
    ['gpt2', 'r50k_base']
    """
    with _lock:
        return _BUILTIN_NAMES + list(_plugin_constructors())


def encoding_name_for_model(model_name: str) -> str:
    """The name of the encoding that a model uses. KeyError if the model is not known.

    >>> encoding_name_for_model("gpt-4o-2024-05-13")
    'o200k_base'
    """
    if model_name in MODEL_TO_ENCODING:
        return MODEL_TO_ENCODING[model_name]
    for prefix, encoding_name in MODEL_PREFIX_TO_ENCODING.items():
        if model_name.startswith(prefix):
            return encoding_name
    raise KeyError(
        f"Could not automatically map {model_name} to a tokeniser. "
        "Please use `tiktoken.get_encoding` to explicitly get the tokeniser you expect."
    )


def encoding_for_model(model_name: str) -> Encoding:
    """The encoding that a model uses. KeyError if the model is not known."""
    return get_encoding(encoding_name_for_model(model_name))


# ---- Files: tiktoken/load.py -------------------------------------------------------------------------------------------------------


def read_file(blobpath: str) -> bytes:
    if "://" in blobpath:
        raise OSError(f"{blobpath} is neither a local file nor in tiktoken's cache, and token_ranker does not use the network")
    with open(blobpath, "rb") as file:
        return file.read()


def check_hash(data: bytes, expected_hash: str) -> bool:
    import hashlib

    return hashlib.sha256(data).hexdigest() == expected_hash


def read_file_cached(blobpath: str, expected_hash: str | None = None) -> bytes:
    """A local file, or for a URL what tiktoken left of it in its cache. expected_hash: SHA-256."""
    import hashlib
    import tempfile

    path = blobpath
    if "://" in blobpath:
        default = os.path.join(tempfile.gettempdir(), "data-gym-cache")
        folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR", default))
        cached = os.path.join(folder, hashlib.sha1(blobpath.encode()).hexdigest())
        if folder and os.path.exists(cached):
            path = cached
    contents = read_file(path)
    if expected_hash and not check_hash(contents, expected_hash):
        raise ValueError(f"Hash mismatch for data of {blobpath} in {path} (expected {expected_hash}). The file may be corrupt.")
    return contents


def load_tiktoken_bpe(tiktoken_bpe_file: str, expected_hash: str | None = None) -> dict[bytes, int]:
    """The mergeable ranks in a .tiktoken file: lines of "base64-of-token-bytes rank". expected_hash: SHA-256 of the file."""
    import base64

    ranks = {}
    for line in read_file_cached(tiktoken_bpe_file, expected_hash).splitlines():
        if line:
            try:
                token, rank = line.split()
                ranks[base64.b64decode(token)] = int(rank)
            except Exception as error:
                raise ValueError(f"Error parsing line {line!r} in {tiktoken_bpe_file}") from error
    return ranks


def dump_tiktoken_bpe(bpe_ranks: dict[bytes, int], tiktoken_bpe_file: str) -> None:
    """Writes a .tiktoken file, by rank."""
    with open(tiktoken_bpe_file, "wb") as file:
        file.write(_rank_file(dict(sorted(bpe_ranks.items(), key=operator.itemgetter(1)))))


def data_gym_to_mergeable_bpe_ranks(
    vocab_bpe_file: str, encoder_json_file: str, vocab_bpe_hash: str | None = None, encoder_json_hash: str | None = None,
    clobber_one_byte_tokens: bool = False,
) -> dict[bytes, int]:  # fmt: skip
    """The mergeable ranks of GPT-2's two files: the merges, and tokens for comparison (AssertionError if they differ).

    Their alphabet shows each byte as a printable character: itself if Latin-1 can print it, else U+0100 and following.
    """
    import json

    printable = [byte for byte in range(256) if chr(byte).isprintable() and chr(byte) != " "]
    in_order = printable + [byte for byte in range(256) if byte not in printable]
    byte_of = {chr(byte): byte for byte in printable}
    byte_of.update((chr(256 + i), byte) for i, byte in enumerate(in_order[len(printable) :]))

    def decode(text: str) -> bytes:
        return bytes(byte_of[character] for character in text)

    ranks = {bytes([byte]): rank for rank, byte in enumerate(in_order)}
    merges = read_file_cached(vocab_bpe_file, vocab_bpe_hash).decode().split("\n")[1:-1]
    for rank, merge in enumerate(merges, len(ranks)):
        first, second = merge.split()
        ranks[decode(first) + decode(second)] = rank

    tokens = {decode(text): token for text, token in json.loads(read_file_cached(encoder_json_file, encoder_json_hash)).items()}
    for special in (b"<|endoftext|>", b"<|startoftext|>"):
        tokens.pop(special, None)
    if clobber_one_byte_tokens:
        ranks.update((token, rank) for token, rank in tokens.items() if len(token) == 1)
    assert ranks == tokens
    return ranks


# ---- Files of documents: reading ---------------------------------------------------------------------------------------------------
# A file becomes batches: some of its documents as one _TextBuffer, and whether the last of them goes on in the next batch.
# In memory is a window of text, or three times as many bytes of small documents, the tokens of that, twice where several threads made
# them, and whatever cannot be cut: a line of JSON, a document in Parquet, and of an encoding of unknown pattern a document of text.

_WINDOW_SIZE = 32 << 20  # bytes of a document that are worked on at a time: work for many threads, and little memory
_RECORDS_SIZE = 8 << 20  # the same where there may be many documents, each of which is an object or two
_REPORTS_MAX = 20  # broken records of one file that are told one by one

_INPUT_FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}  # by the end of the name; else text
_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}


def _input_format(path: str) -> str:
    """The input format that the name of a file means."""
    stem, end = os.path.splitext(path.lower())
    return _INPUT_FORMATS.get(os.path.splitext(stem)[1] if end in _COMPRESSIONS else end, "text")


class _MappedBytes:
    """A file that is mapped into memory, one window of it at a time."""

    def __init__(self, file: Any, size: int) -> None:
        self.file, self.size, self.position = file, size, 0

    def window(self, size: int) -> tuple[Any, int, int]:
        """A buffer and the range in it of the next `size` bytes, fewer at the end of the file."""
        import mmap

        begin = self.position % mmap.ALLOCATIONGRANULARITY
        size = min(size, self.size - self.position)
        if not size:
            return bytearray(), 0, 0
        # A private copy, which is made of pages that are written to: none. ctypes takes the address of nothing that is read-only.
        return mmap.mmap(self.file.fileno(), begin + size, access=mmap.ACCESS_COPY, offset=self.position - begin), begin, begin + size

    def skip(self, size: int) -> None:
        self.position += size

    def close(self) -> None:
        self.file.close()


class _ReadBytes:
    """The same of a file that can only be read on: a pipe, or a compressed file. read(size) gives no more than that, b"" at the end."""

    def __init__(self, file: Any, read: Callable[[int], bytes], is_seekable: bool) -> None:
        self.file, self.read, self.is_seekable, self.data, self.is_at_end = file, read, is_seekable, bytearray(), False

    @property
    def position(self) -> int:
        return self.file.tell() if self.is_seekable else 0

    def window(self, size: int) -> tuple[Any, int, int]:
        parts, missing = [self.data], size - len(self.data)
        while missing > 0 and not self.is_at_end:
            parts.append(self.read(missing))
            missing -= len(parts[-1])
            self.is_at_end = not parts[-1]
        if len(parts) > 1:
            self.data = bytearray().join(parts)  # a new one: batches may still use the old one
        return self.data, 0, min(size, len(self.data))

    def skip(self, size: int) -> None:
        self.data = self.data[size:]

    def close(self) -> None:
        if self.file is not getattr(sys.stdin, "buffer", None):
            self.file.close()


def _open_bytes(path: str, compression: str) -> Any:
    """What has window, skip, position and close. path: - is the standard input."""
    import stat

    file = sys.stdin.buffer if path == "-" else open(path, "rb")
    try:
        status = os.fstat(file.fileno()) if path != "-" else None
        is_file = bool(status and stat.S_ISREG(status.st_mode))
        if compression != "none":
            return _ReadBytes(file, {"gzip": _gzip_reader, "zstd": _zstd_reader}[compression](file, path), is_file)
        if is_file and status.st_size:  # what the system makes up when it is read has none
            return _MappedBytes(file, status.st_size)
        return _ReadBytes(file, file.read1, is_file)  # one call of the system at a time: between them Python looks for signals
    except BaseException:
        if path != "-":
            file.close()
        raise


def _gzip_reader(file: Any, path: str) -> Callable[[int], bytes]:
    import gzip
    import zlib

    unpacked = gzip.GzipFile(fileobj=file)

    def read(size: int) -> bytes:
        try:
            return unpacked.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"{path}: broken gzip data: {error}") from error

    return read


def _zstd_reader(file: Any, path: str) -> Callable[[int], bytes]:
    """With whichever of compression.zstd (Python 3.14), zstandard and pyarrow is there."""
    for make in (_zstd_of_python, _zstd_of_zstandard, _zstd_of_pyarrow):
        try:
            unpack, errors = make(file)
        except ImportError:
            continue

        def read(size: int) -> bytes:
            try:
                return unpack(size)
            except errors as error:
                raise ValueError(f"{path}: broken zstd data: {error}") from error

        return read
    raise ValueError(f"{path}: to read zstd, use Python 3.14 or `pip install zstandard` (or pyarrow), or unpack the file first")


def _zstd_of_python(file: Any) -> Any:
    from compression import zstd

    return zstd.ZstdFile(file).read, (EOFError, zstd.ZstdError)


def _zstd_of_zstandard(file: Any) -> Any:
    import zstandard

    return _ZstandardReader(file).read, (EOFError, zstandard.ZstdError)


class _ZstandardReader:
    """All frames of a file, and an error for one that is not whole: the readers of zstandard end there as if nothing were missing."""

    def __init__(self, file: Any) -> None:
        self.file, self.packed, self.unpacked, self.frame = file, b"", bytearray(), None

    def read(self, size: int) -> bytes:
        while not self.unpacked and self.fill():
            pass
        data = bytes(self.unpacked[:size])
        del self.unpacked[:size]
        return data

    def fill(self) -> bool:
        import zstandard

        packed = self.packed or self.file.read(1 << 16)
        if not packed:
            if self.frame:
                raise EOFError("it ends within a frame")
            return False
        self.frame = self.frame or zstandard.ZstdDecompressor().decompressobj()
        self.unpacked += self.frame.decompress(packed)
        self.packed = self.frame.unused_data
        if self.frame.eof:
            self.frame = None
        return True


def _zstd_of_pyarrow(file: Any) -> Any:
    import pyarrow

    return pyarrow.CompressedInputStream(pyarrow.PythonFile(file, "r"), "zstd").read, OSError


class _Documents:
    """The documents of one file.

    settings: input_format, field, separator, compression, on_error, report: as in encode_files.
    """

    def __init__(self, path: str, core: _Core, allowed: bytes, settings: dict[str, Any]) -> None:
        self.path, self.core, self.allowed = path, core, allowed
        self.field, self.separator, self.on_error, self.report = (settings[key] for key in ("field", "separator", "on_error", "report"))
        self.input_format = settings["input_format"] or _input_format(path)
        self.compression = settings["compression"] or _COMPRESSIONS.get(os.path.splitext(path)[1].lower(), "none")
        if self.separator is not None and self.input_format != "text":
            raise ValueError(f"{path}: a separator is for text, and this is read as {self.input_format}")
        self.bytes = self.errors = 0
        self.source: Any = None
        self.position = int  # tells how many bytes of the file were read

    def batches(self) -> Iterator[tuple[_TextBuffer, bool]]:
        read = {"text": self.read_text, "jsonl": self.read_json_lines, "parquet": self.read_parquet}[self.input_format]
        try:
            for texts, is_open in read():
                if texts.size:
                    self.bytes += texts.bounds()[texts.size] - texts.bounds()[0]
                    yield texts, is_open
        finally:
            if self.source:
                self.source.close()
        if self.errors > _REPORTS_MAX:
            self.report(f"{self.path}: {self.errors - _REPORTS_MAX} more of the kind")

    def bad(self, place: str, message: str) -> bool:
        """Tells of a broken record. Whether to put another in its place: else it is left out."""
        if self.on_error == "fail":
            raise ValueError(f"{self.path}{place}: {message} (on-error skip leaves such records out)")
        self.errors += 1
        if self.errors <= _REPORTS_MAX:
            self.report(f"{self.path}{place}: {message}: {'replaced' if self.on_error == 'replace' else 'left out'}")
        return self.on_error == "replace"

    def open_source(self) -> Any:
        self.source = source = _open_bytes(self.path, self.compression)
        self.position = lambda: source.position
        return source

    def cut(self, buffer: Any, begin: int, end: int) -> int:
        """Bytes of the largest part of an unfinished text that has its own tokens, or 0."""
        return self.core.find_cut_at(_address(buffer, begin), end - begin, self.allowed) if end > begin else 0

    def read_text(self) -> Iterator[tuple[_TextBuffer, bool]]:
        return self.read_whole() if self.separator is None else self.read_separated(self.separator)

    def read_whole(self) -> Iterator[tuple[_TextBuffer, bool]]:
        source, size = self.open_source(), _WINDOW_SIZE
        while True:
            buffer, begin, end = source.window(size)
            is_last = end - begin < size
            used = end - begin if is_last else self.cut(buffer, begin, end)
            if used or is_last:
                yield _one_text(buffer, begin, used), not is_last
            if is_last:
                return
            source.skip(used)
            size = _WINDOW_SIZE if used else 2 * size

    def read_separated(self, separator: bytes) -> Iterator[tuple[_TextBuffer, bool]]:
        """A document ends at a separator; behind the last one there is a document if there is anything."""
        source, size, is_open = self.open_source(), _RECORDS_SIZE, False
        while True:
            buffer, begin, end = source.window(size)
            parts = buffer[begin:end].split(separator)
            rest = parts.pop()
            if end - begin < size:
                yield _joined_texts(parts + [rest] if rest or is_open and not parts else parts), False
                return
            if parts:
                used, is_open = end - begin - len(rest), False
                yield _joined_texts(parts), False
            else:  # a part of one document, in which no separator begins
                used = self.cut(buffer, begin, end - len(separator) + 1)
                if used:
                    is_open = True
                    yield _one_text(buffer, begin, used), True
            source.skip(used)
            size = _RECORDS_SIZE if used else 2 * size

    def read_json_lines(self) -> Iterator[tuple[_TextBuffer, bool]]:
        source, size, number = self.open_source(), _RECORDS_SIZE, 0
        while True:
            buffer, begin, end = source.window(size)
            is_last = end - begin < size
            used = end - begin if is_last else max(0, buffer.rfind(b"\n", begin, end) + 1 - begin)
            texts = []
            lines = buffer[begin : begin + used].split(b"\n")
            for line in lines if is_last else lines[:-1]:
                number += 1
                if line and not line.isspace():
                    text = self.json_text(line, number)
                    if text is not None:
                        texts.append(text)
            yield _joined_texts(texts), False
            if is_last:
                return
            source.skip(used)
            size = _RECORDS_SIZE if used else 2 * size

    def json_text(self, line: bytes, number: int) -> bytes | None:
        """The field of one line; None if it is left out."""
        import json

        if number == 1 and line.startswith(b"\xef\xbb\xbf"):
            line = line[3:]
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            if not self.bad(f":{number}", f"byte {error.start + 1} of the line is not UTF-8"):
                return None
            text = line.decode("utf-8", "replace")
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            story = f"{error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
            return b"" if self.bad(f":{number}", f"not JSON: {story}") else None
        if not isinstance(record, dict) or self.field not in record:
            problem = f"no field {self.field!r}" if isinstance(record, dict) else "no object with fields"
        elif not isinstance(record[self.field], str):
            problem = f"the field {self.field!r} is no string"
        else:
            return _utf8(record[self.field])
        return b"" if self.bad(f":{number}", problem) else None

    def read_parquet(self) -> Iterator[tuple[_TextBuffer, bool]]:
        if self.path == "-" or self.compression != "none":
            raise ValueError(f"{self.path}: Parquet is read from plain files only (it is compressed inside)")
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise ValueError(f"{self.path}: to read Parquet, `pip install pyarrow`") from None
        try:
            with open(self.path, "rb") as opened:
                file = parquet.ParquetFile(opened)
                if self.field not in file.schema_arrow.names:
                    raise ValueError(f"no column {self.field!r}; there are: {', '.join(file.schema_arrow.names)} (--field NAME chooses)")
                _arrow_offset_type(file.schema_arrow.field(self.field).type)
                size, rows = os.fstat(opened.fileno()).st_size, 0
                for batch in file.iter_batches(self.rows_of_window(file.metadata), columns=[self.field]):
                    first_row, rows = rows, rows + batch.num_rows
                    self.position = lambda: size * rows // file.metadata.num_rows
                    yield self.parquet_texts(batch.column(0), first_row), False
        except (TypeError, ValueError, pyarrow.ArrowException) as error:
            message = " ".join(str(error).split())
            raise ValueError(message if message.startswith(self.path) else f"{self.path}: {message}") from error

    def rows_of_window(self, metadata: Any) -> int:
        """Rows of a Parquet file that are about _RECORDS_SIZE of text."""
        column = metadata.schema.names.index(self.field)
        size = sum(metadata.row_group(group).column(column).total_uncompressed_size for group in range(metadata.num_row_groups))
        return max(1, min(1 << 16, _RECORDS_SIZE * metadata.num_rows // max(1, size)))

    def parquet_texts(self, array: Any, first_row: int) -> _TextBuffer:
        import pyarrow
        from pyarrow import compute

        if pyarrow.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if array.null_count:
            for row in compute.indices_nonzero(array.is_null()).to_pylist():
                self.bad(f": row {first_row + row + 1}", f"null in the column {self.field!r}")
            if self.on_error == "skip":
                array = array.drop_null()
        return _arrow_texts(array)


def _address(buffer: Any, begin: int) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer, begin))


def _one_text(buffer: Any, begin: int, size: int) -> _TextBuffer:
    offsets = array("q", [0, size])
    return _TextBuffer(_address(buffer, begin) if size else 0, offsets.buffer_info()[0], 1, offsets, buffer)


def _joined_texts(texts: list[bytes]) -> _TextBuffer:
    data, offsets = b"".join(texts), array("q", itertools.accumulate(map(len, texts), initial=0))
    return _TextBuffer(ctypes.cast(c_char_p(data), c_void_p).value or 0, offsets.buffer_info()[0], len(texts), offsets, data)


# ---- Files of documents: writing ---------------------------------------------------------------------------------------------------

_OUTPUT_NAMES = {  # of the tokens and of the offsets, behind the name of the input
    "npy": (".tokens.npy", ".offsets.npy"),
    "raw": (".tokens.{dtype}", ".offsets.int64"),
    "parquet": (".tokens.parquet", None),
}
_DTYPES = ["uint16", "uint32"]
_NPY_HEAD_SIZE = 128

_unfinished: set[str] = set()  # files that must not stay


def _remove(paths: Iterable[str]) -> None:
    for path in list(paths):
        try:
            os.unlink(path)
        except OSError:  # it is not there, or a folder of somebody else has its name
            pass
        _unfinished.discard(path)


class _WholeFiles:
    """Files that are written under other names beside their own and get these when all is done: all of them, or none.

    The last of the paths comes last: where it is, the others are.
    """

    def __init__(self, paths: list[str]) -> None:
        self.paths = paths
        self.parts = [f"{path}.{os.getpid()}.part" for path in paths]
        _unfinished.update(self.parts)

    def __enter__(self) -> list[Any]:
        self.files: list[Any] = []
        try:
            for part in self.parts:
                self.files.append(open(part, "wb"))
        except BaseException as error:
            self.__exit__(type(error))
            raise
        return self.files

    def __exit__(self, *exception: object) -> None:
        try:
            for file in self.files:
                file.close()
            if exception[0] is None:
                _unfinished.update(self.paths)
                _remove(self.paths[-1:])  # never the tokens of one run beside the offsets of another
                _unfinished.add(self.paths[-1])
                for part, path in zip(self.parts, self.paths):
                    os.replace(part, path)
                _unfinished.difference_update(self.paths)
        finally:
            _remove(_unfinished.intersection(self.paths + self.parts))


def _npy_head(dtype: str, size: int) -> bytes:
    """The head of a file of numpy, format version 1.0, for one dimension; of one size, so it can be written when all else is."""
    code = {"uint16": "<u2", "uint32": "<u4", "int64": "<i8"}[dtype]
    text = f"{{'descr': '{code}', 'fortran_order': False, 'shape': ({size},), }}".encode()
    return b"\x93NUMPY\x01\x00" + (_NPY_HEAD_SIZE - 10).to_bytes(2, "little") + text.ljust(_NPY_HEAD_SIZE - 11) + b"\n"


def _little_endian(numbers: bytes, typecode: str) -> bytes:
    if sys.byteorder == "little":
        return numbers
    swapped = array(typecode, numbers)
    swapped.byteswap()
    return swapped.tobytes()


class _Tokens:
    """The tokens of one batch with the token to append behind each document that ends in it: bytes, and where the documents end."""

    def __init__(self, tokens: _TokenBuffer, is_open: bool, appended: bytes, dtype: str) -> None:
        bounds = (c_int64 * tokens.offsets_size).from_address(tokens.offsets)
        ends = bounds[1 : tokens.offsets_size - is_open]
        self.ends, self.size, self.data = ends, tokens.size, (ctypes.c_char * (4 * tokens.size)).from_address(tokens.address)
        if appended and ends:
            data = bytes(self.data)
            documents = [data[4 * begin : 4 * end] for begin, end in zip(bounds, ends)]
            self.data = appended.join([*documents, data[4 * ends[-1] :]])
            self.ends, self.size = list(map(operator.add, ends, range(1, len(ends) + 1))), self.size + len(ends)
        if dtype == "uint16":
            halves = memoryview(bytes(self.data)).cast("H")
            self.data = _little_endian(halves[sys.byteorder == "big" :: 2].tobytes(), "H")
        elif sys.byteorder == "big":
            self.data = _little_endian(bytes(self.data), "I")


class _ArrayWriter:
    """Writes numbers one after another: .npy, or nothing but the numbers, little-endian."""

    def __init__(self, tokens_file: Any, offsets_file: Any, is_npy: bool, dtype: str) -> None:
        self.tokens_file, self.offsets_file, self.is_npy, self.dtype = tokens_file, offsets_file, is_npy, dtype
        self.tokens = self.documents = 0
        self.write_heads()
        self.offsets_file.write(bytes(8))

    def write_heads(self) -> None:
        if self.is_npy:
            self.tokens_file.write(_npy_head(self.dtype, self.tokens))
            self.offsets_file.write(_npy_head("int64", self.documents + 1))

    def write(self, part: _Tokens) -> None:
        self.tokens_file.write(part.data)
        self.offsets_file.write(_little_endian(array("q", [self.tokens + end for end in part.ends]).tobytes(), "q"))
        self.tokens += part.size
        self.documents += len(part.ends)

    def finish(self) -> None:
        self.tokens_file.seek(0)
        self.offsets_file.seek(0)
        self.write_heads()

    def abandon(self) -> None:
        pass


class _ParquetWriter:
    """Writes rows of the column `tokens`. A document is a row, so a long one is kept in memory until its end."""

    def __init__(self, file: Any) -> None:
        import pyarrow
        from pyarrow import parquet

        self.schema = pyarrow.schema([("tokens", pyarrow.list_(pyarrow.uint32()))])
        # A dictionary of tokens takes time and makes the file larger.
        self.writer = parquet.ParquetWriter(file, self.schema, compression="zstd", use_dictionary=False)
        self.tokens = self.documents = 0
        self.open_parts: list[bytes] = []

    def write(self, part: _Tokens) -> None:
        import pyarrow

        self.tokens += part.size
        self.documents += len(part.ends)
        if not part.ends:
            self.open_parts.append(bytes(part.data))
            return
        data, open_size = bytes(part.data), sum(map(len, self.open_parts)) // 4
        last = part.ends[-1]
        size = open_size + last
        if size >= 2**31:
            raise ValueError("a document has more tokens than a list in Parquet can have: choose another output format")
        values = b"".join([*self.open_parts, memoryview(data)[: 4 * last]])
        self.open_parts = [data[4 * last :]] if last < part.size else []
        offsets = array("i", [0, *[open_size + end for end in part.ends]])
        children = [pyarrow.Array.from_buffers(pyarrow.uint32(), size, [None, pyarrow.py_buffer(values)])]
        buffers = [None, pyarrow.py_buffer(offsets)]
        lists = pyarrow.Array.from_buffers(self.schema.field(0).type, len(part.ends), buffers, children=children)
        self.writer.write_batch(pyarrow.record_batch([lists], schema=self.schema))

    def finish(self) -> None:
        self.writer.close()

    def abandon(self) -> None:
        try:
            self.writer.close()  # else pyarrow does it later, when the file is closed
        except Exception:
            self.writer.is_open = False


# ---- Files of documents ------------------------------------------------------------------------------------------------------------


class EncodedFile:
    """What encode_files made of a file, or count_files found in it.

    path: the input. tokens_path, offsets_path: the output; None where there is none. is_skipped: the output was there before, so nothing
    was read and the numbers are 0. documents, bytes (of their text), tokens (with appended ones), errors: broken records.
    """

    def __init__(self, path: str, tokens_path: str | None = None, offsets_path: str | None = None) -> None:
        self.path, self.tokens_path, self.offsets_path = path, tokens_path, offsets_path
        self.is_skipped = False
        self.documents = self.bytes = self.tokens = self.errors = 0

    def __repr__(self) -> str:
        state = ", skipped" if self.is_skipped else ""
        return f"<EncodedFile {self.path!r}: {self.documents} documents, {self.bytes} bytes, {self.tokens} tokens{state}>"


def encode_files(
    paths: Paths, encoding: Encoding | str, output: str | os.PathLike[str] | None = None,
    *, input_format: str | None = None, field: str = "text", separator: Text | None = None, compression: str | None = None,
    output_format: str = "npy", dtype: str = "uint32", append_token: str | None = None, allowed_special: Allowed = set(),
    on_error: str = "fail", overwrite: bool = False, num_threads: int | None = None, progress: bool = False,
    report: Callable[[str], object] | None = None,
) -> list[EncodedFile]:  # fmt: skip
    """Encodes the documents in files to files of tokens.

    paths: a file or several; a name with * or ? that is no file is a pattern; "-" is the standard input.
    encoding: an Encoding, or the name of an encoding, a model or a file.
    output: the folder for the results, made if need be; None: beside each input.
    input_format: "text", "jsonl" (a JSON object on each line) or "parquet" (needs pyarrow); None: as the name ends, else text.
    field: which field of an object, or column, is the text.
    separator: what ends a document of a text file; None: the file is one document.
    compression: "none", "gzip" or "zstd" (Python 3.14, zstandard or pyarrow); None: as the name ends (.gz, .zst).
    output_format: "npy": FILE.tokens.npy, and FILE.offsets.npy of int64, where document i is tokens[offsets[i] : offsets[i + 1]];
        "raw": FILE.tokens.uint32 and FILE.offsets.int64, the same without heads, little-endian;
        "parquet": FILE.tokens.parquet, a row for each document, with the column tokens.
    dtype: "uint32", or "uint16" where all tokens of the encoding fit.
    append_token: a special token to put behind each document.
    on_error: what to do with a broken record, a line that is no JSON or has no such field, a null in Parquet:
        "fail": ValueError; "skip": leave it out; "replace": an empty document, or U+FFFD for bytes that are not UTF-8. The last two tell
        each by report(message), on the standard error if that is None.
    overwrite: make again what is there. Otherwise a file whose output is there is skipped: so a run that ended early is taken up.
    num_threads: None: as many as the process may use.
    progress: show how far it is, on the standard error if that is a terminal.

    An output appears under its name when it is whole. Memory: some 250 MB, however large a file is. Only what cannot be divided may need
    more, some times its size: a line of JSON, a document in or to Parquet, or a document of text where the pattern of the encoding is not
    a known one. Files must not shrink while they are read.

    >>> import os, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> with open(os.path.join(folder, "two.txt"), "w") as file:
    ...     _ = file.write("hello world|hello")
    >>> (result,) = encode_files(os.path.join(folder, "two.txt"), "gpt2", separator="|", append_token="<|endoftext|>")
    >>> result.documents, result.tokens, os.path.basename(result.tokens_path)
    (2, 5, 'two.txt.tokens.npy')
    >>> import numpy
    >>> numpy.load(result.tokens_path).tolist(), numpy.load(result.offsets_path).tolist()
    ([31373, 995, 50256, 31373, 50256], [0, 3, 5])
    """
    settings = _reading(input_format, field, separator, compression, on_error, report)
    core = _core_of(encoding)
    appended = _writing(core, output_format, dtype, append_token)
    results = [EncodedFile(path) for path in _without_outputs(list(dict.fromkeys(_expanded(paths))))]
    for result in results:
        result.tokens_path, result.offsets_path = _output_paths(result.path, output, output_format, dtype)
        result.is_skipped = not overwrite and all(map(os.path.exists, filter(None, (result.tokens_path, result.offsets_path))))
    _refuse_same_outputs(results)
    if output is not None:
        os.makedirs(output, exist_ok=True)

    def write(result: EncodedFile, batches: Iterator[tuple[_TokenBuffer, bool]]) -> None:
        with _WholeFiles(list(filter(None, (result.offsets_path, result.tokens_path)))) as files:
            is_npy = output_format == "npy"
            writer = _ParquetWriter(*files) if output_format == "parquet" else _ArrayWriter(files[-1], files[0], is_npy, dtype)
            try:
                for tokens, is_open in batches:
                    writer.write(_Tokens(tokens, is_open, appended, dtype))
                writer.finish()
            except BaseException:
                writer.abandon()
                raise
        result.documents, result.tokens = writer.documents, writer.tokens

    _each_file(results, core, settings, allowed_special, num_threads, progress, write)
    return results


def count_files(
    paths: Paths, encoding: Encoding | str, *, input_format: str | None = None,
    field: str = "text", separator: Text | None = None, compression: str | None = None, allowed_special: Allowed = set(),
    on_error: str = "fail", num_threads: int | None = None, progress: bool = False, report: Callable[[str], object] | None = None,
) -> list[EncodedFile]:  # fmt: skip
    """Counts the documents, bytes and tokens in files. The arguments are those of encode_files.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "two.jsonl")
    >>> with open(path, "w") as file:
    ...     _ = file.write('{"text": "hello world"}\\n{"text": "hello"}\\n')
    >>> (result,) = count_files(path, "gpt2")
    >>> result.documents, result.bytes, result.tokens
    (2, 16, 3)
    """
    settings = _reading(input_format, field, separator, compression, on_error, report)

    def count(result: EncodedFile, batches: Iterator[tuple[_TokenBuffer, bool]]) -> None:
        for tokens, is_open in batches:
            result.documents += tokens.offsets_size - 1 - is_open
            result.tokens += tokens.size

    results = [EncodedFile(path) for path in _expanded(paths)]
    _each_file(results, _core_of(encoding), settings, allowed_special, num_threads, progress, count)
    return results


def _each_file(
    results: list[EncodedFile], core: _Core, settings: dict[str, Any], allowed_special: Any, num_threads: int | None, progress: bool,
    use: Callable[[EncodedFile, Iterator[tuple[_TokenBuffer, bool]]], None],
) -> None:  # fmt: skip
    """use(result, batches of its tokens) for each file that is not skipped."""
    threads, allowed = _thread_count(num_threads), core.select_allowed(allowed_special)
    work = [result for result in results if not result.is_skipped]
    bar = _Progress([result.path for result in work]) if progress and sys.stderr.isatty() else None
    settings = {**settings, "report": bar.report(settings["report"]) if bar else settings["report"]}

    def batches(documents: _Documents) -> Iterator[tuple[_TokenBuffer, bool]]:
        for texts, is_open in documents.batches():
            tokens = _TokenBuffer(core, texts, allowed, threads)
            try:
                yield tokens, is_open
            finally:
                tokens.close()  # not left to __del__, where a KeyboardInterrupt would be lost
            if bar:
                bar.show(documents.position())

    try:
        for result, documents in [(result, _Documents(result.path, core, allowed, settings)) for result in work]:
            try:
                use(result, batches(documents))
            except OSError as error:  # of reads and writes does not name the file
                raise error if error.filename else OSError(error.errno, error.strerror or str(error), result.path) from error
            result.bytes, result.errors = documents.bytes, documents.errors
            if bar:
                bar.end_file(result.path)
    finally:
        if bar:
            bar.clear()


def _reading(
    input_format: str | None, field: str, separator: Text | None, compression: str | None, on_error: str, report: Any
) -> dict[str, Any]:
    _one_of("input_format", input_format, [None, "text", "jsonl", "parquet"])
    _one_of("compression", compression, [None, "none", "gzip", "zstd"])
    _one_of("on_error", on_error, ["fail", "skip", "replace"])
    if separator is not None:
        separator = _utf8(separator)
        if not separator:
            raise ValueError("the separator is empty")
    report = report or (lambda message: print(f"token_ranker: {message}", file=sys.stderr))
    names = {"input_format": input_format, "field": field, "separator": separator, "compression": compression}
    return {**names, "on_error": on_error, "report": report}


def _one_of(name: str, value: object, choices: list[Any]) -> None:
    if value not in choices:
        raise ValueError(f"{name} is {value!r}: it is one of {', '.join(repr(choice) for choice in choices)}")


def _writing(core: _Core, output_format: str, dtype: str, append_token: str | None) -> bytes:
    """Checks how tokens are to be written; returns the token to append as uint32, or nothing."""
    _one_of("output_format", output_format, list(_OUTPUT_NAMES))
    _one_of("dtype", dtype, _DTYPES)
    if dtype == "uint16" and core.max_token >= 2**16:
        raise ValueError(f"{core.name} has tokens up to {core.max_token} and uint16 ends at 65535: choose uint32")
    if output_format == "parquet":
        if dtype != "uint32":
            raise ValueError("tokens in Parquet are uint32")
        try:
            import pyarrow.parquet
        except ImportError:
            raise ValueError("to write Parquet, `pip install pyarrow`") from None
    if append_token is None:
        return b""
    tokens = {**core.added_tokens, **core.special_tokens}
    if append_token not in tokens:
        raise ValueError(f"{core.name} has no special token {append_token!r}; it has {_shown_tokens(core.special_tokens)}")
    return array("I", [tokens[append_token]]).tobytes()


def _core_of(encoding: Encoding | str) -> _Core:
    return (_open_encoding(encoding) if isinstance(encoding, str) else encoding)._core_bpe


def _expanded(paths: Any) -> list[str]:
    """The files that are meant. Whatever is not there, or is a folder, is an OSError or ValueError before any work."""
    import glob

    found: list[str] = []
    for path in [paths] if isinstance(paths, (str, os.PathLike)) else paths:
        path = os.fspath(path)
        if path != "-" and not os.path.exists(path) and glob.has_magic(path):
            matches = sorted(match for match in glob.glob(path, recursive=True) if not os.path.isdir(match))
            if not matches:
                raise ValueError(f"no file matches {path}")
            found += matches
        else:
            if path != "-" and os.path.isdir(path):
                raise ValueError(f"{path} is a folder: name its files, as in {os.path.join(path, '*.txt')}")
            if path != "-":
                os.stat(path)
            found.append(path)
    return found


def _output_paths(path: str, output: Any, output_format: str, dtype: str) -> tuple[str, str | None]:
    folder = os.path.dirname(path) if output is None else os.fspath(output)
    name = os.path.join(folder, "stdin" if path == "-" else os.path.basename(path))
    tokens_end, offsets_end = _OUTPUT_NAMES[output_format]
    return name + tokens_end.format(dtype=dtype), offsets_end and name + offsets_end


def _without_outputs(paths: list[str]) -> list[str]:
    """Without what an earlier run made of others among the paths: a pattern may match that too."""
    ends = (".tokens.npy", ".offsets.npy", ".tokens.uint16", ".tokens.uint32", ".offsets.int64", ".tokens.parquet")
    return [path for path in paths if not any(path.endswith(end) and path[: -len(end)] in paths for end in ends)]


def _refuse_same_outputs(results: list[EncodedFile]) -> None:
    inputs: dict[str, str] = {}
    for result in results:
        other = inputs.setdefault(os.path.normcase(os.path.abspath(result.tokens_path or "")), result.path)
        if other != result.path:
            raise ValueError(f"{other} and {result.path} would both become {result.tokens_path}: encode them to folders of their own")


class _Progress:
    """A line on the terminal: how much of all files is read, how fast, and how long it will take."""

    def __init__(self, paths: list[str]) -> None:
        from time import monotonic

        self.clock = monotonic
        self.sizes = {path: os.path.getsize(path) if path != "-" else 0 for path in paths}
        self.total = 0 if "-" in paths else sum(self.sizes.values())  # 0: not known
        self.done, self.begin, self.shown = 0, monotonic(), 0.0

    def show(self, position: int) -> None:
        now = self.clock()
        if now - self.shown < 0.1:
            return
        self.shown = now
        import shutil

        line = self.line(self.done + position, now - self.begin)
        sys.stderr.write("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])
        sys.stderr.flush()

    def line(self, done: int, seconds: float) -> str:
        rate = done / seconds if seconds > 0 else 0.0
        text = f"{done / 1e6:.0f} MB  {rate / 1e6:.0f} MB/s"
        if not self.total:
            return text
        part = min(1.0, done / self.total)
        left = int((self.total - done) / rate) if rate else 0
        clock = f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02}" if left >= 3600 else f"{left // 60}:{left % 60:02}"
        bar = ("#" * int(24 * part)).ljust(24, ".")
        return f"[{bar}] {100 * part:3.0f}%  {done / 1e6:.0f} of {self.total / 1e6:.0f} MB  {rate / 1e6:.0f} MB/s  {clock} left"

    def report(self, report: Callable[[str], object]) -> Callable[[str], object]:
        """The same, on a line of its own."""

        def report_on_a_line(message: str) -> None:
            self.clear()
            report(message)

        return report_on_a_line

    def end_file(self, path: str) -> None:
        self.done += self.sizes[path]

    def clear(self) -> None:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


# ---- In place of tiktoken ----------------------------------------------------------------------------------------------------------

_TIKTOKEN_MODULES = {
    "tiktoken": "Encoding encoding_for_model encoding_name_for_model get_encoding list_encoding_names",
    "tiktoken.core": "Encoding raise_disallowed_special_token",
    "tiktoken.load": "check_hash data_gym_to_mergeable_bpe_ranks dump_tiktoken_bpe load_tiktoken_bpe read_file read_file_cached",
    "tiktoken.model": "Encoding MODEL_PREFIX_TO_ENCODING MODEL_TO_ENCODING encoding_for_model encoding_name_for_model get_encoding",
    "tiktoken.registry": "ENCODINGS Encoding get_encoding list_encoding_names",
}


def install_as_tiktoken() -> types.ModuleType:
    """Makes `import tiktoken` and its submodules core, load, model and registry mean this file. Returns the module `tiktoken`."""
    import importlib.machinery
    import types

    package = types.ModuleType("tiktoken", "token_ranker in place of tiktoken")
    package.__path__ = []
    package.__version__ = _TIKTOKEN_VERSION
    for name, contents in _TIKTOKEN_MODULES.items():
        module = package if name == "tiktoken" else types.ModuleType(name, package.__doc__)
        module.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=module is package)
        module.__dict__.update((content, globals()[content]) for content in contents.split())
        package.__dict__.setdefault(name.rpartition(".")[2], module)
        sys.modules[name] = module
    return package


# ---- Command line ------------------------------------------------------------------------------------------------------------------


def _separator(text: str) -> bytes:
    """The argument of --separator, with its escapes."""
    import re

    bytes_of = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}
    escape = rb"\\(x[0-9A-Fa-f]{2}|[nrt0\\])"
    return re.sub(escape, lambda found: bytes_of.get(found[1]) or bytes([int(found[1][1:], 16)]), os.fsencode(text))


def _reading_options(options: Any) -> dict[str, Any]:
    names = "input_format", "field", "separator", "compression", "on_error", "num_threads"
    return {**{name: getattr(options, name) for name in names}, "allowed_special": options.special}


def _count_files(encoding: Encoding, options: Any) -> None:
    results = count_files(options.files, encoding, progress=True, **_reading_options(options))
    total = sum(result.tokens for result in results)
    if options.table:
        _print_table(results)
        return
    for result in results:
        print(result.tokens if options.files == ["-"] else f"{result.tokens} {result.path}")
    if len(results) > 1:
        print(f"{total} total")


def _print_table(results: list[EncodedFile]) -> None:
    rows = [(str(result.documents), str(result.bytes), str(result.tokens), result.path) for result in results]
    if len(rows) > 1:
        sums = (sum(getattr(result, name) for result in results) for name in ("documents", "bytes", "tokens"))
        rows.append((*map(str, sums), "total"))
    rows.insert(0, ("documents", "bytes", "tokens", "file"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join([cell.rjust(width) for cell, width in zip(row, widths)] + [row[3]]))


def _encode_to_files(encoding: Encoding, options: Any) -> None:
    names = "output", "output_format", "dtype", "append_token", "overwrite"
    writing = {name: getattr(options, name) for name in names}
    results = encode_files(options.files, encoding, progress=True, **writing, **_reading_options(options))
    skipped = sum(result.is_skipped for result in results)
    for result in results:
        if not result.is_skipped:
            broken = f", {result.errors} broken records" if result.errors else ""
            numbers = f"{result.documents} documents, {result.bytes} bytes, {result.tokens} tokens{broken}"
            print(f"{result.path} -> {result.tokens_path}: {numbers}")
    total = (sum(getattr(result, name) for result in results) for name in ("documents", "bytes", "tokens"))
    print(f"{len(results) - skipped} files encoded: {{}} documents, {{}} bytes, {{}} tokens".format(*total))
    if skipped:
        print(f"{skipped} files skipped, as their outputs are there (--overwrite makes them again)")


def _encode_files(encoding: Encoding, options: Any) -> None:
    for file in options.files:
        print(*encoding.encode(_read(file), allowed_special=options.special, disallowed_special=()))


def _decode_files(encoding: Encoding, options: Any) -> None:
    for file in options.files:
        sys.stdout.buffer.write(encoding.decode_bytes([int(word) for word in _read(file).split()]))


def _show_information(options: Any) -> None:
    encoding = _open_encoding(options.encoding)
    info = encoding._core_bpe.information()
    known = info.pattern_name.decode()
    rows = [
        ("name", encoding.name),
        ("source", info.source.decode()),
        ("same tokens as", info.reference.decode()),
        ("family", known or "none that is known"),
        ("pattern", repr(encoding._pat_str)),
        ("split by", info.engine.decode()),
        ("character classes", f"Unicode {info.unicode_version.decode()}"),
        ("normalizer", info.normalizer.decode() or "none"),
        ("vocabulary", f"{info.vocabulary_size} tokens, the largest {encoding.max_token_value}"),
        ("special tokens", _shown_tokens(encoding._special_tokens)),
        ("always found", _shown_tokens(encoding.added_tokens)),
        ("template", " ".join(map(str, encoding.add_template(["..."])))),
    ]
    rows += [("differs" if i == 0 else "", note) for i, note in enumerate(info.notes.decode().splitlines() or ["in nothing"])]
    for name, value in rows:
        print(f"{name:18}{value}")


def _shown_tokens(tokens: dict[str, int]) -> str:
    shown = [f"{text} {token}" for text, token in itertools.islice(tokens.items(), 8)]
    return ", ".join([str(len(tokens)), *shown, *(["..."] if len(tokens) > len(shown) else [])])


def _open_encoding(name: str) -> Encoding:
    """An encoding, a model, or else a file."""
    if name in list_encoding_names():
        return get_encoding(name)
    if os.sep in name or os.path.isfile(name):
        return Encoding.from_file(name)
    return encoding_for_model(name)


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else read_file(file)


# -- show: text with its tokens.

_SHOWN_COLORS = (153, 157, 222, 217, 183)  # of the 256 colours of terminals: light grounds for black text

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{
  color-scheme: light dark; --ground: #fff; --ink: #16181d; --soft: #5b6270;
  --0: #cfe3ff; --1: #d2f2cf; --2: #ffe9b8; --3: #ffd6d6; --4: #e6d8fb;
}}
@media (prefers-color-scheme: dark) {{
  :root {{
    --ground: #14161a; --ink: #eceef2; --soft: #a3abb9;
    --0: #1f3f66; --1: #1f4d2c; --2: #5c4512; --3: #652b2f; --4: #46326b;
  }}
}}
body {{
  margin: 2rem auto 5rem; max-width: 60rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif;
  background: var(--ground); color: var(--ink);
}}
h1 {{ font-size: 1.2rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }}
p, label {{ color: var(--soft); margin: 0; }}
pre {{ font: 1rem/1.9 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: 1.5rem 0 0; }}
pre span {{ border-radius: .2em; padding: .15em 0; }}
pre span:nth-child(5n+1) {{ background: var(--0); }}
pre span:nth-child(5n+2) {{ background: var(--1); }}
pre span:nth-child(5n+3) {{ background: var(--2); }}
pre span:nth-child(5n+4) {{ background: var(--3); }}
pre span:nth-child(5n) {{ background: var(--4); }}
pre span:hover {{ outline: 2px solid var(--ink); }}
pre span:hover::before {{
  content: "token " attr(data-i) "   bytes " attr(data-b); white-space: pre-wrap; position: fixed; z-index: 1; left: 0; right: 0; bottom: 0;
  padding: .6rem 1rem; font: 1rem/1.4 ui-monospace, Menlo, Consolas, monospace; background: var(--ink); color: var(--ground);
}}
#ids:checked ~ pre span::after {{ content: attr(data-i); font-size: .65em; color: var(--soft); padding: 0 .5em 0 .2em; }}
u {{ text-decoration-style: dotted; color: var(--soft); }}
</style>
<body>
<h1>{title}</h1>
<p>{counts}. Point at a token for its number and bytes.</p>
<input type="checkbox" id="ids"{checked}> <label for="ids">numbers</label>
<pre>{tokens}</pre>
"""


def _shown_characters(data: bytes) -> Iterator[tuple[str, bool]]:
    """The characters of token bytes, and whether it is an escape: for bytes that are no whole character, and for what does not print."""
    import unicodedata

    for character in data.decode("utf-8", "surrogateescape"):
        if 0xDC80 <= ord(character) < 0xDD00:
            yield f"\\x{ord(character) - 0xDC00:02x}", True
        elif character.isprintable() or unicodedata.category(character) == "Zs":
            yield character, False
        else:
            yield character.encode("unicode_escape").decode(), True


def _shown_runs(data: bytes) -> list[tuple[str, bool]]:
    runs = itertools.groupby(_shown_characters(data), key=operator.itemgetter(1))
    return [("".join(character for character, _ in run), is_escape) for is_escape, run in runs]


def _colored(tokens: list[tuple[int, bytes]], has_ids: bool) -> Iterator[str]:
    for i, (token, data) in enumerate(tokens):
        yield f"\x1b[30;48;5;{_SHOWN_COLORS[i % len(_SHOWN_COLORS)]}m"
        for text, is_escape in _shown_runs(data):
            yield f"\x1b[4m{text}\x1b[24m" if is_escape else text
        yield "\x1b[0m" + (f"\x1b[2m{token}\x1b[0m " if has_ids else "")
        # The line ends behind the token, so its colour does not fill the line.
        yield "\n" * (1 if has_ids and b"\n" in data else data.count(b"\n"))


def _separated(tokens: list[tuple[int, bytes]], has_ids: bool) -> Iterator[str]:
    for i, (token, data) in enumerate(tokens):
        yield "|" if i else ""
        yield "".join(text for text, _ in _shown_runs(data)) + (f"({token})" if has_ids else "")
        yield "\n" * (1 if has_ids and b"\n" in data else data.count(b"\n"))


def _html(tokens: list[tuple[int, bytes]], title: str, counts: str, has_ids: bool) -> str:
    import html

    shown = []
    for token, data in tokens:
        # A line ends behind what shows it. Escapes are marked.
        runs = (f"<u>{html.escape(text)}</u>" if is_escape else html.escape(text) for text, is_escape in _shown_runs(data))
        hexes = " ".join(f"{byte:02x}" for byte in data)
        shown.append(f'<span data-i="{token}" data-b="{hexes}">{"".join(runs)}</span>{chr(10) * data.count(10)}')
    checked = " checked" if has_ids else ""
    return _PAGE.format(title=html.escape(title), counts=html.escape(counts), checked=checked, tokens="".join(shown))


def _show_tokens(encoding: Encoding, options: Any) -> None:
    is_file = options.text == "-" or os.path.exists(options.text)
    data = _read(options.text) if is_file else _utf8(options.text)
    numbers = encoding.encode(data, allowed_special=options.special, disallowed_special=())
    bytes_of = {token: encoding.decode_single_token_bytes(token) for token in set(numbers)}
    tokens = [(token, bytes_of[token]) for token in numbers]
    characters = len(data.decode("utf-8", "replace"))
    counts = f"{len(tokens)} tokens, {characters} characters, {len(data)} bytes in {encoding.name}"
    if options.html:
        name = options.text if is_file and options.text != "-" else "Tokens"
        page = _html(tokens, os.path.basename(name), counts, options.ids).encode("utf-8", "replace")
        if options.html == "-":
            sys.stdout.buffer.write(page)
            return
        with _WholeFiles([options.html]) as (file,):
            file.write(page)
        print(f"{options.html}: {counts}")
        return
    is_colored = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    sys.stdout.writelines((_colored if is_colored else _separated)(tokens, options.ids))
    print(("" if data.endswith(b"\n") or not data else "\n") + f"{counts}")


_EXIT_STATUSES = "exit status: 0 done; 1 an input, an output or the run failed; 2 wrong usage; 130 interrupted"

# name: (function, what it does, more about it, examples)
_COMMANDS = {
    "count": (
        _count_files,
        "print the number of tokens of each file",
        "A line `TOKENS FILE` for each file and `TOKENS total` for several; the number alone for standard input; a table with --table.",
        ["count README.md", "count --table -e gpt-4o 'data/*.jsonl.gz' --field body", "count < notes.txt"],
    ),
    "encode": (
        _encode_files,
        "print the tokens of each file, one line each",
        "",
        ["encode -e cl100k_base notes.txt", "encode --special < chat.txt"],
    ),
    "decode": (
        _decode_files,
        "write the bytes of the tokens in each file, numbers between white space",
        "",
        ["decode -e cl100k_base tokens.txt", "decode < tokens.txt > notes.txt"],
    ),
    "encode-files": (
        _encode_to_files,
        "encode the documents in files to files of tokens",
        "FILE becomes FILE.tokens.npy and FILE.offsets.npy (document i is tokens[offsets[i]:offsets[i+1]]), or FILE.tokens.uint32 and "
        "FILE.offsets.int64, which are the same without heads, or FILE.tokens.parquet, a row for each document. Outputs appear when they "
        "are whole. Files whose outputs are there are skipped, so a run that ended early is taken up by the same command.",
        [
            "encode-files -o tokens 'data/*.jsonl.zst' --append-token '<|endoftext|>'",
            r"encode-files -e gpt2 --dtype uint16 --format raw --separator '\n\n' book.txt",
            "encode-files --format parquet --field content part-0.parquet",
        ],
    ),
    "show": (
        _show_tokens,
        "print a text with its tokens in colours",
        "Where the output is no terminal, or NO_COLOR is set, with | between tokens. Bytes that are no whole character in their token are "
        "shown as \\xNN.",
        ["show 'hello world'", "show --ids README.md", "show --html page.html README.md"],
    ),
    "info": (
        _show_information,
        "print what an encoding, a model or a file is: pattern, normalizer, sizes, special tokens, what differs",
        "",
        ["info gpt-4o", "info ./tokenizer.json"],
    ),
    "encodings": (lambda options: print(*list_encoding_names(), sep="\n"), "list the encodings", "", ["encodings"]),
}


def _add_reading_options(command: Any) -> None:
    add = command.add_argument
    text = "what the files are (default: as they end: .jsonl, .ndjson, .parquet, each also with .gz or .zst; else text)"
    add("--input", dest="input_format", choices=["text", "jsonl", "parquet"], help=text)
    add("--field", default="text", metavar="NAME", help="the field or column with the text (default: text)")
    text = r"ends a document in text files; knows \n \r \t \0 \\ \xNN (default: a file is one document)"
    add("--separator", type=_separator, metavar="TEXT", help=text)
    add("--compression", choices=["none", "gzip", "zstd"], help="of the files (default: as they end)")
    text = "broken records, such as a line that is no JSON: end the run (fail), leave them out (skip), or put an empty text or U+FFFD there"
    add("--on-error", choices=["fail", "skip", "replace"], default="fail", help=text)
    add("--threads", dest="num_threads", type=int, metavar="N", help="at most so many (default: as many as the process may use)")


def _add_writing_options(command: Any) -> None:
    add = command.add_argument
    add("-o", "--output", metavar="FOLDER", help="where the results go; made if need be (default: beside each file)")
    add("--format", dest="output_format", choices=list(_OUTPUT_NAMES), default="npy", help="of the outputs (default: npy)")
    add("--dtype", choices=_DTYPES, default="uint32", help="of the tokens (default: uint32)")
    add("--append-token", metavar="TEXT", help="a special token to put behind each document, such as '<|endoftext|>'")
    add("--overwrite", action="store_true", help="make again what is there")


def _add_options(name: str, command: Any) -> None:
    add = command.add_argument
    if name == "encodings":
        return
    if name == "info":
        add("encoding", metavar="FILE|NAME", help="a tokenizer.json, tekken.json or rank file, an encoding or a model")
        return
    command.set_defaults(special=set())
    if name == "show":
        text = "a file if there is one of this name, else the text itself; none or -: standard input"
        add("text", nargs="?", default="-", metavar="FILE|TEXT", help=text)
        add("--ids", action="store_true", help="the number of each token behind it")
        add("--html", metavar="FILE", help="write a page for a browser instead")
    elif name == "encode-files":
        add("files", nargs="+", metavar="FILE", help="files, or patterns in quotes; -: standard input")
    else:
        add("files", nargs="*", default=["-"], metavar="FILE", help="none or -: standard input")
    add("-e", "--encoding", default="o200k_base", metavar="NAME", help="an encoding, a model or a file (default: o200k_base)")
    if name != "decode":
        add("-s", "--special", action="store_const", const="all", help="recognise special tokens; else their text is ordinary")
    if name in ("count", "encode-files"):
        _add_reading_options(command)
    if name == "count":
        add("--table", action="store_true", help="documents, bytes and tokens of each file")
    if name == "encode-files":
        _add_writing_options(command)


def _parse_arguments(arguments: Sequence[str] | None) -> Any:
    import argparse
    import textwrap

    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="token_ranker", description="Counts, makes, shows and reads tokens.", epilog=_EXIT_STATUSES, formatter_class=form
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (run, description, more, examples) in _COMMANDS.items():
        shown = "\n".join(["examples:", *(f"  token_ranker {example}" for example in examples), "", _EXIT_STATUSES])
        text = "\n\n".join(textwrap.fill(part, 100) for part in (description, more) if part)
        command = commands.add_parser(name, help=description, description=text, epilog=shown, formatter_class=form)
        command.set_defaults(run=run)
        _add_options(name, command)
    options = parser.parse_args(arguments)
    if getattr(options, "separator", None) == b"":
        parser.error("--separator is empty")
    if getattr(options, "num_threads", None) is not None and options.num_threads < 1:
        parser.error("--threads is less than 1")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit status: 0, 1 if an input, an output or the run failed, 130 if interrupted. Wrong usage exits."""
    options = _parse_arguments(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # names of files and texts may have what the terminal cannot show
    try:
        if options.command in ("encodings", "info"):
            options.run(options)
        else:
            options.run(_open_encoding(options.encoding), options)
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the end of Python flushes what is left, and complains
        return 1
    except (OSError, ValueError, LookupError, MemoryError) as error:
        message = error.args[0] if isinstance(error, KeyError) else str(error) or "out of memory"
        print(f"token_ranker: {' '.join(str(message).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("token_ranker: interrupted", file=sys.stderr)
        return 130
    finally:
        _remove(_unfinished)
    return 0


def _terminated(*_: Any) -> NoReturn:
    sys.exit(143)


if __name__ == "__main__":
    import signal

    # A reader that stops early ends this program quietly, but not before its unfinished files are gone.
    if hasattr(signal, "SIGPIPE") and "encode-files" not in sys.argv[1:2]:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(main())
