"""The pre-tokenizers of known models as their files spell them: a scanner takes each, and every engine splits as `tokenizers` does."""

import json
import random

import pytest
import tokenizers
from exactness_library import load_file
from exactness_texts import EDGE_CHARACTERS, EDGE_PIECES, SCALARS, category, is_scalar
from vocabulary_files import ALL_ENGINES, BYTE_LEVEL, NFC, NO_SPLIT, REAL_TOKENIZERS, as_bytes, digits, make_file, needs_real_files, read, sequence, split

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
PREFIX = r"[^\r\n\p{L}\p{N}]?"
UPPER_NO_HAN, LOWER_NO_HAN = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = rf"{CONTRACTIONS}|{PREFIX}\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{SPACES}"
QWEN2 = LLAMA3.replace("{1,3}", "")
QWEN35 = rf"{CONTRACTIONS}|{PREFIX}[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{SPACES}"
O200K = rf"{PREFIX}{UPPER}*{LOWER}+{CONTRACTIONS}?|{PREFIX}{UPPER}+{LOWER}*{CONTRACTIONS}?|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{SPACES}"
TEKKEN = rf"{PREFIX}{UPPER}*{LOWER}+|{PREFIX}{UPPER}+{LOWER}*|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{SPACES}"
KIMI = (
    rf"[\p{{Han}}]+|{PREFIX}{UPPER_NO_HAN}*{LOWER_NO_HAN}+{CONTRACTIONS}?|{PREFIX}{UPPER_NO_HAN}+{LOWER_NO_HAN}*{CONTRACTIONS}?"
    rf"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{SPACES}"
)
R50K = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
OLD_CL100K = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
CL100K = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
DEEPSEEK3 = (
    r"\p{N}{1,3}",
    "[一-龥぀-ゟ゠-ヿ]+",
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|""" + SPACES,
)


def with_line_ends(pattern):
    return pattern.replace(r"\r", "\r").replace(r"\n", "\n")


def by_regex(*patterns):
    return sequence(*[split(pattern) for pattern in patterns], NO_SPLIT)


# name: the scanner, and the pre-tokenizer as files spell it
KNOWN = {
    "GPT-2: ByteLevel": ("r50k", BYTE_LEVEL),
    "GPT-2: a sequence of ByteLevel": ("r50k", sequence(BYTE_LEVEL)),
    "GPT-2: a regex": ("r50k", by_regex(GPT2)),
    "r50k of tiktoken": ("r50k", by_regex(R50K)),
    "Llama 3, GLM, OLMo, Phi-4": ("llama3", by_regex(LLAMA3)),
    "Llama 3 with line ends": ("llama3", by_regex(with_line_ends(LLAMA3))),
    "Llama 3: removed, inverted": ("llama3", sequence(split(LLAMA3, "Removed", True), NO_SPLIT)),
    "Llama 3: isolated, inverted": ("llama3", sequence(split(LLAMA3, "Isolated", True), NO_SPLIT)),
    "cl100k of older tiktoken": ("llama3", by_regex(OLD_CL100K)),
    "Qwen 2 and 3": ("qwen2", by_regex(QWEN2)),
    "Qwen 3.5": ("qwen35", by_regex(QWEN35)),
    "o200k: GPT-OSS, Llama 4": ("o200k", by_regex(O200K)),
    "o200k with line ends": ("o200k", by_regex(with_line_ends(O200K))),
    "tekken, Nemotron": ("tekken", by_regex(TEKKEN)),
    "Kimi K2": ("kimi", by_regex(KIMI)),
    "DeepSeek V3": ("deepseek3", by_regex(*DEEPSEEK3)),
    "DeepSeek V3 with line ends": ("deepseek3", by_regex(*DEEPSEEK3[:2], with_line_ends(DEEPSEEK3[2]))),
    "StarCoder: Digits, ByteLevel": ("starcoder", sequence(digits(True), BYTE_LEVEL)),
}
# What is near to them, but not the same.
OTHERS = {
    "cl100k as Oniguruma reads it": by_regex(CL100K),
    "runs of digits": sequence(digits(False), BYTE_LEVEL),
    "Llama 3, removed": sequence(split(LLAMA3, "Removed"), NO_SPLIT),
    "Llama 3, then GPT-2": sequence(split(LLAMA3), BYTE_LEVEL),
    "DeepSeek V3 in another order": by_regex(DEEPSEEK3[1], DEEPSEEK3[0], DEEPSEEK3[2]),
    "DeepSeek LLM": by_regex("[\r\n]", r"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯ]+", r"\s?[!-/:-~！-／：-～‘-‟　-。]+", r"\s+$", "[一-龥ࠀ-一가-퟿]+", r"\p{N}+"),
    "DeepSeek Coder": sequence(split("[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"), split("[一-龥ࠀ-一가-퟿]+"), digits(True), NO_SPLIT),
    "Bloom": by_regex(r" ?[^(\s|[.,!?…。，、।۔،])]+"),
    "groups of three digits from the right": by_regex(r"\d{1,3}(?=(?:\d{3})*\b)".replace(r"\b", r"(?!\d)"), GPT2),
}

EXTRA = ("12345678", "1234", "a  \n b", "   ", "\n \n", " \u00a0\u3000x", "\u2028y", "DŽdžDz", "HELLOworld", "x'\u017f", "don't", "DON'T", "'ll", "a\u0301b", "\u0301", "//\n/",
         "\u6f22\u5b57\u306e\u30ab", "\u3007\u3007", "\u3005", "\u9fa5\u9fa6", "1\u6f222", "\x00\x01a", "\u200ba", ".com", "_x", "\u2014a", "\U00011de1", " \U00016ff4", "a\r\n\r\nb")  # fmt: skip


def mixed_texts(seed, count, longest=16):
    rng = random.Random(seed)
    return [*EXTRA, *["".join(rng.choices(EDGE_PIECES + EXTRA, k=rng.randrange(longest + 1))) for _ in range(count)]]


def splits_of_reference(pre_tokenizer, texts):
    """All texts in one call each; the pieces as bytes."""
    return [[text[begin:end].encode() for _, (begin, end) in pre_tokenizer.pre_tokenize_str(text)] for text in texts]


def check(pre_tokenizer, texts, engines):
    contents = as_bytes(make_file(pre_tokenizer=pre_tokenizer))
    reference = tokenizers.Tokenizer.from_str(contents.decode()).pre_tokenizer
    expected = splits_of_reference(reference, texts)
    data = [text.encode() for text in texts]
    for engine in engines:
        ranker = load_file(contents, engine)
        for text, pieces in zip(data, expected):
            got = ranker.split(text)
            assert got == pieces, f"{engine}: {text.decode()!r}"
            # The encoder scans by itself: single bytes tell of no splits, but of bytes that are lost.
            assert bytes(ranker.encode(text).tolist()) == b"".join(pieces)
    return ranker


@pytest.mark.parametrize("name", KNOWN)
def test_a_scanner_is_reached(name):
    pattern_name, pre_tokenizer = KNOWN[name]
    ranker = load_file(as_bytes(make_file(pre_tokenizer=pre_tokenizer)))
    assert ranker.engine != "pcre2"
    assert ranker.pattern_name == pattern_name


@pytest.mark.parametrize("name", OTHERS)
def test_no_scanner_is_reached_by_likeness(name):
    ranker = load_file(as_bytes(make_file(pre_tokenizer=OTHERS[name])))
    assert (ranker.engine, ranker.pattern_name) == ("pcre2", "")


@pytest.mark.parametrize("name", KNOWN)
def test_known_patterns(name):
    check(KNOWN[name][1], mixed_texts(name, 400), ALL_ENGINES)


@pytest.mark.parametrize("name", OTHERS)
def test_other_patterns(name):
    texts = [text for text in mixed_texts(name, 300)]
    contents = as_bytes(make_file(pre_tokenizer=OTHERS[name]))
    reference = tokenizers.Tokenizer.from_str(contents.decode()).pre_tokenizer
    ranker = load_file(contents)
    for text, pieces in zip(texts, splits_of_reference(reference, texts)):
        assert ranker.split(text.encode()) == pieces, text


@pytest.mark.parametrize("name", KNOWN)
def test_block_edges(name):
    """Texts that put every character of interest at the edges of blocks of 64 bytes, and of longer runs."""
    rng = random.Random(name)
    texts = []
    for _ in range(60):
        filler = rng.choice(["a", " ", "\n", "1", "!", "\u6f22", "\u0301", "Ab", "'s", " \n"])
        before = (filler * 70)[: rng.choice([0, 60, 61, 62, 63, 64, 65])]
        texts.append(before + "".join(rng.choices(EDGE_PIECES, k=6)) + (filler * 140)[: rng.choice([0, 1, 62, 63, 64, 65, 126, 127, 128])] + rng.choice(EDGE_PIECES))
    check(KNOWN[name][1], texts, ALL_ENGINES)


# One file for each scanner, for what takes longer.
ONE_OF_EACH = {pattern: name for name, (pattern, _) in reversed(list(KNOWN.items()))}
CONTEXTS = ("%s", "a%sb", " %s", "%s1", "'%s", "%s\n", "A%sa", "\u6f22%s\u6f22", "!%s!", "1%s1", "\u0301%s", " %s%s ", "\n%s", "%s ")


def check_characters(name, characters, contexts, engines):
    """All characters in each context; many texts in one, with a separator that no pattern joins to its neighbours."""
    contents = as_bytes(make_file(pre_tokenizer=KNOWN[name][1]))
    reference = tokenizers.Tokenizer.from_str(contents.decode()).pre_tokenizer
    rankers = [load_file(contents, engine) for engine in engines]
    for context in contexts:
        for begin in range(0, len(characters), 4000):
            text = "\n\u6f22\n".join(context.replace("%s", chr(c)) for c in characters[begin : begin + 4000])
            ((expected,), data) = splits_of_reference(reference, [text]), text.encode()
            for ranker in rankers:
                got = ranker.split(data)
                if got != expected:
                    first = next(i for i, (a, b) in enumerate(zip(got, expected)) if a != b)
                    raise AssertionError(f"{ranker.engine}, {context}: {got[max(0, first - 2) : first + 3]}, not {expected[max(0, first - 2) : first + 3]}")


def class_edges_and_samples(step):
    edges, previous = set(range(0x250)), None
    for c in SCALARS:
        if category(c) != previous:
            edges |= {c, max(c - 1, 0)}
            previous = category(c)
    return [c for c in sorted(edges | set(SCALARS[::step])) if is_scalar(c)]


@pytest.mark.parametrize("name", ONE_OF_EACH.values())
def test_characters_in_contexts(name):
    check_characters(name, class_edges_and_samples(997), CONTEXTS[:4], ["default", "scalar"])


@pytest.mark.slow
@pytest.mark.parametrize("name", ONE_OF_EACH.values())
def test_all_characters_in_contexts(name):
    check_characters(name, SCALARS, CONTEXTS[1:2], ["default"])
    check_characters(name, class_edges_and_samples(997), CONTEXTS, ALL_ENGINES)


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN)
def test_more_texts(name):
    check(KNOWN[name][1], mixed_texts(name + "more", 5000, 24), ALL_ENGINES)


@needs_real_files
@pytest.mark.parametrize("name, pattern_name", [("gpt2", "r50k"), ("qwen3", "qwen2"), ("deepseek_v3", "deepseek3"), ("glm_4_5", "llama3")])
def test_real_files_reach_a_scanner(name, pattern_name):
    contents = read(REAL_TOKENIZERS[name])
    ranker = load_file(contents)
    assert (ranker.pattern_name, ranker.engine == "pcre2") == (pattern_name, False)
    assert json.loads(contents)["normalizer"] in (None, NFC, {"type": "Sequence", "normalizers": []})


def test_the_edges_of_classes_are_there():
    assert len(class_edges_and_samples(997)) > 3000 and len(EDGE_CHARACTERS) > 90
