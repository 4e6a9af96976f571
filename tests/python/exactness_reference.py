"""What tiktoken says, for the exactness tests: its encodings, its splits, and comparisons of many texts at once."""

import functools
import random
from typing import Dict, Iterable, Iterator, List, Sequence, Tuple

import numpy as np
import oracle
from exactness_library import ENGINES, Ranker, load_ranks, open_with_engine

tiktoken = oracle.tiktoken

ALL_ENCODINGS = ("gpt2", "r50k_base", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "o200k_harmony")
# Of the seven, those that differ in pattern or vocabulary; test_exactness_encodings shows that the others are one of these.
TWIN_OF = {"gpt2": "r50k_base", "p50k_edit": "p50k_base", "o200k_harmony": "o200k_base"}
DISTINCT_ENCODINGS = tuple(name for name in ALL_ENCODINGS if name not in TWIN_OF)
# One encoding for each pattern.
PATTERN_ENCODINGS = ("r50k_base", "cl100k_base", "o200k_base")

# In every encoding, and so what separates many texts in one: in both libraries the text between two special tokens is a text of its
# own, so what stands before the separator is at the end of its text.
SEPARATOR = "<|endoftext|>"


@functools.lru_cache(maxsize=None)
def reference(name: str):
    return oracle.get_encoding(name)


@functools.lru_cache(maxsize=None)
def ranker(name: str, engine: str) -> Ranker:
    return open_with_engine(name, engine)


def pattern_of(name: str) -> str:
    return reference(name)._pat_str


def single_bytes() -> Dict[bytes, int]:
    return {bytes([byte]): byte for byte in range(256)}


def make_encoding(ranks: Dict[bytes, int], pattern: str, special_tokens: Dict[str, int] = {}):
    return tiktoken.Encoding("custom", pat_str=pattern, mergeable_ranks=ranks, special_tokens=special_tokens)


def joined_reference_tokens(encoding, texts: Sequence[str], separator: str = SEPARATOR) -> np.ndarray:
    """The tokens of the texts, with the separator's token between them."""
    return encoding.encode_to_numpy(separator.join(texts), allowed_special={separator}, disallowed_special=())


def assert_joined_same(expected: np.ndarray, got: np.ndarray, texts: Sequence[str], separator: int, about: str) -> None:
    """Both are the tokens of the same texts with a separator between them; a difference is reported for the first text that has one."""
    if np.array_equal(expected, got):
        return
    parts = zip(texts, split_at(expected, separator), split_at(got, separator))
    for text, want, have in parts:
        assert have == want, f"{about}: {text!r}"
    raise AssertionError(f"{about}: {len(expected)} tokens expected, {len(got)} came")


def split_at(tokens: np.ndarray, separator: int) -> Iterator[List[int]]:
    for part in np.split(tokens, np.flatnonzero(tokens == separator)):
        yield [token for token in part.tolist() if token != separator]


def assert_same_joined(name: str, texts: Sequence[str], engines: Iterable[str] = ENGINES) -> int:
    """Compares the tokens of each text, all of them in one call; gives the number of texts."""
    encoding = reference(name)
    separator = encoding.eot_token
    expected = joined_reference_tokens(encoding, texts)
    assert np.count_nonzero(expected == separator) == len(texts) - 1
    data = SEPARATOR.join(texts).encode()
    for engine in engines:
        got = ranker(name, engine).encode(data, [SEPARATOR])
        assert_joined_same(expected, got, texts, separator, f"{name}, engine {engine}")
    return len(texts)


def assert_same_apart(name: str, texts: Sequence[str], engines: Iterable[str] = ENGINES) -> int:
    """Compares the tokens of each text, each in a call of its own; gives the number of texts."""
    encoding = reference(name)
    rankers = [(engine, ranker(name, engine)) for engine in engines]
    for text in texts:
        expected = encoding.encode_ordinary(text)
        data = text.encode()
        for engine, one in rankers:
            got = one.encode(data).tolist()
            assert got == expected, f"{name}, engine {engine}: {text!r}"
    return len(texts)


