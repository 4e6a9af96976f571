"""The files of real models, token for token: tokenizer.json against tokenizers 0.23.3, rank files against tiktoken 0.14.0."""

import functools
import json
import random

import numpy as np
import pytest
import tokenizers
from exactness_library import load_file, load_ranks
from exactness_texts import EDGE_PIECES, sampled_scalars
from test_tokenizer_json_splits import EXTRA, KIMI
from vocabulary_files import ALL_ENGINES, OPENAI_RANKS, REAL_KIMI, REAL_TOKENIZERS, corpus_samples, needs_real_files, open_file, read

import oracle

pytestmark = needs_real_files

MARKS = tuple("\u0301\u0334\u0323\u093c\u07fd\u0898\u08d3\u1dfa") + ("e\u0301", "\u0344", "\u212b", "\u1100\u1161", "\u0958", "\U00011935\U00011930")


@functools.lru_cache(maxsize=None)
def reference(name):
    return tokenizers.Tokenizer.from_file(REAL_TOKENIZERS[name])


@functools.lru_cache(maxsize=None)
def opened(name, engine="default"):
    return load_file(read(REAL_TOKENIZERS[name]), engine)


def assert_same(name, texts, engines=("default",)):
    for text, expected in zip(texts, reference(name).encode_batch(list(texts), add_special_tokens=False)):
        data = text.encode()
        for engine in engines:
            tokens = opened(name, engine).encode_all(data)
            if not np.array_equal(tokens, expected.ids):
                raise AssertionError(f"{name}, {engine}: {text[:200]!r}")


def added_tokens(name):
    return [token.content for token in reference(name).get_added_tokens_decoder().values()]


def mixes(seed, count, pieces, longest=16):
    rng = random.Random(seed)
    return ["".join(rng.choices(pieces, k=rng.randrange(longest + 1))) for _ in range(count)]


def token_soup(name, seed, count):
    """Tokens of the vocabulary, one after another, as far as they are text."""
    tokens = [text for text in (reference(name).decode([i], skip_special_tokens=False) for i in range(0, reference(name).get_vocab_size(), 3)) if "\ufffd" not in text]
    assert len(tokens) > 10_000
    return mixes(seed, count, tokens, 8)


@pytest.mark.parametrize("name", REAL_TOKENIZERS)
def test_hard_cases(name):
    pieces = EDGE_PIECES + EXTRA + MARKS
    assert_same(name, [*EXTRA, *mixes(name, 300, pieces)], ALL_ENGINES)


@pytest.mark.parametrize("name", REAL_TOKENIZERS)
def test_added_tokens(name):
    contents = added_tokens(name)
    assert contents
    pieces = tuple(contents[:40]) + tuple(content[:-1] for content in contents[:20]) + EDGE_PIECES[:60] + (" ", "\n", "word")
    assert_same(name, [*contents, *mixes(name + "added", 600, pieces, 10)])


@pytest.mark.parametrize("name", REAL_TOKENIZERS)
def test_digits_and_white_space_at_the_end(name):
    runs = ["1" * n for n in range(1, 16)] + ["\u0663" * n for n in range(1, 9)]
    ends = ["", " ", "  ", "\n", " \n", "\n ", "  \n  ", "\r\n", "\u3000", "\x85", "\t\t", "\n\n\n", " \u2028"]
    assert_same(name, [f"{before}{run}{end}" for run in runs for before in ("", "a", " ") for end in ends])


@pytest.mark.parametrize("name", REAL_TOKENIZERS)
def test_characters_in_contexts(name):
    characters = [chr(c) for c in sampled_scalars(499)]
    for context in ("a%sb", " %s", "%s1"):
        assert_same(name, ["\n".join(context.replace("%s", c) for c in characters[i : i + 500]) for i in range(0, len(characters), 500)])


@pytest.mark.parametrize("name", REAL_TOKENIZERS)
def test_token_soup(name):
    assert_same(name, token_soup(name, 1, 3000))


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL_TOKENIZERS)
def test_more_soup(name):
    assert_same(name, token_soup(name, 2, 60_000))
    assert_same(name, mixes(name + "more", 30_000, EDGE_PIECES + EXTRA + MARKS + tuple(added_tokens(name)[:30])))


