"""tokenizer.json: every option that files have, in small vocabularies, against the library `tokenizers`."""

import itertools
import json
import random

import pytest
import tokenizers
from exactness_texts import EDGE_PIECES
from vocabulary_files import BYTE_LEVEL, NFC, NO_SPLIT, Pair, added, digits, make_file, open_file, sequence, single_bytes, spelled, split, split_text

PIECES = EDGE_PIECES + (" a", "ab", "abab", "b a", "\u00e9", "e\u0301", "\u212b")


def mixes(seed, count, longest=14, pieces=PIECES):
    rng = random.Random(seed)
    return ["".join(rng.choices(pieces, k=rng.randrange(longest + 1))) for _ in range(count)]


# ---- Vocabulary and merges -----------------------------------------------------------------------------------------------------------

WORDS = [spelled(word) for word in ("ab", " a", " ab", "abab", "\u00e9", "12", "123", "\n\n")]
MERGES = [("a", "b"), ("\u0120", "a"), ("\u0120", "ab"), ("ab", "ab"), *[(spelled("\u00e9")[0], spelled("\u00e9")[1])], ("1", "2"), ("12", "3"), ("\u010a", "\u010a")]


@pytest.mark.parametrize("shape", ["pairs", "strings", "strings with a version line"])
def test_shapes_of_merges(shape):
    merges = [list(pair) for pair in MERGES] if shape == "pairs" else [" ".join(pair) for pair in MERGES]
    if shape.endswith("line"):
        merges.insert(3, "#version: 0.2")
    assert Pair(make_file(WORDS, merges)).assert_same(mixes(1, 400)) == 400


def test_model_without_type_and_optional_keys():
    file = make_file(WORDS, MERGES)
    for key in ("type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges"):
        del file["model"][key]
    for key in ("version", "truncation", "padding", "added_tokens", "normalizer", "post_processor", "decoder"):
        del file[key]
    Pair(file).assert_same(mixes(2, 200))


def test_keys_that_nobody_knows_are_ignored():
    file = make_file(WORDS, MERGES, what={"is": ["this", {"vocab": {"a": 1}, "merges": [1, 2.5, None]}]})
    file["pre_tokenizer"] = {**BYTE_LEVEL, "and": {"that": 1}}
    Pair(file).assert_same(mixes(3, 100))


def test_model_options_without_effect():
    Pair(make_file(WORDS, MERGES, dropout=0.0, unk_token="a", fuse_unk=True, continuing_subword_prefix="", end_of_word_suffix="")).assert_same(mixes(4, 200))


def test_the_last_of_two_equal_keys_counts():
    text = json.dumps(make_file(["ab"], [("a", "b")]))
    doubled = text.replace('"ab": 256', '"ab": 999, "ab": 256').replace('"normalizer": null', '"normalizer": {"type": "NFC"}, "normalizer": null')
    assert doubled.count('"ab"') == 2 and doubled.count('"normalizer"') == 2
    Pair(doubled.encode()).assert_same(["ab", "e\u0301", "xabx"])


def test_the_last_of_two_equal_merges_counts():
    file = make_file(["ab", "bc"], [("a", "b"), ("b", "c"), ("a", "b")], pre_tokenizer=NO_SPLIT)
    pair = Pair(file)
    pair.assert_same(["abc", "ab", "abcab"])
    assert pair.rankers[0].encode(b"abc").tolist() == [97, 257]


def test_numbers_in_any_order_and_with_holes():
    rng = random.Random(5)
    vocab = {token: 3 * number + 7 for number, token in enumerate(rng.sample([*single_bytes(), *WORDS], 256 + len(WORDS)))}
    Pair(make_file(vocab=vocab, merges=MERGES, added_tokens=[added("<x>"), added("ab")])).assert_same([*mixes(6, 200), "<x>ab<x>"])


@pytest.mark.parametrize("ignore_merges", [False, True])
def test_tokens_that_merges_do_not_make(ignore_merges):
    pair = Pair(make_file([*WORDS, "abc", "\u0120xyz"], MERGES, ignore_merges=ignore_merges))
    pair.assert_same(["abc", " xyz", "abcd", "x abc", " xyz xyz", *mixes(7, 200)])
    assert (pair.rankers[0].encode(b"abc").tolist() == [264]) == ignore_merges


def test_literal_tokens_are_never_made_of_text():
    file = make_file(["\u0120a", " a", "<\uff5cend\uff5c>", "a\u6f22"], [("\u0120", "a")], ignore_merges=True)
    pair = Pair(file)
    pair.assert_same([" a", "a a", "<\uff5cend\uff5c>", "a\u6f22", " a a"])
    for number in range(pair.reference.get_vocab_size()):
        assert pair.rankers[0].decode([number]).decode("utf-8", "replace") == pair.reference.decode([number])


