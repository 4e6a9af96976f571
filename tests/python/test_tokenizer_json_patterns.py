"""Random regular expressions as the pattern of a Split: the library splits as Oniguruma does in tokenizers, or it refuses the pattern."""

import random

import pytest
import tokenizers
from exactness_library import LibraryError, load_file
from vocabulary_files import NO_SPLIT, as_bytes, make_file, sequence, split

BAD_PATTERN, UNSUPPORTED_PATTERN, MATCH_FAILED = 34, 35, 49

CHARACTERS = list("aAbBsStTfilk17 \n\r\t'.-_/!\u00e9") + [
    "\u017f", "\u212a", "\u00df", "\u1e9e", "\u6f22", "\u30fc", "\u0301", "\u02b0", "\u01c5", "\u2167", "\u00bd", "\u00b2", "\u0663", "\u200d", "\x85", "\u2028", "\u00a0",
    "\u3000", "\u0378", "\U00010940", "\U0001e4d0", "\U0001f600", "\x1c", "\ufb00", "\ufb06", "\u0149", "\u00b5", "\u03a3", "\u03c2", "\u0130", "\u0131",
]  # fmt: skip
PROPERTIES = ["L", "N", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "P", "S", "Z", "Nd", "Nl", "No", "Han", "Hiragana", "Greek", "Cc", "Mn", "Zs", "Letter", "Alphabetic", "Latin", "Any", "^L", "Sc"]
RANGE_ENDS = ["a", "z", "A", "Z", "0", "9", "\u4e00", "\u9fa5", "\u0300", "\u036f", "\u00c0", "\u00ff", "~", "!"]


class Writer:
    """A pattern of every construct, also of those that are refused."""

    def __init__(self, rng):
        self.rng = rng

    def character(self):
        c = self.rng.choice(CHARACTERS)
        if c in ".-^$*+?()[]{}|\\":
            return "\\" + c
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(c, c)

    def property(self):
        return self.rng.choice(["\\p{%s}", "\\p{%s}", "\\P{%s}"]) % self.rng.choice(PROPERTIES)

    def item(self, depth):
        kind = self.rng.random()
        if kind < 0.35:
            return self.character()
        if kind < 0.6:
            return self.property()
        if kind < 0.7:
            return self.rng.choice(["\\s", "\\S", "\\d", "\\D", "\\r\\n", "\\w", "\\h"])
        if kind < 0.8:
            return "-".join(sorted(self.rng.sample(RANGE_ENDS, 2)))
        if kind < 0.9 and depth < 2:
            return self.rng.choice(["", "&&"]) + self.characters(depth + 1)
        return self.rng.choice(["\\x41", "\\x{301}", "\\u0041", "-", " ", "&&" + self.property(), "\\n", "[:alpha:]", "^"])

    def characters(self, depth=0):
        return "[" + self.rng.choice(["", "", "^"]) + "".join(self.item(depth) for _ in range(self.rng.randint(1, 4))) + "]"

    def quantifier(self):
        if self.rng.random() < 0.4:
            return ""
        return self.rng.choice(["?", "*", "+", "{1,3}", "{2}", "{1,}", "{,2}", "{0,2}", "{2,3}", "{3,1}"]) + self.rng.choice(["", "", "", "+", "?"])

    def atom(self, depth):
        kind = self.rng.random()
        if kind < 0.3:
            return self.character()
        if kind < 0.55:
            return self.characters()
        if kind < 0.7:
            return self.property()
        if kind < 0.8:
            return self.rng.choice(["\\s", "\\S", "\\d", ".", "\\w", "\\D"])
        if kind < 0.85 or depth > 2:
            return self.rng.choice(["^", "$", "\\A", "\\z", "\\Z", "\\b", "\\G", "\\R", "\\X", "\\K"])
        return self.rng.choice(["(", "(?:", "(?>", "(?=", "(?!", "(?<=", "(?<!", "(?i:", "(?m:", "(?-i:", "(?s:", "(?x:"]) + self.pattern(depth + 1) + ")"

    def pattern(self, depth=0):
        branches = ["".join(self.atom(depth) + self.quantifier() for _ in range(self.rng.randint(1, 3))) for _ in range(self.rng.choice([1, 1, 2, 3]))]
        return "|".join(branches)

    def contraction(self):
        """What (?i:...) is used for."""
        parts = [f"[{''.join(self.rng.choices('asSkKtiIflpz', k=self.rng.randint(1, 4)))}]", "'", "s", "t", "ll", "re", "i", "k", "."]
        return "(?i:" + "|".join("".join(self.rng.choices(parts, k=self.rng.randint(1, 3))) for _ in range(2)) + ")" + self.rng.choice(["", "?", "[a-z]"])


def check(patterns, rng):
    """The number of patterns that were taken."""
    taken = 0
    for pattern in patterns:
        contents = as_bytes(make_file(pre_tokenizer=sequence(split(pattern), NO_SPLIT)))
        try:
            reference = tokenizers.Tokenizer.from_str(contents.decode()).pre_tokenizer
        except Exception:
            reference = None  # no pattern for Oniguruma
        try:
            ranker = load_file(contents)
        except LibraryError as error:
            assert error.status in (BAD_PATTERN, UNSUPPORTED_PATTERN), (pattern, str(error))
            assert error.status == UNSUPPORTED_PATTERN or reference is None, (pattern, str(error))
            continue
        assert reference is not None, pattern
        taken += 1
        for _ in range(25):
            text = "".join(rng.choices(CHARACTERS, k=rng.randint(1, 14)))
            expected = [text[begin:end].encode() for _, (begin, end) in reference.pre_tokenize_str(text)]
            try:
                pieces = ranker.split(text.encode())
            except LibraryError as error:
                assert error.status == MATCH_FAILED, (pattern, text)
                break
            assert pieces == expected, (pattern, text)
    return taken


def test_random_patterns():
    rng = random.Random(81)
    writer = Writer(rng)
    assert check([writer.pattern() for _ in range(1500)], rng) > 300


def test_random_contractions():
    rng = random.Random(82)
    writer = Writer(rng)
    assert check([writer.contraction() for _ in range(400)], rng) > 250


@pytest.mark.slow
def test_more_random_patterns():
    rng = random.Random(83)
    writer = Writer(rng)
    assert check([writer.pattern() for _ in range(20_000)], rng) > 4_000
    assert check([writer.contraction() for _ in range(5_000)], rng) > 3_000


@pytest.mark.parametrize("pattern", ["[^[^\\P{Lu}\\P{Ll}]]", "[^[^\\S\\D]]x", "[^a&&[^b\\P{L}]]"])
def test_a_negated_class_inside_of_another_one_is_refused(pattern):
    """Where nothing but nothing is left, Oniguruma 6.9.10 takes all characters above U+007F for none."""
    with pytest.raises(LibraryError, match="a negated class inside of a negated class"):
        load_file(as_bytes(make_file(pre_tokenizer=sequence(split(pattern), NO_SPLIT))))


@pytest.mark.parametrize("text", ["12345678", "1234567", "1", "12 345678"])
def test_braces_and_plus_are_a_repetition(text):
    """In tiktoken the pattern of cl100k takes three digits at a time; the same string in a tokenizer.json takes all."""
    pattern = r"\p{N}{1,3}+| "
    ranker = load_file(as_bytes(make_file(pre_tokenizer=sequence(split(pattern), NO_SPLIT))))
    assert ranker.split(text.encode()) == [piece.encode() for piece in text.replace(" ", "/ /").split("/")]
