"""Vocabularies and patterns of the caller's own, given to tiktoken and to the library: the tokens are the same."""

import collections
import os
import random

import pytest
from exactness_library import ANY_PATTERN_ENGINES, ENGINES, ROOT, LibraryError, load_ranks
from exactness_reference import PATTERN_ENCODINGS, Splits, make_encoding, pattern_of, random_text, single_bytes
from exactness_texts import EDGE_CHARACTERS, EDGE_PIECES, SCALARS, category, read_corpus

LARGEST_RANK = 2**32 - 2  # the reference uses the number above as "none"


def train(words, size):
    """The plain training of byte-level BPE: the commonest pair of neighbours becomes a token, `size` times at most."""
    words = [([bytes([byte]) for byte in word], count) for word, count in collections.Counter(words).items()]
    ranks = single_bytes()
    while len(ranks) < 256 + size:
        pairs = collections.Counter()
        for parts, count in words:
            for pair in zip(parts, parts[1:]):
                pairs[pair] += count
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        ranks.setdefault(best[0] + best[1], len(ranks))
        for parts, _ in words:
            for i in range(len(parts) - 2, -1, -1):
                if i + 1 < len(parts) and (parts[i], parts[i + 1]) == best:
                    parts[i : i + 2] = [parts[i] + parts[i + 1]]
    return ranks


def random_piece(rng, alphabet, longest):
    return b"".join(rng.choices(alphabet, k=rng.randint(1, longest)))