def test_bytes_that_no_utf8_has_may_be_missing(ranker, tmp_path):
    vocab = {token: number for token, number in single_bytes().items() if number not in (0xC0, 0xC1, *range(0xF5, 0x100))}
    file = make_file(vocab=vocab)
    Pair(file).assert_same(["\U0010ffff\xff", *mixes(8, 100)])
    encoding = open_file(ranker, tmp_path, file)
    assert encoding.encode(b"a\xffb\xc0") == encoding.encode("a\ufffdb\ufffd")
    assert "U+FFFD" in encoding._core_bpe.information().notes.decode()


def random_merges(rng):
    """Tokens over a few letters, and a list of merges that makes them: in order or not, in one way or in several."""
    letters = "abc"[: rng.choice([1, 2, 2, 3])]
    tokens, merges = list(letters), []
    for _ in range(rng.randint(1, 36)):
        left, right = rng.choice(tokens), rng.choice(tokens)
        if len(left + right) <= 8 and len(merges) < 12:
            if left + right not in tokens:
                tokens.append(left + right)
            merges.append((left, right))
    if rng.random() < 0.5:
        splits = [(token[:i], token[i:]) for token in tokens for i in range(1, len(token))]
        merges += [pair for pair in splits if pair[0] in tokens and pair[1] in tokens and rng.random() < 0.8]
    order = rng.choice(["as they came", "by token", "by split", "any"])
    if order == "any":
        rng.shuffle(merges)
    elif order != "as they came":
        merges.sort(key=lambda pair: (tokens.index(pair[0] + pair[1]), tokens.index(pair[0]) if order == "by split" else 0))
    return letters, tokens[len(letters) :], merges


def check_random_merges(seed, files):
    rng = random.Random(seed)
    texts = 0
    for _ in range(files):
        letters, tokens, merges = random_merges(rng)
        file = make_file(rng.sample(tokens, len(tokens)), merges, pre_tokenizer=NO_SPLIT, ignore_merges=rng.random() < 0.3)
        samples = ["".join(word) for size in range(1, 8 if len(letters) < 3 else 5) for word in itertools.product(letters, repeat=size)]
        samples += ["".join(rng.choices(letters, k=rng.randint(8, 90))) for _ in range(30)]
        texts += Pair(file, engines=["default"]).assert_same(samples)
    return texts


def test_random_lists_of_merges():
    assert check_random_merges(11, 400) > 40_000


@pytest.mark.slow
def test_more_random_lists_of_merges():
    assert check_random_merges(12, 4000) > 400_000


# ---- Pre-tokenizers ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("use_regex", [True, False, None])
@pytest.mark.parametrize("add_prefix_space", [True, False])
@pytest.mark.parametrize("in_sequence", [True, False])
def test_byte_level(use_regex, add_prefix_space, in_sequence):
    byte_level = {"type": "ByteLevel", "add_prefix_space": add_prefix_space, "trim_offsets": False}
    if use_regex is not None:
        byte_level["use_regex"] = use_regex
    tokens = [added("<x>", lstrip=True), added("<y>", rstrip=True, normalized=True, special=True)]
    file = make_file(WORDS, MERGES, tokens, sequence(byte_level) if in_sequence else byte_level)
    Pair(file).assert_same(["", " ", "a", " a", "  a", "\na", "\u00a0a", "<x>", "<x> a", "a<x>a", "<y> a<x>", *mixes(21, 200, pieces=PIECES + ("<x>", "<y>"))])


SPLITTERS = [
    split(r"\p{N}{1,3}"), split(r"\p{N}{1,3}+"), split(r"[\r\n]+"), split(r"\s+(?!\S)|\s+"), split(r"\p{L}+", "Removed", True), split(r" ", "Removed"),
    split(r"a"), split(r"x?"), split(r""), split(r"(?=[A-Z])"), split(r"^"), split(r"$"), split(r"(?<=\d)(?=(?:\d{3})+(?!\d))"), split(r"\p{P}", "Isolated", True),
    split(r"(?i:'s|'t)"), split(r" ?[^(\s|[.,!?…。，、।۔،])]+"), split_text("a"), split_text(" ", "Removed"), split_text("&&"), split_text("\u6f22"),
    split_text(".", "Removed", True), split_text("~#-[", "Isolated"), digits(True), digits(False),
]  # fmt: skip


@pytest.mark.parametrize("splitter", SPLITTERS, ids=lambda splitter: json.dumps(splitter)[9:90])
@pytest.mark.parametrize("use_regex", [True, False])
def test_one_splitter(splitter, use_regex):
    pair = Pair(make_file(WORDS, MERGES, pre_tokenizer=sequence(splitter, {**BYTE_LEVEL, "use_regex": use_regex})))
    texts = mixes(22, 150) + ["12345678", "a  \n b", "~#-[", "a&&b", "x.y.z", "1\U00011de1\u0663\u00bd2"]
    pair.assert_same_splits(texts)
    pair.assert_same(texts)


