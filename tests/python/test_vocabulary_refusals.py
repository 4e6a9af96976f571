"""Files that are refused: the status, and the key and the value in the message. What the library takes it does exactly."""

import base64
import copy
import json
import re

import pytest
from vocabulary_files import ALPHABET, BYTE_LEVEL, NFC, NO_SPLIT, added, digits, make_file, open_file, sequence, single_bytes, split, split_text
from test_tekken_json import make_tekken

BAD_BASE64, BAD_RANK, EMPTY_TOKEN, DUPLICATE_TOKEN, DUPLICATE_RANK, MISSING_BYTE, TOO_LARGE = 17, 18, 19, 20, 21, 22, 23
DUPLICATE_SPECIAL_TOKEN, BAD_PATTERN, UNSUPPORTED_PATTERN = 33, 34, 35
INVALID_ARGUMENT = 1
BAD_JSON, BAD_VALUE, UNSUPPORTED, BAD_MERGE, CONFLICT, UNKNOWN_FORMAT = 64, 65, 66, 67, 68, 69


def changed(path, value, file=None):
    """A good file with another value at a path such as "model.dropout"; Ellipsis takes the key away."""
    file = copy.deepcopy(file or make_file(["ab"], [("a", "b")], [added("<s>", special=True)] if path.startswith("added_tokens") else []))
    *parents, last = path.split(".")
    node = file
    for name in parents:
        node = node[int(name)] if isinstance(node, list) else node[name]
    if value is ...:
        del node[last]
    else:
        node[int(last) if isinstance(node, list) else last] = value
    return file


def one(pre_tokenizer):
    return sequence(pre_tokenizer, NO_SPLIT)


TEMPLATE = {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}], "pair": [], "special_tokens": {}}