def irregular_ranks(rng, alphabet, count, longest):
    """Byte strings with random ranks: many cannot be reached by merges, single bytes may rank last, numbers have holes."""
    pieces = set(single_bytes())
    for _ in range(count):
        piece = random_piece(rng, alphabet, longest)
        # Half of them begin or end inside a character, if its bytes are more than one.
        pieces.add(piece if rng.random() < 0.5 else piece[rng.randrange(len(piece)) :][: rng.randint(1, len(piece))])
    # Parts of tokens, so that some can be reached.
    for piece in rng.sample(sorted(pieces), len(pieces) // 2):
        cut = rng.randint(1, len(piece))
        pieces |= {piece[:cut], piece[cut:] or piece}
    pieces = sorted(pieces)
    rng.shuffle(pieces)
    if rng.random() < 0.5:
        pieces.sort(key=lambda piece: len(piece) * rng.choice([0, 1, 1, 1, 2]))
    largest = rng.choice([len(pieces), 3 * len(pieces), LARGEST_RANK])
    return dict(zip(pieces, sorted(rng.sample(range(largest), len(pieces)))))


def assert_same_pieces(encoding, ranker, pieces):
    for piece in pieces:
        assert ranker.encode_pretoken(piece).tolist() == encoding._encode_single_piece(piece), piece
    return len(pieces)


def assert_same_texts(encoding, rankers, texts):
    for text in texts:
        expected = encoding.encode_ordinary(text)
        for one in rankers:
            assert one.encode(text.encode()).tolist() == expected, (one.engine, text)
    return len(texts)


TRAINING = [
    read_corpus(os.path.join(ROOT, "corpora", "lyrics.txt")) + read_corpus(os.path.join(ROOT, "corpora", "code_of_conduct.txt")),
    "".join(random_text(random.Random(1), EDGE_PIECES, 3000) for _ in range(2)).encode(),
    b"a" * 300 + b" " + b"ab" * 200 + b" " + b"aab" * 100,
]


@pytest.mark.parametrize("data", TRAINING, ids=["english", "edges", "runs"])
@pytest.mark.parametrize("size", [0, 1, 50, 600])
def test_trained_vocabularies(data, size):
    rng = random.Random(20270 + size)
    text = data.decode()
    compared = 0
    for name in PATTERN_ENCODINGS:
        whole_file = load_ranks(single_bytes(), pattern_of(name))
        ranks = train(whole_file.split(data), size)
        assert len(ranks) <= 256 + size
        encoding = make_encoding(ranks, pattern_of(name))
        rankers = [load_ranks(ranks, pattern_of(name), None, engine) for engine in ENGINES]
        texts = [text] + [text[begin : begin + rng.randrange(400)] for begin in rng.choices(range(len(text)), k=300)]
        compared += assert_same_texts(encoding, rankers, texts)
        for one in rankers:
            pieces = [data[begin : begin + rng.choice([5, 50, 95, 96, 97, 99, 100, 101, 500, 3000])] for begin in range(0, len(data), 71)]
            compared += assert_same_pieces(encoding, one, pieces)
    assert compared > 900


ALPHABETS = [
    [b"a", b"b"],
    [b"a", b"b", b"c"],
    [bytes([byte]) for byte in b"abcdefgh "],
    [bytes([byte]) for byte in range(0x61, 0x7B)],
    [bytes([byte]) for byte in range(256)],
    ["a".encode(), "\u0301".encode(), "\u6f22".encode()],
    [c.encode() for c in "\u6f22\u5b57\u4eee\u540d\u4ea4\u3042\u3044\uac00\u0e01"],
    [c.encode() for c in "\u6f22\u6f23\u6fa2\u0416\u0436\xe9a\U0001f600\U00020000"],
]


def irregular_case(seed):
    rng = random.Random(seed)
    alphabet = ALPHABETS[seed % len(ALPHABETS)]
    ranks = irregular_ranks(rng, alphabet, rng.choice([1, 5, 30, 200, 2000]), rng.choice([2, 3, 6, 20, 90]))
    pattern = pattern_of(rng.choice(PATTERN_ENCODINGS))
    encoding = make_encoding(ranks, pattern)
    rankers = [load_ranks(ranks, pattern, None, engine) for engine in ENGINES]
    assert all(one.vocabulary() == ranks for one in rankers)
    tokens = sorted(ranks)
    pieces = tokens[:: 1 + len(tokens) // 200]
    pieces += [random_piece(rng, alphabet, longest) for longest in (4, 12, 30, 64, 95, 130) for _ in range(40)]
    pieces += [b"".join(rng.choices(tokens, k=rng.randint(1, 12))) for _ in range(60)]
    # Longer than the windows of long pretokens.
    pieces += [random_piece(rng, alphabet, 8000) for _ in range(2)] + [alphabet[0] * 5000, (alphabet[0] + alphabet[1]) * 3000]
    texts = [piece.decode() for piece in pieces if is_text(piece)]
    texts += [" ".join(texts), "1".join(texts)]
    compared = assert_same_pieces(encoding, rankers[0], pieces) + assert_same_texts(encoding, rankers, texts)
    # Bytes that are no text: the split is compared elsewhere, here what is made of it.
    data = b" ".join(pieces)
    expected = [token for piece in rankers[0].split(data) for token in encoding._encode_single_piece(piece)]
    for one in rankers:
        assert one.encode(data).tolist() == expected, one.engine
        assert one.decode(one.encode(data)) == data
    return compared


def is_text(data):
    return data.decode("utf-8", "replace").encode() == data


def test_irregular_vocabularies():
    assert sum(irregular_case(seed) for seed in range(80)) > 80 * 300


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_irregular_vocabularies(part):
    assert sum(irregular_case(seed) for seed in range(1000 + 200 * part, 1200 + 200 * part)) > 200 * 300


@pytest.mark.parametrize("is_forward", [True, False])
def test_vocabularies_of_all_strings(is_forward):
    # Every string of two letters up to six of them: each merge has many rivals, with one rank or with neighbours of it.
    pieces = [b""]
    for _ in range(6):
        pieces = [b""] + [piece + letter for piece in pieces for letter in (b"a", b"b")]
    pieces = sorted({piece for piece in pieces if len(piece) > 1}, key=lambda piece: (len(piece), piece), reverse=not is_forward)
    ranks = single_bytes()
    ranks.update({piece: 256 + i for i, piece in enumerate(pieces)})
    encoding = make_encoding(ranks, pattern_of("r50k_base"))
    one = load_ranks(ranks, pattern_of("r50k_base"))
    rng = random.Random(20271)
    texts = [f"{i:b}".replace("0", "a").replace("1", "b").encode() for i in range(1, 1 << 13)]
    texts += [random_piece(rng, [b"a", b"b"], 2000) for _ in range(300)]
    assert assert_same_pieces(encoding, one, texts) == (1 << 13) - 1 + 300


def test_merges_that_depend_on_what_stands_far_behind():
    # Of a chain of bytes the last two merge first, then the two before them: one byte more at its end changes all tokens of the chain.
    chain = bytes(range(1, 250))
    ranks = single_bytes()
    for i in range(len(chain) - 2, -1, -1):
        ranks[chain[i : i + 2]] = len(ranks)
    encoding = make_encoding(ranks, pattern_of("r50k_base"))
    one = load_ranks(ranks, pattern_of("r50k_base"))
    pieces = []
    for before in range(700, 1100):
        for size in (249, 248, 247, 150, 41):
            pieces.append(b"\xff" * before + chain[:size] + b"\xff")
            pieces.append(b"\xff" * before + (chain[:size] + chain[:100]) * 3)
    assert assert_same_pieces(encoding, one, pieces) == 4000


# Patterns.

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
UPPER, LOWER = r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}", r"\p{Ll}\p{Lm}\p{Lo}\p{M}"
COVERING_PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": LLAMA3,
    "qwen2": LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}"),
    "qwen3.5": LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}").replace(r"?\p{L}+", r"?[\p{L}\p{M}]+").replace(r"\s\p{L}", r"\s\p{L}\p{M}"),
    "tekken": rf"[^\r\n\p{{L}}\p{{N}}]?[{UPPER}]*[{LOWER}]+|[^\r\n\p{{L}}\p{{N}}]?[{UPPER}]+[{LOWER}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "kimi": rf"[\p{{Han}}]+|[^\r\n\p{{L}}\p{{N}}]?[{UPPER}&&[^\p{{Han}}]]*[{LOWER}&&[^\p{{Han}}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    rf"|[^\r\n\p{{L}}\p{{N}}]?[{UPPER}&&[^\p{{Han}}]]+[{LOWER}&&[^\p{{Han}}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "cl100k of older releases": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]|\s+(?!\S)|\s+",
    "one piece": r"(?s:.+)",
    "characters": r"(?s:.)",
    "lines": r"[^\n]*\n|[^\n]+",
    "two at a time": r"(?s:.){1,2}",
    "lazy": r"(?s:.+?)(?=\s|$)|(?s:.)",
    "look-behind": r"(?<=\p{Lu})\p{Ll}+|(?<!\p{N})\p{N}|\p{N}{2}|(?s:.)",
    "atomic": r"(?>\p{L}+|\p{N}+)(?=')|\s++|(?s:.)",
}
GAPPED_PATTERNS = {
    "letters": r"\p{L}+",
    "deepseek, third": r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"""
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
    "begin": r"^\p{L}+|\s+$",
    "lines of": r"(?m)^[^\n]|\S$",
    "any but newlines": r".+",
    "words": r"\w+|\d",
    "boundaries": r"\b\w|\w\b|\B\W",
    "caseless": r"(?i)s|k|\x{e9}|\x{1c5}|\x{3c3}|\x{1e9e}|i",
}


def pattern_texts(seed, count):
    rng = random.Random(seed)
    return [random_text(rng, EDGE_PIECES if i % 2 else EDGE_CHARACTERS, 14) for i in range(count)]


def compare_pattern(pattern, covers_all, seed):
    texts = pattern_texts(seed, 1200)
    splits = Splits(pattern, texts, covers_all)
    assert splits.assert_same(ANY_PATTERN_ENGINES) == len(texts) * len(ANY_PATTERN_ENGINES)
    return splits.pieces


@pytest.mark.parametrize("name", COVERING_PATTERNS)
def test_patterns_that_match_everything(name):
    splits = compare_pattern(COVERING_PATTERNS[name], True, 20272)
    assert sum(map(len, splits)) > 1000


@pytest.mark.parametrize("name", GAPPED_PATTERNS)
def test_patterns_that_leave_text_out(name):
    # What a pattern leaves unmatched is dropped.
    texts = pattern_texts(20273, 1200)
    splits = compare_pattern(GAPPED_PATTERNS[name], False, 20273)
    assert 0 < sum(len(b"".join(split)) for split in splits) < sum(len(text.encode()) for text in texts)


# Of a pattern that is one set of characters, the tokens are the bytes of the members: a look at all of Unicode in one text.

ALL_CHARACTERS = "".join(map(chr, SCALARS))
CATEGORIES = (
    "C Cc Cf Cn Co L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs".split()
)
SETS = [rf"\p{{{name}}}" for name in CATEGORIES] + [
    r"\s", r"\S", r"\d", r"\D", r"\w", r"\W", ".", r"(?s:.)", r"\p{Han}", r"[\p{Han}]", r"\P{L}", r"[^\p{L}]", r"\p{^L}", r"[\s\p{L}]",
    r"[^\s\p{L}\p{N}]", r"[^\r\n\p{L}\p{N}]", r"[\p{L}&&\p{Han}]", r"[\p{L}&&[^\p{Han}]]", r"[\p{L}--\p{Lu}]", r"[\p{L}~~\p{Han}]",
    r"[\w&&\D]",
    r"\p{Latin}", r"\p{Greek}", r"\p{Cyrillic}", r"\p{Hiragana}", r"\p{Katakana}", r"\p{Arabic}", r"\p{Thai}", r"\p{Hangul}", r"\p{Common}",
    r"\p{Inherited}", r"\p{sc=Devanagari}", r"\p{script=Hebrew}", r"\p{gc=Lu}", r"\p{Letter}", r"[\u4e00-\u9fa5]",
    r"[\x{10000}-\x{10ffff}]",
    r"(?i:s)", r"(?i:k)", r"(?i:[a-z])", r"(?i:[^a-z])", r"(?i:\u03c3)", r"(?i:\u00b5)", r"(?i:\u01c5)", r"(?i:\u1e9e)", r"(?i:\u00df)",
    r"(?i:\u0130)", r"(?i:\u0131)", r"(?i:\u0345)", r"(?i:[\u0400-\u04ff])", r"(?i:\U00010400)", r"(?i:\U0001e900)", r"(?i:\u1c89)",
]


@pytest.mark.parametrize("characters", SETS)
def test_sets_of_characters(characters):
    expected = make_encoding(single_bytes(), characters).encode_to_numpy(ALL_CHARACTERS).tobytes()
    assert 0 < len(expected)
    for engine in ANY_PATTERN_ENGINES:
        one = load_ranks(single_bytes(), characters, None, engine)
        assert one.encode(ALL_CHARACTERS.encode()).tobytes() == expected


@pytest.mark.slow
def test_every_case_folding():
    # What has a case, or is what something with a case turns into.
    has_case = [c for c in ALL_CHARACTERS if c.lower() != c or c.upper() != c or category(ord(c)) in ("Lu", "Ll", "Lt")]
    cased = sorted({other for c in has_case for other in (c, *c.lower(), *c.upper(), *c.title())})
    text = "".join(cased)
    assert len(cased) > 2800
    for c in cased:
        pattern = rf"(?i:\x{{{ord(c):x}}})"
        expected = make_encoding(single_bytes(), pattern).encode_ordinary(text)
        assert len(expected) >= len(c.encode())
        assert load_ranks(single_bytes(), pattern).encode(text.encode()).tolist() == expected, pattern


def test_a_refused_pattern_says_so():
    for pattern in (r"(a)\1", r"\X", r"(?<name>a)", r"[[:alpha:]]", r"(?=a)*"):
        with pytest.raises(LibraryError):
            load_ranks(single_bytes(), pattern)