SPLIT_SEPARATOR = "\U000e0fff<|>\U000e0fff"


class Splits:
    """The pretokens of each text, by tiktoken.

    tiktoken does not show its pretokens. But with a vocabulary that holds every substring of the texts, each pretoken is a token.
    """

    def __init__(self, pattern: str, texts: Sequence[str], covers_all: bool = True) -> None:
        self.pattern, self.texts = pattern, texts
        self.ranks = single_bytes()
        for text in texts:
            for begin in range(len(text)):
                for end in range(begin + 1, len(text) + 1):
                    self.ranks.setdefault(text[begin:end].encode(), len(self.ranks))
        assert not any(SPLIT_SEPARATOR in text for text in texts)
        self.separator = len(self.ranks)
        encoding = make_encoding(self.ranks, pattern, {SPLIT_SEPARATOR: self.separator})
        bytes_of = {rank: piece for piece, rank in self.ranks.items()}
        self.tokens = joined_reference_tokens(encoding, texts, SPLIT_SEPARATOR)
        self.pieces = [[bytes_of[token] for token in part] for part in split_at(self.tokens, self.separator)]
        assert len(self.pieces) == len(texts)
        assert not covers_all or [b"".join(pieces).decode() for pieces in self.pieces] == list(texts)

    def assert_same(self, engines: Sequence[str] = ENGINES) -> int:
        """Compares what the library shows as pretokens, and what its encoder splits into; gives the number of texts and engines."""
        data = [text.encode() for text in self.texts]
        for engine in engines:
            one = load_ranks(self.ranks, self.pattern, {SPLIT_SEPARATOR: self.separator}, engine)
            about = f"{self.pattern}, engine {engine}"
            tokens = one.encode(SPLIT_SEPARATOR.encode().join(data), [SPLIT_SEPARATOR])
            assert_joined_same(self.tokens, tokens, self.texts, self.separator, about)
            for text, pieces in zip(data, self.pieces):
                assert one.split(text) == pieces, f"{about}: {text!r}"
        return len(self.texts) * len(engines)


def seam_ranks(contexts: Sequence[Tuple[str, str, str]]) -> Dict[bytes, int]:
    """A vocabulary in which the tokens of `before + c + between + c + after` show where it was split, for every c above U+007F.

    `before`, `between` and `after` are ASCII. Two bytes are a token if the second begins a character (a seam between two characters);
    so are all strings of ASCII that a context can ask for, next to the last or the first byte of c. Ranks rise with the size.
    """
    continuations, leads = range(0x80, 0xC0), range(0xC2, 0xF5)
    pieces = {bytes([a, b]) for a in range(256) for b in range(256) if b not in continuations}
    for before, between, after in contexts:
        for text in (before, between, after):
            data = text.encode()
            pieces |= {data[i:j] for i in range(len(data)) for j in range(i + 2, len(data) + 1)}
        pieces |= {before.encode()[i:] + bytes([lead]) for i in range(len(before)) for lead in leads}
        pieces |= {bytes([last]) + after.encode()[:i] for i in range(1, len(after) + 1) for last in continuations}
        if between:
            inner = between.encode()
            pieces |= {bytes([last]) + inner[:i] for i in range(1, len(inner) + 1) for last in continuations}
            pieces |= {inner[i:] + bytes([lead]) for i in range(len(inner)) for lead in leads}
            pieces |= {bytes([last]) + inner + bytes([lead]) for last in continuations for lead in leads}
    ranks = single_bytes()
    for piece in sorted(pieces - set(ranks), key=lambda piece: (len(piece), piece)):
        ranks[piece] = len(ranks)
    return ranks


def ways_to_split(text: str) -> Iterator[List[str]]:
    for mask in range(1 << (len(text) - 1)):
        pieces, begin = [], 0
        for i in range(1, len(text)):
            if mask >> (i - 1) & 1:
                pieces.append(text[begin:i])
                begin = i
        yield pieces + [text[begin:]]


def random_text(rng: random.Random, alphabet: Sequence[str], longest: int) -> str:
    return "".join(rng.choices(alphabet, k=rng.randrange(longest + 1)))
