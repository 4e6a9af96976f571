"""The inputs on which tokenizers go wrong, with their splits written out."""

import pytest
from exactness_library import ENGINES
from exactness_reference import ALL_ENCODINGS, PATTERN_ENCODINGS, TWIN_OF, Splits, assert_same_apart, pattern_of, ranker

R50K, CL100K, O200K = PATTERN_ENCODINGS

# text -> pretokens between bars, for the three patterns; None: as the one to the left.
SPLITS = [
    # Contractions. The long s folds to s; the Kelvin sign folds to k, which no contraction has; r50k is case-sensitive.
    ("x's", "x|'s", None, "x's"),
    ("x'S", "x|'|S", "x|'S", "x'S"),
    ("x'\u017f", "x|'|\u017f", "x|'\u017f", "x'\u017f"),
    ("x'\u017fy", "x|'|\u017fy", "x|'\u017f|y", "x'\u017f|y"),
    ("1'\u017f", "1|'|\u017f", "1|'\u017f", "1|'\u017f"),
    ("x'lL", "x|'|lL", "x|'lL", "x'lL"),
    ("x'Re", "x|'|Re", "x|'Re", "x'Re"),
    ("x'l", "x|'|l", "x|'l", None),
    ("x'lk", "x|'|lk", "x|'lk", None),
    ("x'st", "x|'s|t", None, "x's|t"),
    ("x'\u212a", "x|'|\u212a", "x|'\u212a", None),
    ("x\u2019s", "x|\u2019|s", "x|\u2019s", None),
    (" 's", " '|s", None, " '|s"),
    ("'s", "'s", None, None),
    ("''s", "''|s", None, None),
    ("don't", "don|'t", None, "don't"),
    ("DON'T", "DON|'|T", "DON|'T", "DON'T"),
    ("'d've", "'d|'ve", None, "'d've"),
    ("x's's", "x|'s|'s", None, "x's|'s"),
    # Numbers.
    ("12345678", "12345678", "123|456|78", None),
    (" 12", " 12", " |12", None),
    ("\u0663\u2167\xbd\xb2", "\u0663\u2167\xbd\xb2", "\u0663\u2167\xbd|\xb2", None),
    ("a1b", "a|1|b", None, None),
    # White space inside and at the end of a text.
    ("a  \n ", "a|  \n ", None, "a|  \n| "),
    ("a  \n b", "a|  \n| b", "a|  \n| b", None),
    ("a \n \n b", "a| \n \n| b", None, None),
    ("a   b", "a|  | b", None, None),
    ("a  ", "a|  ", None, None),
    ("  1", " | 1", " | |1", None),
    ("  !", " | !", None, None),
    ("\t\tx", "\t|\t|x", "\t|\tx", None),
    ("\t!", "\t|!", None, None),
    (" \xa0\u3000x", " \xa0|\u3000|x", " \xa0|\u3000x", None),
    ("\r\n\r\nx", "\r\n\r|\n|x", "\r\n\r\n|x", None),
    ("\n\n", "\n\n", None, None),
    ("x\n", "x|\n", None, None),
    ("", "", None, None),
    # U+0085 and U+2028 are white space and no newlines; U+180E, U+200B, U+FEFF and U+001C are no white space.
    ("\x85y", "\x85|y", "\x85y", None),
    ("\u2028y", "\u2028|y", "\u2028y", None),
    ("a\x85\x85b", "a|\x85|\x85|b", "a|\x85|\x85b", None),
    ("a\x85\n", "a|\x85\n", None, None),
    ("!\x85", "!|\x85", None, None),
    ("\u180e\u180e1", "\u180e\u180e|1", None, None),
    (" \u180ea", " \u180e|a", None, None),
    ("\x1c\x1c1", "\x1c\x1c|1", None, None),
    (" \x1c", " \x1c", None, None),
    ("\u200b\ufeff\n", "\u200b\ufeff|\n", "\u200b\ufeff\n", None),
    # Punctuation and what may follow it.
    ("//\n/", "//|\n|/", "//\n|/", "//\n/"),
    ("!\n\n x", "!|\n\n| x", "!\n\n| x", None),
    (" !!\r\n/a", " !!|\r|\n|/|a", " !!\r\n|/a", " !!\r\n/|a"),
    ("a/b", "a|/|b", "a|/b", None),
    ("!a", "!|a", "!a", None),
    ("!!a", "!!|a", None, None),
    # Cases, titlecase, modifiers, letters without case, marks.
    ("HELLOworld", "HELLOworld", None, None),
    ("helloWorld", "helloWorld", None, "hello|World"),
    ("\u01c4\u01c6\u01c5", "\u01c4\u01c6\u01c5", None, "\u01c4\u01c6|\u01c5"),
    ("A\u01c5a", "A\u01c5a", None, None),
    ("\u6f22A\u6f22a", "\u6f22A\u6f22a", None, None),
    ("\u6f22AB", "\u6f22AB", None, "\u6f22|AB"),
    ("AB\u6f22CD", "AB\u6f22CD", None, "AB\u6f22|CD"),
    ("A\u02b0B", "A\u02b0B", None, "A\u02b0|B"),
    ("a\u0301", "a|\u0301", None, "a\u0301"),
    ("a\u0301b", "a|\u0301|b", "a|\u0301b", "a\u0301b"),
    ("\u0301", "\u0301", None, None),
    ("A\u0301B", "A|\u0301|B", "A|\u0301B", "A\u0301|B"),
    (" \u0301", " \u0301", None, None),
    ("!\u0301", "!\u0301", None, None),
    ("1\u0301", "1|\u0301", None, None),
    ("e\u200dx", "e|\u200d|x", "e|\u200dx", None),
    ("\u0149", "\u0149", None, None),
    # Letters of Unicode 16.0, and one of 17.0, which is none here.
    ("1\u1c89\u1c89a", "1|\u1c89\u1c89a", None, None),
    ("a\U0001e4d0\U000105c0", "a\U0001e4d0\U000105c0", None, None),
    ("it\U00010940\U00010940's x", "it|\U00010940\U00010940'|s| x", None, None),
    ("\U00010940a", "\U00010940|a", "\U00010940a", None),
    ("\u0378a", "\u0378|a", "\u0378a", None),
]


