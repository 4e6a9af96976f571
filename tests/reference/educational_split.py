"""The three patterns of OpenAI's encodings, matched by hand: an independent reading of the regular expressions.

Each alternative of a pattern is one small function `(classes, text, at) -> end of its match, or None`. They are tried in the order of the
regular expression and the first that matches wins, as in a backtracking matcher. What backtracks there is a loop here, longest first;
what is possessive there (`?+ ++ *+`) takes all it can and gives nothing back.

The Unicode classes come from a function that gives the general category of a character. The default is the package unicodedata2 in its
version 16.0.0, the Unicode version of the reference tokenizer, or else the running Python's own unicodedata, of whatever version.
"""

import itertools

try:
    from unicodedata2 import category, unidata_version
except ImportError:
    from unicodedata import category, unidata_version  # noqa: F401


WHITE_SPACE = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))


class Classes:
    """The character classes of the patterns, from a function that gives the general category of a character, like "Lu"."""

    def __init__(self, category):
        self.category = category

    def letter(self, c):  # \p{L}
        return self.category(c)[0] == "L"

    def number(self, c):  # \p{N}
        return self.category(c)[0] == "N"

    def space(self, c):  # \s
        return c in WHITE_SPACE

    def newline(self, c):  # [\r\n]
        return c in "\r\n"

    def newline_or_slash(self, c):  # [\r\n/]
        return c in "\r\n/"

    def other(self, c):  # [^\s\p{L}\p{N}]
        return not self.space(c) and not self.letter(c) and not self.number(c)

    def prefix(self, c):  # [^\r\n\p{L}\p{N}]
        return not self.newline(c) and not self.letter(c) and not self.number(c)

    def upper(self, c):  # [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]
        return self.category(c) in ("Lu", "Lt", "Lm", "Lo") or self.category(c)[0] == "M"

    def lower(self, c):  # [\p{Ll}\p{Lm}\p{Lo}\p{M}]
        return self.category(c) in ("Ll", "Lm", "Lo") or self.category(c)[0] == "M"


def run(text, at, test, most=None):
    """Where the longest run of characters that pass the test ends, `most` characters at most."""
    end = at
    while end < len(text) and test(text[end]) and end - at != most:
        end += 1
    return end


def starts_after_optional(text, at, test):
    """Where to go on after `X?`: behind the character if it passes the test, and then, giving it back, at it."""
    return [at + 1, at] if at < len(text) and test(text[at]) else [at]


# ---- Alternatives of several patterns --------------------------------------------------------------------------------------------


def white_space_to_the_end(classes, text, at):  # \s++$
    end = run(text, at, classes.space)
    return end if at < end == len(text) else None


def white_space_before_white_space(classes, text, at):  # \s+(?!\S)
    for end in range(run(text, at, classes.space), at, -1):
        if end == len(text) or classes.space(text[end]):
            return end
    return None


def one_white_space(classes, text, at):  # \s
    return at + 1 if classes.space(text[at]) else None


def white_space(classes, text, at):  # \s+
    end = run(text, at, classes.space)
    return end if end > at else None


def three_numbers(classes, text, at):  # \p{N}{1,3}  and  \p{N}{1,3}+
    end = run(text, at, classes.number, most=3)
    return end if end > at else None


def blank_and(text, at, test):  # ` ?` and a run of one character or more, given back or possessive alike: the blank is in no run
    for start in starts_after_optional(text, at, lambda c: c == " "):
        end = run(text, start, test)
        if end > start:
            return end
    return None


# (?i:'s|'t|'re|'ve|'m|'ll|'d), where s also has the form U+017F.
CONTRACTIONS = frozenset("'" + letters for letters in "sStTmMdD\u017f") | frozenset(
    "'" + first + second for word in ("re", "ve", "ll") for first, second in itertools.product(*((c, c.upper()) for c in word))
)


def contraction_any_case(classes, text, at):
    for size in (2, 3):
        if text[at : at + size] in CONTRACTIONS:
            return at + size
    return None


# ---- r50k: '(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s -----------------------------------------


def r50k_contraction(classes, text, at):  # '(?:[sdmt]|ll|ve|re)
    for contraction in ("'s", "'d", "'m", "'t", "'ll", "'ve", "'re"):
        if text.startswith(contraction, at):
            return at + len(contraction)
    return None


