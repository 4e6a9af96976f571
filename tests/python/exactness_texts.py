"""Characters and texts for the exactness tests: class edges, mixes, corpora."""

import functools
import glob
import os
from typing import List, Sequence, Tuple

import unicodedata2
from exactness_library import ROOT

assert unicodedata2.unidata_version == "16.0.0"

WHITESPACE = (
    list(range(0x09, 0x0E)) + [0x20, 0x85, 0xA0, 0x1680] + list(range(0x2000, 0x200B)) + [0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
)
assert len(WHITESPACE) == 25

# Letters of Unicode 17, which are none in the reference, and letters of 15.0, 15.1 and 16.0, which are.
UNICODE_17_LETTERS = ("\U00010940", "\U000323b0")
YOUNG_LETTERS = ("\U0001e4d0", "\U0002ebf0", "\U000105c0", "\u1c89")

# One or more of everything that a pattern asks about, and of what looks like it.
EDGE_CHARACTERS: Tuple[str, ...] = tuple(
    "abstlvermdSTLVERMDZ" + "19" + "   " + "\n\r\t" + "''/!-_." + "\x00\x1c\x1f\x7f\x85\xa0"
    "\u2028\u2029\u3000\u200b\u200c\u200d\ufeff\xad\u180e\u2019"
    "\u017f\u212a\u0149\xe9\xc9\u0416\u0436\xdf\u1e9e"
    "\u01c5\u01c6\u01c4\u1f88\u02b0\u0640\u30fc\u6f22\u5b57\u306e\uac00\u05d0\u0e01"
    "\u0301\u0903\u20dd\ufe0f\u2167\xbd\xb2\u0663\uff11\u3007\u0378\ue000\ufffe\uffff"
    "\U0001f600\U0001f1e6\U000105c0\U0001e4d0\U0002ebf0\U000e0001\U0010ffff\u1c89"
) + UNICODE_17_LETTERS
# Mixes of these meet the alternatives of a pattern more often than mixes of characters do.
EDGE_PIECES: Tuple[str, ...] = EDGE_CHARACTERS + (
    "'s", "'S", "'\u017f", "'ll", "'Ll", "'RE", "'ve", "'t", "'M", "'d", "''", "'l", "\u2019s", " '", "\r\n", "\n\n", "\n\r", "//\n/",
    "!\n", "?/", "  ", "   ", " \n", "\n ", "  \n  ", "\u3000 ", "\t\t", "123", "4567", "the", " the", " The", "HELLO", "iPhone", "'\n",
)


@functools.lru_cache(maxsize=None)
def category(code_point: int) -> str:
    return "whitespace" if code_point in WHITESPACE else unicodedata2.category(chr(code_point))


def is_scalar(code_point: int) -> bool:
    return not 0xD800 <= code_point < 0xE000


SCALARS = tuple(code_point for code_point in range(0x110000) if is_scalar(code_point))
assert len(SCALARS) == 1112064


def class_edges() -> List[int]:
    """Both code points at every place where the category changes or the size in UTF-8 does."""
    edges = {0, 0x10FFFF, 0xD7FF, 0xE000, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000}
    previous = None
    for code_point in SCALARS:
        this = category(code_point)
        if previous is not None and this != previous[1]:
            edges |= {previous[0], code_point}
        previous = (code_point, this)
    return sorted(edges)


def sampled_scalars(step: int) -> List[int]:
    """ASCII and Latin-1, the class edges, and every step-th of the others."""
    return sorted(set(range(0x100)) | set(class_edges()) | set(SCALARS[::step]))


def corpus_files(least_bytes: int = 0) -> List[str]:
    """The texts of corpora/fetch.py; the small ones in the repository are there always."""
    found = sorted(glob.glob(os.path.join(ROOT, "corpora", "*.txt")) + glob.glob(os.path.join(ROOT, "corpora", "fetched", "*.txt")))
    return found if sum(os.path.getsize(path) for path in found) >= least_bytes else []


def read_corpus(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def in_batches(items: Sequence, size: int):
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