# path, value, status, what the message says
ROWS = [
    # -- The model
    ("model.type", "WordPiece", UNSUPPORTED, 'model.type is "WordPiece"'),
    ("model.type", "Unigram", UNSUPPORTED, 'model.type is "Unigram"'),
    ("model.type", "WordLevel", UNSUPPORTED, 'model.type is "WordLevel"'),
    ("model.type", 5, BAD_VALUE, "model.type is 5"),
    ("model.byte_fallback", True, UNSUPPORTED, "model.byte_fallback is true"),
    ("model.byte_fallback", "no", BAD_VALUE, 'model.byte_fallback is "no"'),
    ("model.dropout", 0.1, UNSUPPORTED, "model.dropout is 0.1"),
    ("model.dropout", "0.1", BAD_VALUE, 'model.dropout is "0.1"'),
    ("model.continuing_subword_prefix", "##", UNSUPPORTED, 'model.continuing_subword_prefix is "##"'),
    ("model.end_of_word_suffix", "</w>", UNSUPPORTED, 'model.end_of_word_suffix is "</w>"'),
    ("model.ignore_merges", 1, BAD_VALUE, "model.ignore_merges is 1"),
    ("model.vocab", ..., BAD_VALUE, "model.vocab is missing"),
    ("model.vocab", None, BAD_VALUE, "model.vocab is missing"),
    ("model.vocab", 7, BAD_VALUE, "model.vocab is missing"),
    ("model.merges", ..., BAD_VALUE, "model.merges is missing"),
    ("model.merges", {}, BAD_VALUE, "model.merges is missing"),
    ("model", [], BAD_VALUE, "model is []"),
    ("model", 1, BAD_VALUE, "model is 1"),
    # -- The vocabulary
    ("model.vocab.ab", -1, BAD_VALUE, 'model.vocab["ab"]'),
    ("model.vocab.ab", 2**32, BAD_VALUE, 'model.vocab["ab"]'),
    ("model.vocab.ab", 2**64, BAD_VALUE, 'model.vocab["ab"]'),
    ("model.vocab.ab", 1e300, BAD_VALUE, 'model.vocab["ab"]'),
    ("model.vocab.ab", 256.0, BAD_VALUE, 'model.vocab["ab"]'),
    ("model.vocab.ab", "256", BAD_VALUE, 'model.vocab["ab"]'),
    ("model.vocab.ab", None, BAD_VALUE, 'model.vocab["ab"]'),
    ("model.vocab.ab", [256], BAD_VALUE, 'model.vocab["ab"]'),
    ("model.vocab.ab", 97, DUPLICATE_RANK, 'have the same number, 97'),
    ("model.vocab.", 300, EMPTY_TOKEN, 'model.vocab[""]'),
    ("model.vocab.a", ..., BAD_MERGE, 'model.merges[0]: the token "a" is not in model.vocab'),
    ("model.vocab.ab", ..., BAD_MERGE, 'model.merges[0]: the token "ab" is not in model.vocab'),
    ("model.vocab.\u00e9", ..., MISSING_BYTE, "the byte 0xE9 is no token"),
    ("model.vocab." + "x" * 4097, 300, TOO_LARGE, "more than 4096 bytes in a token"),
    # -- Merges
    ("model.merges", ["a b", ["a", "b"]], BAD_VALUE, "model.merges: expected either strings or pairs"),
    ("model.merges", ["ab"], BAD_MERGE, 'model.merges[0]: "ab" is not two tokens'),
    ("model.merges", ["a b", "a b c"], BAD_MERGE, 'model.merges[1]: "a b c" is not two tokens'),
    ("model.merges", ["a  b"], BAD_MERGE, 'model.merges[0]: "a  b" is not two tokens'),
    ("model.merges", ["a "], BAD_MERGE, 'model.merges[0]: the token "" is not in model.vocab'),
    ("model.merges", [["a", "b"], ["b", "c"]], BAD_MERGE, 'model.merges[1]: the token "bc" is not in model.vocab'),
    ("model.merges", [["a", "b", "c"]], BAD_VALUE, "model.merges: expected pairs of two strings"),
    ("model.merges", [["a"]], BAD_VALUE, "model.merges: expected pairs of two strings"),
    ("model.merges", [[]], BAD_VALUE, "model.merges: expected pairs of two strings"),
    ("model.merges", [["a", 1]], BAD_VALUE, "model.merges: expected"),
    ("model.merges", [1], BAD_VALUE, "model.merges: expected"),
    ("model.merges", [{"a": "b"}], BAD_VALUE, "model.merges: expected"),
    # -- The envelope
    ("version", "2.0", UNSUPPORTED, 'version is "2.0"'),
    ("version", 1.0, BAD_VALUE, "version is 1.0"),
    ("truncation", {"max_length": 512}, UNSUPPORTED, 'truncation is {"max_length":512}'),
    ("padding", {"strategy": "BatchLongest"}, UNSUPPORTED, 'padding is {"strategy":"BatchLongest"}'),
    # -- Normalizers
    *[
        ("normalizer", {"type": name}, UNSUPPORTED, f'normalizer.type is "{name}"')
        for name in ("NFD", "NFKC", "NFKD", "Lowercase", "Strip", "StripAccents", "Replace", "Prepend", "Nmt", "Precompiled", "ByteLevel", "BertNormalizer")
    ],
    ("normalizer", {"type": "Sequence", "normalizers": [NFC, {"type": "Lowercase"}]}, UNSUPPORTED, 'normalizer.normalizers[1].type is "Lowercase"'),
    ("normalizer", {"type": "Sequence"}, BAD_VALUE, "normalizer.normalizers is missing"),
    ("normalizer", {}, BAD_VALUE, "normalizer.type is missing"),
    ("normalizer", "NFC", BAD_VALUE, 'normalizer is "NFC"'),
    # -- Pre-tokenizers
    *[
        ("pre_tokenizer", one({"type": name}), UNSUPPORTED, f'pre_tokenizer.pretokenizers[0].type is "{name}"')
        for name in ("Metaspace", "Whitespace", "WhitespaceSplit", "Punctuation", "BertPreTokenizer", "UnicodeScripts", "FixedLength", "CharDelimiterSplit", "Delimiter")
    ],
    ("pre_tokenizer", None, UNSUPPORTED, "pre_tokenizer is null"),
    ("pre_tokenizer", ..., UNSUPPORTED, "pre_tokenizer is missing"),
    ("pre_tokenizer", split("a"), UNSUPPORTED, "only byte-level tokenizers are supported"),
    ("pre_tokenizer", sequence(), UNSUPPORTED, "only byte-level tokenizers are supported"),
    ("pre_tokenizer", sequence(NO_SPLIT, split("a")), UNSUPPORTED, 'pre_tokenizer.pretokenizers[1].type is "Split"'),
    ("pre_tokenizer", sequence(NO_SPLIT, NO_SPLIT), UNSUPPORTED, 'pre_tokenizer.pretokenizers[1].type is "ByteLevel"'),
    ("pre_tokenizer", sequence(*[split("a")] * 17, NO_SPLIT), UNSUPPORTED, "more than 16"),
    ("pre_tokenizer", sequence(digits(True), {**BYTE_LEVEL, "add_prefix_space": True}), UNSUPPORTED, "pre_tokenizer.pretokenizers[1].add_prefix_space is true"),
    *[
        ("pre_tokenizer", one(split("a", behavior)), UNSUPPORTED, f'pre_tokenizer.pretokenizers[0].behavior is "{behavior}"')
        for behavior in ("MergedWithPrevious", "MergedWithNext", "Contiguous", "isolated")
    ],
    ("pre_tokenizer", one({**split("a"), "invert": None}), BAD_VALUE, "pre_tokenizer.pretokenizers[0].invert is null"),
    ("pre_tokenizer", one({**split("a"), "pattern": "a"}), BAD_VALUE, 'pre_tokenizer.pretokenizers[0].pattern is "a"'),
    ("pre_tokenizer", one({**split("a"), "pattern": {"Regex": "a", "String": "a"}}), BAD_VALUE, "either Regex or String"),
    ("pre_tokenizer", one(split_text("")), UNSUPPORTED, 'pre_tokenizer.pretokenizers[0].pattern.String is ""'),
    ("pre_tokenizer", one({"type": "Digits"}), BAD_VALUE, "pre_tokenizer.pretokenizers[0].individual_digits is missing"),
    ("pre_tokenizer", {"type": "ByteLevel", "trim_offsets": True}, BAD_VALUE, "pre_tokenizer.add_prefix_space is missing"),
    ("pre_tokenizer", one(split("a(")), BAD_PATTERN, "byte 1"),
    *[
        ("pre_tokenizer", one(split(pattern)), UNSUPPORTED_PATTERN, message)
        for pattern, message in (
            (r"\w+", "byte 0: \\w and \\W"), (r"\bx", "byte 0: \\b and \\B"), (r"(?m:x)", "byte 2: of the flags only i"), (r"\X", "\\X and \\C"),
            (r"(a)\1", "references to groups"), (r"a{2}?", "{n}? is not lazy"), (r"(a?)+", "what may match nothing"), (r"(?i:ss)", "these two letters under the flag i"),
            (r"[^a[^b]]", "a negated class inside of a negated class"), (r"(?<!a(?=b))", "look-around inside of look-behind"), (r"[a-&&b]", "- before &&"),
            (r"a{3,1}", "the larger number of a quantifier comes second"), (r"[z-a]", "the ends of this range"), (r"[\p{L}-a]", "a range goes from one character"),
            (r"\p{Nonsense}", "unknown property"),
        )
    ],
    # -- Post-processors
    ("post_processor", {"type": "Nothing"}, UNSUPPORTED, 'post_processor.type is "Nothing"'),
    ("post_processor", {"type": "Sequence", "processors": [BYTE_LEVEL, {"type": "x"}]}, UNSUPPORTED, 'post_processor.processors[1].type is "x"'),
    ("post_processor", {**TEMPLATE, "single": []}, UNSUPPORTED, "post_processor.single is []"),
    ("post_processor", {**TEMPLATE, "single": TEMPLATE["single"] * 2}, UNSUPPORTED, "post_processor.single[1] is"),
    ("post_processor", {**TEMPLATE, "single": [{"Sequence": {"id": "B", "type_id": 0}}]}, UNSUPPORTED, "post_processor.single[0] is"),
    ("post_processor", {**TEMPLATE, "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}]}, BAD_VALUE, "post_processor.special_tokens.<s>"),
    ("post_processor", {"type": "BertProcessing", "sep": ["x"], "cls": ["y", 1]}, BAD_VALUE, "post_processor.sep"),
    (
        "post_processor",
        {"type": "Sequence", "processors": [{"type": "BertProcessing", "sep": ["x", 1], "cls": ["y", 2]}] * 2},
        UNSUPPORTED,
        "post_processor.processors[1].type is \"BertProcessing\": two post-processors that add tokens",
    ),
    # -- Added tokens
    ("added_tokens", None, BAD_VALUE, "added_tokens is null"),
    ("added_tokens", {}, BAD_VALUE, "added_tokens is {}"),
    ("added_tokens.0.content", ..., BAD_VALUE, "added_tokens[0].content is missing"),
    ("added_tokens.0.content", 5, BAD_VALUE, "added_tokens[0].content is 5"),
    ("added_tokens.0.id", -5, BAD_VALUE, "added_tokens[0].id is -5"),
    ("added_tokens.0.id", 2**32, BAD_VALUE, "added_tokens[0].id is 4294967296"),
    ("added_tokens.0.id", 1.5, BAD_VALUE, "added_tokens[0].id is 1.5"),
    *[(f"added_tokens.0.{name}", ..., BAD_VALUE, f"added_tokens[0].{name} is missing") for name in ("single_word", "lstrip", "rstrip", "normalized", "special")],
    ("added_tokens.0.lstrip", "yes", BAD_VALUE, 'added_tokens[0].lstrip is "yes"'),
    ("added_tokens", [added("<s>"), added("<s>", special=True)], CONFLICT, "added_tokens[1]"),
]  # fmt: skip


def refusal(ranker, tmp_path, file, **options):
    with pytest.raises(ranker.TokenRankerError) as caught:
        open_file(ranker, tmp_path, file, **options)
    assert not re.search(r"\ufffd", str(caught.value)) or isinstance(file, bytes)
    return caught.value


def test_the_file_that_is_changed_is_good(ranker, tmp_path):
    assert open_file(ranker, tmp_path, changed("added_tokens.0.id", 257)).encode("ab<s>", allowed_special="all") == [256, 257]


@pytest.mark.parametrize("path, value, status, message", ROWS, ids=lambda value: str(value)[:60])
def test_a_changed_value(ranker, tmp_path, path, value, status, message):
    error = refusal(ranker, tmp_path, changed(path, value))
    assert error.status == status and message in str(error), (error.status, str(error))


def test_added_tokens_that_are_one_once_normalized(ranker, tmp_path):
    tokens = [added("\u1e0b", normalized=True), added("d\u0307", normalized=True)]
    assert open_file(ranker, tmp_path, make_file(added_tokens=tokens)).encode("d\u0307") == [257]
    error = refusal(ranker, tmp_path, make_file(added_tokens=tokens, normalizer=NFC))
    assert error.status == CONFLICT and error.offset == 1 and "added_tokens[1]" in str(error)


def test_added_tokens_whose_number_is_taken(ranker, tmp_path):
    """tokenizers gives one number to two tokens there."""
    file = make_file(vocab={**single_bytes(), "ab": 258}, added_tokens=[added("<a>"), added("<b>")])
    error = refusal(ranker, tmp_path, file)
    assert error.status == CONFLICT and error.offset == 1 and "number 258" in str(error)


def test_long_values_are_shown_in_part(ranker, tmp_path):
    error = refusal(ranker, tmp_path, changed("model.type", "\u6f22" * 500))
    assert error.status == UNSUPPORTED and 'model.type is "\\u6f22' in str(error) and "byte-level BPE" in str(error)
    error = refusal(ranker, tmp_path, changed("model.merges", [["a", "\u6f22" * 99]]))
    assert error.status == BAD_MERGE and "\u6f22" in str(error)


# ---- What is no JSON -----------------------------------------------------------------------------------------------------------------

GOOD = json.dumps(make_file(["ab"], [("a", "b")])).encode()


@pytest.mark.parametrize("part", range(0, len(GOOD), 97))
def test_truncated(ranker_builtins, tmp_path, part):
    error = refusal(ranker_builtins, tmp_path, GOOD[: part + 1])
    assert error.status == BAD_JSON and "byte" in str(error)


@pytest.mark.parametrize(
    "contents",
    [
        GOOD + b"x", GOOD + b"{}", GOOD + b"\0", GOOD + b"\0 more", GOOD.replace(b" ", b"\0", 1), b"\xef\xbb\xbf" + GOOD, GOOD.replace(b'"ab"', b'"a\xff"', 1),
        GOOD.replace(b'"ab"', b'"a\xed\xa0\x80"', 1), GOOD.replace(b'"ab"', b'"a\\ud800"', 1), GOOD.replace(b'"ab"', b'"a\\udc00\\ud800"', 1), GOOD.replace(b'"ab"', b'"a\xc0\x80"', 1),
        GOOD.replace(b'"ab"', b'"a\nb"', 1), GOOD.replace(b'"ab"', b"'ab'", 1), GOOD.replace(b"256", b"0256"), GOOD.replace(b"256", b"+256"), GOOD.replace(b"256", b"NaN"),
        GOOD.replace(b"256", b"256,"), GOOD.replace(b"null", b"nul"), GOOD.replace(b"null", b"/**/null", 1), GOOD.replace(b"null", b"None"),
        b'{"model": ' + b"[" * 100_000, b'{"a":' * 100_000, b'{"x": ' + b"[" * 70 + b"]" * 70 + b"}", GOOD.replace(b"256", b"1e999"),
    ],
    ids=range(24),
)  # fmt: skip
def test_no_json(ranker, tmp_path, contents):
    assert contents != GOOD
    assert refusal(ranker, tmp_path, contents).status == BAD_JSON


@pytest.mark.parametrize("contents", [b"{}", b'{"model_": {}}', b' \n{"config": {}}', b'{"vocab": {"a": 1}}', b'{"vocab": []}', json.dumps(ALPHABET).encode()])
def test_json_of_something_else(ranker, tmp_path, contents):
    error = refusal(ranker, tmp_path, contents)
    assert error.status == UNKNOWN_FORMAT and "tokenizer.json" in str(error)


# ---- tekken.json ---------------------------------------------------------------------------------------------------------------------

TEKKEN_ROWS = [
    ("config.version", "v4", UNSUPPORTED, 'config.version is "v4"'),
    ("config.version", "11", UNSUPPORTED, 'config.version is "11"'),
    ("config.version", ..., BAD_VALUE, "config.version is missing"),
    ("config.pattern", ..., BAD_VALUE, "config.pattern is missing"),
    ("config.pattern", "a(", BAD_PATTERN, "byte 1"),
    ("config.default_vocab_size", 10**6, BAD_VALUE, "config.default_vocab_size is 1000000"),
    ("config.default_vocab_size", 3, BAD_VALUE, "config.default_vocab_size is 3"),
    ("config.default_vocab_size", "300", BAD_VALUE, 'config.default_vocab_size is "300"'),
    ("config.default_num_special_tokens", -1, BAD_VALUE, "config.default_num_special_tokens is -1"),
    ("config.default_num_special_tokens", 2, BAD_VALUE, "config.default_vocab_size is 290"),
    (
        "config",
        {**make_tekken("v11")["config"], "default_num_special_tokens": 2, "default_vocab_size": 258},
        BAD_VALUE,
        "config.default_num_special_tokens is 2: there are 3 special tokens",
    ),
    ("config.default_num_special_tokens", 2**20, UNSUPPORTED, "config.default_num_special_tokens is 1048576"),
    ("config", 5, BAD_VALUE, "config is 5"),
    ("vocab.256.rank", 300, BAD_RANK, "vocab[256].rank is 300"),
    ("vocab.256.rank", -1, BAD_VALUE, "vocab: expected"),
    ("vocab.256.rank", 2**32, BAD_VALUE, "vocab: expected ranks up to 4294967295"),
    ("vocab.256.rank", ..., BAD_VALUE, "vocab: expected"),
    ("vocab.256.token_bytes", "YW!=", BAD_BASE64, "vocab[256].token_bytes is not base64"),
    ("vocab.256.token_bytes", "", EMPTY_TOKEN, "vocab[256]: the token has no bytes"),
    ("vocab.256.token_bytes", ..., BAD_VALUE, "vocab: expected"),
    ("vocab.256.token_bytes", None, BAD_VALUE, "vocab: expected"),
    ("vocab.256.token_bytes", "YQ==", DUPLICATE_TOKEN, "vocab[256]: another token has the same bytes"),
    ("vocab.256.token_bytes", base64.b64encode(b"x" * 4097).decode(), TOO_LARGE, "vocab[256]: more than 4096 bytes"),
    ("vocab.97.token_bytes", "Yg==", BAD_VALUE, "vocab[97].token_bytes: the first 256 tokens"),
    ("vocab.256.score", 1, BAD_VALUE, "vocab: expected"),
    ("vocab.0", 5, BAD_VALUE, "vocab: expected"),
    ("special_tokens.1.rank", 2, UNSUPPORTED, "special_tokens[1].rank is 2"),
    ("special_tokens.1.token_str", None, BAD_VALUE, "special_tokens[1].token_str is null"),
    ("special_tokens.1.token_str", "<unk>", DUPLICATE_SPECIAL_TOKEN, "<unk>"),
    ("special_tokens", {}, BAD_VALUE, "special_tokens is {}"),
]


@pytest.mark.parametrize("path, value, status, message", TEKKEN_ROWS, ids=lambda value: str(value)[:60])
def test_a_changed_value_of_tekken(ranker, tmp_path, path, value, status, message):
    error = refusal(ranker, tmp_path, changed(path, value, make_tekken("v11")))
    assert error.status == status and message in str(error), (error.status, str(error))


@pytest.mark.parametrize("version", ["v11", "v13", "v15"])
def test_tekken_above_v7_without_special_tokens(ranker, tmp_path, version):
    error = refusal(ranker, tmp_path, changed("special_tokens", ..., make_tekken(version)))
    assert error.status == BAD_VALUE and "special_tokens is missing" in str(error)


@pytest.mark.parametrize("key, version, is_taken", [("multimodal", "v11", True), ("multimodal", "v13", False), ("model_settings_builder", "v13", False), ("model_settings_builder", "v15", True)])
def test_tekken_keys_of_some_versions(ranker, tmp_path, key, version, is_taken):
    file = {**make_tekken(version), key: {"x": 1}}
    if is_taken:
        assert open_file(ranker, tmp_path, file).encode("ab") == open_file(ranker, tmp_path, make_tekken(version)).encode("ab")
    else:
        error = refusal(ranker, tmp_path, file)
        assert error.status == UNSUPPORTED and f'{key} is {{"x":1}}' in str(error)


# ---- What the caller gives -----------------------------------------------------------------------------------------------------------


def test_a_pattern_of_the_caller_for_a_file_that_has_one(ranker, tmp_path):
    for file in (make_file(), make_tekken("v3")):
        error = refusal(ranker, tmp_path, file, pat_str="a")
        assert error.status == INVALID_ARGUMENT and "pattern" in str(error)
    error = refusal(ranker, tmp_path, make_file(), special_tokens={"<s>": 256})
    assert error.status == INVALID_ARGUMENT and "special_tokens" in str(error)


def test_a_rank_file_whose_pattern_nobody_knows(ranker, tmp_path):
    ranks = b"".join(b"%s %d\n" % (base64.b64encode(bytes([byte])), byte) for byte in range(256))
    error = refusal(ranker, tmp_path, ranks)
    assert error.status == INVALID_ARGUMENT and "pattern is NULL" in str(error) and "SHA-256" in str(error)
    encoding = open_file(ranker, tmp_path, ranks, pat_str=".", special_tokens={"<s>": 256}, name="mine")
    assert encoding.name == "mine" and encoding.encode("a<s>", allowed_special="all") == [97, 256]