def written_splits(row):
    """The splits of a row for the three patterns."""
    splits = []
    for written in row[1:]:
        splits.append(splits[-1] if written is None else written.split("|") if written else [])
    return dict(zip(PATTERN_ENCODINGS, splits))


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_written_splits_are_those_of_tiktoken(name):
    assert len(SPLITS) > 70
    splits = Splits(pattern_of(name), [row[0] for row in SPLITS])
    assert splits.pieces == [[piece.encode() for piece in written_splits(row)[name]] for row in SPLITS]
    assert splits.assert_same() == len(SPLITS) * len(ENGINES)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("row", SPLITS, ids=[ascii(row[0]) for row in SPLITS])
def test_written_splits(row, engine):
    text = row[0]
    for name, split in written_splits(row).items():
        assert "".join(split) == text
        assert ranker(name, engine).split(text.encode()) == [piece.encode() for piece in split], name


@pytest.mark.parametrize("name", ALL_ENCODINGS)
def test_written_splits_are_those_of_the_tokens(name):
    # The tokens of a text are those of its pretokens, one after another; and what tiktoken gives for the whole.
    pattern = TWIN_OF.get(name, name)
    pattern = R50K if pattern == "p50k_base" else pattern
    for row in SPLITS:
        pieces = written_splits(row)[pattern]
        for engine in ENGINES:
            one = ranker(name, engine)
            tokens = [token for piece in pieces for token in one.encode_pretoken(piece.encode()).tolist()]
            assert one.encode(row[0].encode()).tolist() == tokens, (engine, row)
    texts = [row[0] for row in SPLITS]
    # Where a text ends, and where a block of a kernel does, must not matter to the rest.
    texts += ["x" * padding + text for text in texts for padding in (1, 15, 31, 60, 61, 62, 63, 64, 65, 127)]
    texts += [text + suffix for text in texts[: len(SPLITS)] for suffix in (" ", "\n", "  ", " \n", "\n ", "a", "1", "'", "/", "\u0301")]
    assert assert_same_apart(name, texts) == 21 * len(SPLITS)