def r50k_letters(classes, text, at):  # ` ?\p{L}++`
    return blank_and(text, at, classes.letter)


def r50k_numbers(classes, text, at):  # ` ?\p{N}++`
    return blank_and(text, at, classes.number)


def r50k_others(classes, text, at):  # ` ?[^\s\p{L}\p{N}]++`
    return blank_and(text, at, classes.other)


R50K = (
    r50k_contraction,
    r50k_letters,
    r50k_numbers,
    r50k_others,
    white_space_to_the_end,
    white_space_before_white_space,
    one_white_space,
)

# ---- cl100k: '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s -------


def cl100k_letters(classes, text, at):  # [^\r\n\p{L}\p{N}]?+\p{L}++
    start = starts_after_optional(text, at, classes.prefix)[0]
    end = run(text, start, classes.letter)
    return end if end > start else None


def cl100k_others(classes, text, at):  # ` ?[^\s\p{L}\p{N}]++[\r\n]*+`
    end = blank_and(text, at, classes.other)
    return None if end is None else run(text, end, classes.newline)


def cl100k_newline(classes, text, at):  # \s*[\r\n]
    for newline in range(run(text, at, classes.space), at - 1, -1):
        if newline < len(text) and classes.newline(text[newline]):
            return newline + 1
    return None


CL100K = (
    contraction_any_case,
    cl100k_letters,
    three_numbers,
    cl100k_others,
    white_space_to_the_end,
    cl100k_newline,
    white_space_before_white_space,
    one_white_space,
)

# ---- o200k, where U is [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], l is [\p{Ll}\p{Lm}\p{Lo}\p{M}] and C is (?i:'s|'t|'re|'ve|'m|'ll|'d):
# ---- [^\r\n\p{L}\p{N}]?U*l+C?|[^\r\n\p{L}\p{N}]?U+l*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+ ----------------


def with_optional_contraction(classes, text, at):
    end = contraction_any_case(classes, text, at)
    return at if end is None else end


def o200k_lower_word(classes, text, at):  # [^\r\n\p{L}\p{N}]?U*l+C?
    for start in starts_after_optional(text, at, classes.prefix):
        for upper_end in range(run(text, start, classes.upper), start - 1, -1):
            lower_end = run(text, upper_end, classes.lower)
            if lower_end > upper_end:
                return with_optional_contraction(classes, text, lower_end)
    return None


def o200k_upper_word(classes, text, at):  # [^\r\n\p{L}\p{N}]?U+l*C?
    for start in starts_after_optional(text, at, classes.prefix):
        upper_end = run(text, start, classes.upper)
        if upper_end > start:
            return with_optional_contraction(classes, text, run(text, upper_end, classes.lower))
    return None


def o200k_others(classes, text, at):  # ` ?[^\s\p{L}\p{N}]+[\r\n/]*`
    end = blank_and(text, at, classes.other)
    return None if end is None else run(text, end, classes.newline_or_slash)


def o200k_newlines(classes, text, at):  # \s*[\r\n]+
    for start in range(run(text, at, classes.space), at - 1, -1):
        end = run(text, start, classes.newline)
        if end > start:
            return end
    return None


O200K = (
    o200k_lower_word,
    o200k_upper_word,
    three_numbers,
    o200k_others,
    o200k_newlines,
    white_space_before_white_space,
    white_space,
)

# ---- Encodings -------------------------------------------------------------------------------------------------------------------

PATTERNS = {
    "gpt2": R50K,
    "r50k_base": R50K,
    "p50k_base": R50K,
    "p50k_edit": R50K,
    "cl100k_base": CL100K,
    "o200k_base": O200K,
    "o200k_harmony": O200K,
}


def splitter(encoding_name, category=category):
    """The function that splits a text into pretokens as the encoding does: str -> list of str."""
    alternatives = PATTERNS[encoding_name]
    classes = Classes(category)

    def split(text):
        pretokens = []
        at = 0
        while at < len(text):
            ends = (alternative(classes, text, at) for alternative in alternatives)
            end = next(end for end in ends if end is not None)
            pretokens.append(text[at:end])
            at = end
        return pretokens

    return split
