"""tekken.json against the rules of mistral-common 1.13.1, of which the few that matter are written down here, and tiktoken."""

import base64
import json
import random

import pytest
from exactness_library import load_file
from exactness_texts import EDGE_PIECES
from vocabulary_files import ALL_ENGINES, REAL_TEKKEN, corpus_samples, needs_real_files, open_file, read

import oracle

# Up to v7 a file need not name its special tokens.
OLD_SPECIAL_TOKENS = [
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>",
    "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
]  # fmt: skip

PATTERN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


class Reference:
    """Tekkenizer.from_file: what it makes of the tree of a file."""

    def __init__(self, tree):
        config = tree["config"]
        named = tree.get("special_tokens")
        names = OLD_SPECIAL_TOKENS if named is None else [token["token_str"] for token in named]
        special = config["default_num_special_tokens"]
        self.special_tokens = names + [f"<SPECIAL_{i}>" for i in range(len(names), special)]
        assert len(set(self.special_tokens)) == special
        size = config["default_vocab_size"] - special
        self.ranks = {base64.b64decode(entry["token_bytes"]): entry["rank"] for entry in tree["vocab"][:size]}
        assert sorted(self.ranks.values()) == list(range(size))
        self.model = oracle.tiktoken.Encoding("tekken", pat_str=config["pattern"], mergeable_ranks=self.ranks, special_tokens={})

    def encode(self, text):
        return [token + len(self.special_tokens) for token in self.model.encode(text, disallowed_special=())]

    def bytes_of(self, token):
        special = len(self.special_tokens)
        return self.special_tokens[token].encode() if token < special else self.model.decode_bytes([token - special])


MORE_TOKENS = [b"ab", b" a", b" ab", b"abab", "\u00e9".encode(), b"12", b"\n\n", b"Ab", b"//", "\u6f22".encode()[:2]]


def make_tekken(version, special=("<unk>", "<s>", "</s>"), size=len(MORE_TOKENS)):
    tokens = [bytes([byte]) for byte in range(256)] + MORE_TOKENS
    tree = {
        "config": {
            "pattern": PATTERN, "num_vocab_tokens": len(tokens), "default_vocab_size": 256 + size + 24, "default_num_special_tokens": 24, "version": version,
        },
        "vocab": [{"rank": i, "token_bytes": base64.b64encode(token).decode(), "token_str": None} for i, token in enumerate(tokens)],
    }  # fmt: skip
    if special is not None:
        tree["special_tokens"] = [{"rank": i, "token_str": token, "is_control": True} for i, token in enumerate(special)]
    return tree


def texts(seed, count):
    rng = random.Random(seed)
    return ["".join(rng.choices(EDGE_PIECES + ("ab", "[INST]", "<s>", "\u6f22\u5b57", "//"), k=rng.randrange(15))) for _ in range(count)]


def assert_same(contents, samples):
    reference = Reference(json.loads(contents))
    rankers = [load_file(contents, engine) for engine in ALL_ENGINES]
    for text in samples:
        expected = reference.encode(text)
        for ranker in rankers:
            assert ranker.encode(text.encode()).tolist() == expected, f"{ranker.engine}: {text!r}"
    assert rankers[0].special_names == reference.special_tokens
    assert rankers[0].special_numbers == list(range(len(reference.special_tokens)))
    return reference, rankers[0]


@pytest.mark.parametrize("version", ["v1", "v2", "v3", "v7", "v11", "v13", "v15"])
def test_versions(version):
    for special in ((), ("<unk>", "<s>", "</s>"), tuple(f"<{i}>" for i in range(24))):
        assert_same(json.dumps(make_tekken(version, special)).encode(), texts(1, 60))


@pytest.mark.parametrize("version", ["v1", "v2", "v3", "v7"])
def test_old_versions_have_special_tokens_without_naming_them(version):
    for tree in (make_tekken(version, None), {**make_tekken(version, None), "special_tokens": None}):
        reference, ranker = assert_same(json.dumps(tree).encode(), texts(2, 30))
        assert ranker.special_names[:20] == OLD_SPECIAL_TOKENS and ranker.special_names[20:] == [f"<SPECIAL_{i}>" for i in range(20, 24)]


def test_only_the_first_tokens_live():
    for size in (0, 1, 4, len(MORE_TOKENS)):
        reference, ranker = assert_same(json.dumps(make_tekken("v3", size=size)).encode(), texts(3, 100))
        assert ranker.vocabulary_size == 256 + size == len(reference.ranks)


def test_other_patterns():
    tree = make_tekken("v3")
    for pattern in (r"\s+|\S+", r"[a-z]+", r".", oracle.get_encoding("cl100k_base")._pat_str):
        tree["config"]["pattern"] = pattern
        contents = json.dumps(tree).encode()
        reference, ranker = Reference(tree), load_file(contents)
        for text in texts(4, 60):
            assert ranker.encode(text.encode()).tolist() == reference.encode(text)


def test_special_tokens_and_decoding(ranker, tmp_path):
    tree = make_tekken("v11")
    reference, encoding = Reference(tree), open_file(ranker, tmp_path, tree)
    for token in range(256 + len(MORE_TOKENS) + 24):
        assert encoding.decode_single_token_bytes(token) == reference.bytes_of(token)
    assert encoding.encode("<s>ab<SPECIAL_7>", allowed_special="all") == [1, 24 + 256, 7]
    assert encoding.encode("<s>ab", disallowed_special=()) == reference.encode("<s>ab")
    information = encoding._core_bpe.information()
    assert information.source == b"tekken.json v11" and information.reference == b"mistral-common 1.13.1"
    assert b"mistral-common never looks for them" in information.notes


@needs_real_files
def test_real_file():
    reference, ranker = assert_same(read(REAL_TEKKEN), [*texts(5, 300), *corpus_samples(20_000).values()])
    assert ranker.engine != "pcre2" and ranker.vocabulary_size == 130072 and ranker.max_token == 131071
    for token in range(0, 131072, 7):
        assert ranker.decode([token]) == reference.bytes_of(token)


@needs_real_files
@pytest.mark.slow
def test_real_file_on_corpora():
    contents = read(REAL_TEKKEN)
    reference, ranker = Reference(json.loads(contents)), load_file(contents)
    for name, text in corpus_samples(1_500_000).items():
        assert ranker.encode(text.encode()).tolist() == reference.encode(text), name