def check_random_sequences(seed, files):
    rng = random.Random(seed)
    for _ in range(files):
        splitters = rng.choices(SPLITTERS, k=rng.randrange(5))
        if rng.random() < 0.2:
            splitters = [sequence(*splitters)]
        pair = Pair(make_file(WORDS, MERGES, pre_tokenizer=sequence(*splitters, {**BYTE_LEVEL, "use_regex": rng.random() < 0.5})))
        texts = mixes(rng.random(), 12)
        pair.assert_same_splits(texts)
        pair.assert_same(texts)


def test_random_sequences():
    check_random_sequences(23, 150)


@pytest.mark.slow
def test_more_random_sequences():
    check_random_sequences(24, 8000)


def test_digits_are_those_of_unicode_17():
    pair = Pair(make_file(pre_tokenizer=sequence(digits(True), NO_SPLIT)))
    others = [c for c in (*range(0x11DE0, 0x11DEA), *range(0x16FF4, 0x16FF7))]
    assert len(others) == 13
    pair.assert_same_splits([f"a{chr(c)}{chr(c)}b" for c in others] + [f"a{chr(c - 1)}b" for c in (0x11DE0, 0x16FF4, 0x11DEA, 0x16FF7)])


# ---- Normalizers, post-processors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "normalizer, composes",
    [
        (None, False),
        (NFC, True),
        ({"type": "Sequence", "normalizers": []}, False),
        ({"type": "Sequence", "normalizers": [NFC, NFC]}, True),
        ({"type": "Sequence", "normalizers": [{"type": "Sequence", "normalizers": [NFC]}]}, True),
    ],
)
def test_normalizers(normalizer, composes):
    pair = Pair(make_file(WORDS, MERGES, normalizer=normalizer))
    pair.assert_same(mixes(31, 200, pieces=PIECES + ("\u0323", "\u0301", "\u1100\u1161\u11a8", "\u0344", "\u0958", "\U0001d160")))
    assert (pair.rankers[0].encode("e\u0301".encode()).tolist() == pair.rankers[0].encode("\u00e9".encode()).tolist()) == composes


def template(*pieces, **tokens):
    single = [{"Sequence": {"id": "A", "type_id": 0}} if piece == "A" else {"SpecialToken": {"id": piece, "type_id": 0}} for piece in pieces]
    table = {name: {"id": name, "ids": ids, "tokens": [name] * len(ids)} for name, ids in tokens.items()}
    return {"type": "TemplateProcessing", "single": single, "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": table}


ROBERTA = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1], "trim_offsets": True, "add_prefix_space": False}
BERT = {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1]}


@pytest.mark.parametrize(
    "post_processor",
    [
        None,
        BYTE_LEVEL,
        template("A"),
        template("bos", "A", bos=[5]),
        template("bos", "two", "A", "eos", "bos", bos=[5], two=[6, 7], eos=[8]),
        ROBERTA,
        BERT,
        {"type": "Sequence", "processors": []},
        {"type": "Sequence", "processors": [BYTE_LEVEL, template("bos", "A", bos=[5])]},
        {"type": "Sequence", "processors": [template("A"), {"type": "Sequence", "processors": [BERT]}, BYTE_LEVEL]},
    ],
)
def test_what_post_processors_add_is_an_option(post_processor, ranker, tmp_path):
    file = make_file(WORDS, MERGES, post_processor=post_processor)
    reference = tokenizers.Tokenizer.from_str(json.dumps(file))
    encoding = open_file(ranker, tmp_path, file)
    for text in ("", "ab ab", "12"):
        tokens = encoding.encode(text)
        assert tokens == reference.encode(text, add_special_tokens=False).ids
        assert encoding.add_template(tokens) == reference.encode(text).ids


# ---- Decoding ------------------------------------------------------------------------------------------------------------------------


def test_decoding(ranker, tmp_path):
    tokens = [added("<x>", special=True), added("<y>"), added("\u0120b"), added("\u6f22\u5b57")]
    file = make_file([*WORDS, "\u0120b"], MERGES, tokens)
    reference = tokenizers.Tokenizer.from_str(json.dumps(file))
    encoding = open_file(ranker, tmp_path, file)
    numbers = range(reference.get_vocab_size())
    assert len(numbers) == 256 + len(WORDS) + 1 + 3
    for number in numbers:
        assert encoding.decode([number]) == reference.decode([number], skip_special_tokens=False)
    rng = random.Random(41)
    for _ in range(300):
        some = rng.choices(numbers, k=20)
        assert encoding.decode(some) == reference.decode(some, skip_special_tokens=False)
    assert encoding.decode_bytes(encoding.encode("any \u6f22 text<x>", allowed_special="all")) == "any \u6f22 text<x>".encode()


def test_decoding_of_letters_of_the_alphabet_is_told_apart(ranker, tmp_path):
    encoding = open_file(ranker, tmp_path, make_file(added_tokens=[added("\u00e9t\u00e9")]))
    assert encoding.decode(encoding.encode("\u00e9t\u00e9")) == "\u00e9t\u00e9"
    assert "takes its letters for bytes" in encoding._core_bpe.information().notes.decode()
