"""The added tokens of a tokenizer.json: their numbers and where they are found in text, against the library `tokenizers`."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vocabulary_files import BYTE_LEVEL, NFC, NO_SPLIT, Pair, added, digits, make_file, open_file, sequence, single_bytes, spelled

# What tokens are made of and what stands around them: letters of words and what looks like them, white space of all sizes, marks that move.
PIECES = (
    "<a>", "<b>", "a", "ab", "b", " ", "  ", "\n", "\t", "\u00e9", "e\u0301", "\u0301", "\u017f", "_", "-", "1", "\u00bd", "\u00b2", "\u200c", "\u200d", "\u6f22",
    "<", ">", "a b", " a", "a ", "\u3000", "\u00a0", "\x85", "\u2028", "x", "\u1100\u1161", "\uac00", "\u0344", "\u212b", "\u00c5", "A\u030a", "\u07fd\u0334", "\u0958",
    "\u093c", "\u0120", "\u0120a", "\U00010940", "\u0378",
)  # fmt: skip


# ---- Numbers -------------------------------------------------------------------------------------------------------------------------


def numbers(file):
    """By content, as both say."""
    pair = Pair(file, engines=["default"])
    expected = {token.content: number for number, token in pair.reference.get_added_tokens_decoder().items()}
    for content, number in expected.items():
        assert pair.rankers[0].encode_all(content.encode()).tolist() == pair.expected(content) == [number]
        assert pair.rankers[0].decode([number]).decode() == content
    return expected


def test_numbers_are_given_out_in_the_order_of_the_file():
    assert numbers(make_file(added_tokens=[added("<q>", 300), added("<n>", 2), added("<m>", 400)])) == {"<q>": 256, "<n>": 257, "<m>": 258}


def test_a_text_of_the_vocabulary_has_its_number_there():
    assert numbers(make_file(["<n>"], added_tokens=[added("<q>", 5), added("<n>", 1000), added("<m>", 5)])) == {"<q>": 257, "<n>": 256, "<m>": 258}


def test_numbers_behind_a_hole():
    vocab = {**single_bytes(), "X1": 5000}
    assert numbers(make_file(vocab=vocab, added_tokens=[added("X1", 1), added("<n>", 2), added("<m>", 3)])) == {"X1": 5000, "<n>": 257, "<m>": 258}


def test_the_same_token_twice_is_one():
    assert numbers(make_file(added_tokens=[added("<q>"), added("<q>"), added("<m>"), added("")])) == {"<q>": 256, "<m>": 257}


def test_notes_tell_of_other_numbers(ranker, tmp_path):
    encoding = open_file(ranker, tmp_path, make_file(added_tokens=[added("<q>", 256), added("<n>", 300)]))
    notes = encoding._core_bpe.information().notes.decode().splitlines()
    assert notes == ['added_tokens[1] "<n>" has the number 257, as in tokenizers; the file says 300']


# ---- Special or not ------------------------------------------------------------------------------------------------------------------


def test_special_ones_follow_allowed_special_and_others_are_always_found(ranker, tmp_path):
    tokens = [added("<s>", special=True), added("<t>"), added("<u>", special=True)]
    encoding = open_file(ranker, tmp_path, make_file(added_tokens=tokens))
    text = "a<s><t><u>"
    plain = encoding.encode_ordinary("<s>")
    assert encoding.special_tokens_set == {"<s>", "<u>"} and encoding.added_tokens == {"<t>": 257}
    assert encoding.encode_ordinary(text) == [97, *b"<s>", 257, *b"<u>"]
    assert encoding.encode(text, allowed_special="all") == [97, 256, 257, 258]
    assert encoding.encode(text, allowed_special={"<u>"}, disallowed_special=()) == [97, *plain, 257, 258]
    assert encoding.encode(text, disallowed_special=()) == encoding.encode_ordinary(text)
    with pytest.raises(ValueError, match="disallowed special token '<s>'"):
        encoding.encode(text)
    assert encoding.encode("a<t>") == [97, 257]
    assert encoding.count(text) == 8 and encoding.count(text, allowed_special="all") == 4
    assert encoding.encode_batch([text, "<t>"], disallowed_special=()) == [encoding.encode_ordinary(text), [257]]
    assert encoding.encode_ordinary_batch([text, "<t>"]) == [encoding.encode_ordinary(text), [257]]


# ---- Where they are found ------------------------------------------------------------------------------------------------------------


def test_the_longest_of_those_that_begin_first():
    tokens = [added("<s>"), added("<s>x"), added("s>xyz"), added("<s>xy", special=True)]
    Pair(make_file(added_tokens=tokens)).assert_same(["<s>xyz", "<s>xz", "<s>", "a<s>xys>xyz", "<<s>x"])


def test_single_word():
    words = ["\u017f", "_", "1", "\u00b2", "\u200c", "\u200d", "\u6f22", "-", ".", " ", "\u0301", "\U00010940", "\U0001e4d0", "\u2167", "\u24b6"]
    pair = Pair(make_file(added_tokens=[added("ab", single_word=True), added("-", single_word=True)]))
    pair.assert_same([f"{before}{token}{after}" for token in ("ab", "-") for before in ["", *words] for after in ["", *words]])
    pair.assert_same(["abab", "ab-ab", "xab ab", "-ab-", "--"])


def test_white_space_beside_tokens():
    spaces = ["", " ", "  ", "\n\t", "\u00a0\u3000", "\u200b", "\x85\u2028 ", "\x1c", "\u180e"]
    tokens = [added("<l>", lstrip=True), added("<r>", rstrip=True), added("<b>", lstrip=True, rstrip=True), added("<n>")]
    names = [token["content"] for token in tokens]
    for add_prefix_space in (False, True):
        pair = Pair(make_file(added_tokens=tokens, pre_tokenizer={**BYTE_LEVEL, "add_prefix_space": add_prefix_space}))
        pair.assert_same([f"a{s}{one}{t}b" for one in names for s in spaces for t in spaces])
        pair.assert_same([f"{s}{one}{t}{two}{s}" for one in names for two in names for s in spaces for t in spaces])


def test_white_space_that_another_token_has_taken_already():
    # tokenizers gives nothing where nothing is left, and stops where two tokens take the same.
    tokens = [added("<r>", rstrip=True), added("  ", lstrip=True, rstrip=True), added("\x85", lstrip=True), added("\u2028"), added("\u3000", rstrip=True)]
    pair = Pair(make_file(added_tokens=tokens))
    rng = random.Random(51)
    pair.assert_same(["<r>\x85a", "<r> \x85a", "    a", "<r>\u2028a", "<r> \u2028 \u2028a", "<r>\u3000 a"])
    pair.assert_same("".join(rng.choices(["<r>", " ", "  ", "\x85", "\u2028", "\u3000", "a"], k=8)) for _ in range(1500))


def test_normalized_ones_are_found_behind_the_others_and_in_normalized_text():
    tokens = [added("e\u0301", normalized=True), added("\u212b"), added("\u1100", normalized=True), added("<n>", normalized=True), added("n>a")]
    for normalizer in (None, NFC):
        Pair(make_file(added_tokens=tokens, normalizer=normalizer)).assert_same(
            ["\u00e9", "e\u0301", "xe\u0301\u0323", "\u212b", "\u00c5", "A\u030a", "\u1100\u1161", "\u1100", "<n>a", "<n>", "e\u212b\u0301", "\u1100<n>\u1161"]
        )


def random_file(rng):
    contents = PIECES + tuple(rng.choice(PIECES) + rng.choice(PIECES) for _ in range(6))
    tokens, normalized = [], set()
    for content in rng.sample(contents, rng.randint(1, 6)):
        single_word, lstrip, rstrip, is_normalized, special = (rng.random() < 0.35 for _ in range(5))
        token = added(content, rng.randrange(600), single_word=single_word, lstrip=lstrip, rstrip=rstrip, normalized=is_normalized, special=special)
        if content not in [other["content"] for other in tokens]:
            tokens.append(token)
    byte_level = {**BYTE_LEVEL, "add_prefix_space": rng.random() < 0.3, "use_regex": rng.random() < 0.5}
    if rng.random() < 0.2 and not byte_level["add_prefix_space"]:
        byte_level = sequence(digits(rng.random() < 0.5), byte_level)
    more = [word if word.startswith("\u0120") else spelled(word) for word in rng.sample(["ab", "<a>", "e\u0301", "\u6f22", "\u0120a"], 2)]
    return make_file(more, (), tokens, byte_level, rng.choice([None, NFC, NFC]), ignore_merges=rng.random() < 0.5)


def check_random_files(seed, files):
    rng = random.Random(seed)
    texts = refused = 0
    for _ in range(files):
        file = random_file(rng)
        try:
            pair = Pair(file, engines=["default"])
        except Exception as error:
            assert "is the same once both are normalized" in str(error), error
            refused += 1
            continue
        contents = [token["content"] for token in file["added_tokens"]]
        texts += pair.assert_same("".join(rng.choices(contents * 3 + list(PIECES), k=rng.randrange(11))) for _ in range(60))
    assert refused < files / 50
    return texts


def test_random_soups():
    assert check_random_files(61, 250) > 14_000


@pytest.mark.slow
def test_more_random_soups():
    assert check_random_files(62, 4000) > 230_000


TOKEN = st.builds(
    added,
    st.text(st.sampled_from("ab <>\n\u00e9e\u0301\u6f22_-\u3000"), min_size=1, max_size=3),
    single_word=st.booleans(), lstrip=st.booleans(), rstrip=st.booleans(), normalized=st.just(False), special=st.booleans(),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TOKEN, max_size=5, unique_by=lambda token: token["content"]), st.lists(st.text("ab <>\n\u00e9e\u0301\u6f22_-\u3000", max_size=12), max_size=8))
def test_any_tokens_in_any_text(tokens, texts):
    pair = Pair(make_file(added_tokens=tokens, pre_tokenizer=NO_SPLIT, normalizer=NFC), engines=["default"])
    pair.assert_same(texts + ["".join(token["content"] for token in tokens)])


@pytest.mark.parametrize(
    "token",
    [added("<think>"), added("\n\n"), added("a\nb", rstrip=True), added("<think>", lstrip=True), added("e\u0301", normalized=True), added("\n", single_word=True)],
)
def test_long_texts_on_several_threads(token):
    """Texts that may be divided among threads give the same, whatever a token takes."""
    rng = random.Random(71)
    pair = Pair(make_file(added_tokens=[token], normalizer=NFC), engines=["default"])
    parts = ["word ", "\n\n", "\n", "a\nb", " ", "e\u0301", "\u0301", "<think>", "x" * 50, "\u6f22\u5b57", "12345"]
    text = "".join(rng.choices(parts, k=75_000))
    data = text.encode()
    assert len(data) > 2 * 256 * 1024
    expected = pair.expected(text)
    for threads in (1, 2, 5):
        assert pair.rankers[0].encode_batch([data], True, threads)[0].tolist() == expected