@pytest.mark.parametrize("name", REAL_TOKENIZERS)
def test_corpora(name):
    assert_same(name, corpus_samples(20_000).values(), ("default", "scalar", "pcre2"))


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL_TOKENIZERS)
def test_more_of_the_corpora(name):
    samples = corpus_samples(1_500_000)
    assert len(samples) > 8, "corpora/fetch.py all fetches them"
    for text in samples.values():
        assert_same(name, [text])


@pytest.mark.parametrize("name", REAL_TOKENIZERS)
def test_every_token_decodes(name):
    numbers = range(0, reference(name).get_vocab_size(), 5)
    for number in numbers:
        assert opened(name).decode([number]).decode("utf-8", "replace") == reference(name).decode([number], skip_special_tokens=False)


def test_tokens_that_merges_cannot_make():
    """GLM 4.5 has 893 of at most 32 bytes; without ignore_merges no text may come to one of them."""
    tree = json.loads(read(REAL_TOKENIZERS["glm_4_5"]))
    assert tree["model"]["ignore_merges"]
    tree["model"]["ignore_merges"] = False
    contents = json.dumps(tree, ensure_ascii=False).encode()
    pure, with_whole = load_file(contents), opened("glm_4_5")
    other = tokenizers.Tokenizer.from_str(contents.decode())
    unreachable = {}
    for token, number in pure.vocabulary().items():
        if len(token) <= 32 and pure.encode_pretoken(token).tolist() != [number]:
            unreachable[number] = token
    assert len(unreachable) == 893
    texts = [token.decode() for token in unreachable.values() if b"\xef\xbf\xbd" not in token and is_text(token)]
    assert len(texts) > 500
    for text, expected in zip(texts, other.encode_batch(texts, add_special_tokens=False)):
        assert pure.encode(text.encode()).tolist() == expected.ids
        assert not set(expected.ids) & set(unreachable)
    for number, token in unreachable.items():
        assert with_whole.encode_pretoken(token).tolist() == [number]
    for text in mixes("glm", 1500, texts, 6):
        assert pure.encode(text.encode()).tolist() == other.encode(text, add_special_tokens=False).ids


def is_text(data):
    try:
        return bool(data.decode())
    except UnicodeDecodeError:
        return False


# ---- Rank files ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPENAI_RANKS)
def test_published_rank_files_are_known(name, ranker, tmp_path):
    encoding = open_file(ranker, tmp_path, read(OPENAI_RANKS[name]))
    builtin = ranker.get_encoding(name)
    assert encoding._pat_str == builtin._pat_str and encoding._special_tokens == builtin._special_tokens
    for text in [*EXTRA, *mixes(name, 300, EDGE_PIECES + ("<|endoftext|>",))]:
        assert encoding.encode(text, allowed_special="all") == oracle.get_encoding(name).encode(text, allowed_special="all")


def test_kimi():
    contents = read(REAL_KIMI)
    ranks = oracle.tiktoken.load.load_tiktoken_bpe(REAL_KIMI)
    expected = oracle.tiktoken.Encoding("kimi", pat_str=KIMI, mergeable_ranks=ranks, special_tokens={})
    by_hash = load_file(contents)
    assert by_hash.pattern == KIMI and by_hash.pattern_name == "kimi" and by_hash.engine != "pcre2"
    rankers = [by_hash] + [load_ranks(ranks, KIMI, None, engine) for engine in ALL_ENGINES]
    for text in [*EXTRA, *mixes("kimi", 400, EDGE_PIECES + EXTRA + MARKS), *corpus_samples(20_000).values()]:
        tokens = expected.encode_ordinary(text)
        for one in rankers:
            assert one.encode(text.encode()).tolist() == tokens, f"{one.engine}: {text[:100]!r}"


@pytest.mark.slow
def test_kimi_on_corpora():
    ranks = oracle.tiktoken.load.load_tiktoken_bpe(REAL_KIMI)
    expected = oracle.tiktoken.Encoding("kimi", pat_str=KIMI, mergeable_ranks=ranks, special_tokens={})
    one = load_file(read(REAL_KIMI))
    for name, text in corpus_samples(1_500_000).items():
        assert one.encode(text.encode()).tolist() == expected.encode_ordinary(text), name
