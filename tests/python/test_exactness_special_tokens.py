"""Special tokens in random text: every kind of set of allowed ones, for all encodings, against tiktoken."""

import random

import pytest
from exactness_library import ENGINES, load_ranks
from exactness_reference import (
    ALL_ENCODINGS,
    PATTERN_ENCODINGS,
    Splits,
    make_encoding,
    pattern_of,
    random_text,
    ranker,
    reference,
    single_bytes,
)
from exactness_texts import EDGE_CHARACTERS, EDGE_PIECES

ALL_NAMES = sorted({special for name in ALL_ENCODINGS for special in reference(name).special_tokens_set})
# Parts of names, and names that no encoding has.
NEAR_NAMES = ["<", "<|", "|>", "<|<|", "<|endoftext", "|endoftext|>", "<|endoftext|", "<|ENDOFTEXT|>", "<|endoftext|>>", "<|reserved_",
              "<|reserved_20000", "<|reserved_200999|", "<|endofprompt", "<|endo", "<|im_start|>", "<||>", "< |endoftext|>", "end",
              "<|end|"]


def check(name, text, allowed):
    """Compares with every engine; gives how many special tokens there were."""
    encoding = reference(name)
    expected = encoding.encode(text, allowed_special=allowed, disallowed_special=())
    known = encoding.special_tokens_set if allowed == "all" else allowed & encoding.special_tokens_set
    for engine in ENGINES:
        one = ranker(name, engine)
        assert one.encode(text.encode(), sorted(known)).tolist() == expected, (engine, text, known)
        if allowed == "all":
            assert one.encode_all(text.encode()).tolist() == expected, (engine, text)
        if not known:
            assert one.encode(text.encode()).tolist() == expected
    smallest = min(encoding._special_tokens.values())
    return sum(token >= smallest for token in expected)


def mixed(rng, names):
    parts = list(EDGE_PIECES[rng.randrange(len(EDGE_PIECES)) :][:20]) + NEAR_NAMES
    # Names stand in half of the places, so they often touch each other.
    return "".join(rng.choice(names) if rng.random() < 0.5 else rng.choice(parts) for _ in range(rng.randrange(12)))


def test_there_are_all_names():
    assert len(reference("o200k_harmony").special_tokens_set) == 1091
    assert len(set(reference("o200k_harmony")._special_tokens.values())) == 1090
    assert len(ALL_NAMES) == 1094
    assert not set(NEAR_NAMES) & set(ALL_NAMES)
    # With no name the beginning of another, "leftmost, then longest" and the reference's order of names are one.
    assert not any(a != b and b.startswith(a) for a in ALL_NAMES for b in ALL_NAMES)


@pytest.mark.parametrize("name", ALL_ENCODINGS)
def test_special_tokens_in_random_text(name):
    rng = random.Random(20266)
    own = sorted(reference(name).special_tokens_set)
    compared = special = 0
    for i in range(1500):
        text = mixed(rng, own if i % 3 else ALL_NAMES)
        for allowed in (
            set(),
            "all",
            {rng.choice(own)},
            set(rng.sample(own, rng.randrange(len(own) + 1))),
            set(rng.sample(ALL_NAMES, 4)) | {"<|im_start|>", "<|no such|>"},
            {part for part in own if part in text and rng.random() < 0.5},
        ):
            special += check(name, text, allowed)
            compared += 1
    assert compared == 9000
    assert special > 6000


@pytest.mark.parametrize("name", ["o200k_harmony", "p50k_edit", "cl100k_base"])
def test_every_name_alone(name):
    names = sorted(reference(name).special_tokens_set)
    for special in names:
        text = f"a {special[:-1]}{special}'s{special}{special[1:]} \n{special}\n "
        assert check(name, text, {special}) == check(name, text, "all") == 3
        assert check(name, text, set(names) - {special}) == check(name, text, set()) == 0
    assert len(names) == len(reference(name)._special_tokens)


def test_two_names_of_one_token():
    text = "<|endofprompt|><|reserved_200018|>"
    assert check("o200k_harmony", text, "all") == 2
    assert check("o200k_harmony", text, {"<|reserved_200018|>"}) == 1
    assert check("o200k_harmony", text, {"<|endofprompt|>"}) == 1
    for engine in ENGINES:
        one = ranker("o200k_harmony", engine)
        assert one.encode_all(text.encode()).tolist() == [200018, 200018]
        assert one.decode(one.encode_all(text.encode())) == b"<|endofprompt|><|endofprompt|>"


# The text between special tokens is a text of its own: `$` and `(?!\S)` see its end, and nothing before it is seen.


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
def test_text_between_special_tokens_is_a_text(name):
    rng = random.Random(20267)
    special = "<|endoftext|>"
    number = reference(name).eot_token
    texts = [random_text(rng, EDGE_PIECES, 8) for _ in range(600)]
    splits = Splits(pattern_of(name), texts).pieces
    compared = 0
    for begin in range(0, 600, 3):
        for engine in ENGINES:
            one = ranker(name, engine)
            expected = []
            for split in splits[begin : begin + 3]:
                expected += [token for piece in split for token in one.encode_pretoken(piece).tolist()] + [number]
            joined = special.join(texts[begin : begin + 3]) + special
            assert one.encode(joined.encode(), [special]).tolist() == expected
            compared += 1
    assert compared == 200 * len(ENGINES)


@pytest.mark.parametrize("name", PATTERN_ENCODINGS)
@pytest.mark.parametrize("count", [1, 2, 3, 200])
def test_special_tokens_of_the_caller(name, count):
    # Names of any text: one character, white space, NUL, letters that would merge with what stands beside them. None begins another.
    rng = random.Random(20268 + count)
    names = []
    while len(names) < count:
        special = random_text(rng, EDGE_CHARACTERS, rng.choice([1, 2, 14, 15, 16, 40]) if count < 10 else 40)
        if special and not any(special.startswith(other) or other.startswith(special) for other in names):
            names.append(special)
    specials = {special: 256 + 7 * i for i, special in enumerate(names)}
    encoding = make_encoding(single_bytes(), pattern_of(name), specials)
    rankers = [load_ranks(single_bytes(), pattern_of(name), specials, engine) for engine in ENGINES]
    for one in rankers:
        assert dict(zip(one.special_names, one.special_numbers)) == specials
    found = 0
    for i in range(2000):
        text = "".join(rng.choice(names) if rng.random() < 0.5 else random_text(rng, EDGE_CHARACTERS, 4) for _ in range(rng.randrange(8)))
        allowed = set(rng.sample(names, rng.randrange(count + 1))) if i % 2 else set(names)
        expected = encoding.encode(text, allowed_special=allowed, disallowed_special=())
        found += sum(token > 255 for token in expected)
        for one in rankers:
            tokens = one.encode(text.encode(), sorted(allowed))
            assert tokens.tolist() == expected, (text, allowed)
            assert one.decode(tokens) == text.encode()
    assert found > 1000
