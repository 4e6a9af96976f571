"""Each row of the table of what a drop-in for tiktoken must do, side by side with tiktoken."""

import copy
import pickle

import pytest

import oracle
from comparison import evaluate, outcome

# Same value, or same exception with the same message.
EXPRESSIONS = """
enc.encode("hello world")
enc.encode("")
enc.encode(text="hello")
enc.encode("hello <|endoftext|>")
enc.encode("hello <|endoftext|>", disallowed_special=())
enc.encode("hello <|endoftext|>", allowed_special="all")
enc.encode("hello <|endoftext|>", allowed_special="all", disallowed_special="all")
enc.encode("hello <|endoftext|>", allowed_special="all", disallowed_special=())
enc.encode("hello <|endoftext|> there", allowed_special={"<|endoftext|>"})
enc.encode("hello <|endoftext|> there", allowed_special=frozenset({"<|endoftext|>", "unknown"}))
enc.encode("hello <|endoftext|>", disallowed_special={"<|endoftext|>": 1})
enc.encode("by", disallowed_special=["b"])
enc.encode("xyz", disallowed_special="y")
enc.encode("xyz", disallowed_special="")
enc.encode("xyz", disallowed_special=[""])
enc.encode("xyz", disallowed_special=None)
enc.encode("xyz", disallowed_special=5)
enc.encode("<|endoftext|>", disallowed_special=(name for name in ["<|endoftext|>"]))
enc.encode("<|endoftext|>", allowed_special={"<|endoftext|>"}, disallowed_special=(name for name in ["x"]))
enc.encode("a <|endoftext|> b", disallowed_special=["b", "<|endoftext|>"])
enc.encode("by", allowed_special={"b"}, disallowed_special=["b"])
enc.encode("<|endoftext|>", allowed_special="all", disallowed_special={"<|endoftext|>"})
enc.encode("hello", allowed_special=["<|endoftext|>"])
enc.encode("hello", allowed_special=("<|endoftext|>",))
enc.encode("hello", allowed_special={"<|endoftext|>": 1})
enc.encode("hello", allowed_special={"<|endoftext|>": 1}.keys())
enc.encode("hello", allowed_special="other")
enc.encode("hello", allowed_special=None)
enc.encode("hello", allowed_special=["<|endoftext|>"], disallowed_special=())
enc.encode("hello", allowed_special=None, disallowed_special=())
enc.encode("hello", allowed_special="other", disallowed_special=())
enc.encode("hello", allowed_special={5}, disallowed_special=())
enc.encode("hello", allowed_special={b"x"}, disallowed_special=())
enc.encode("by", allowed_special=["x"], disallowed_special=["b"])
enc.encode("<|endoftext|>", allowed_special={5})
enc.encode(None)
enc.encode(5)
enc.encode(["a"])
enc.encode(None, disallowed_special=())
enc.encode(["a"], disallowed_special=())
enc.encode_ordinary("hello <|endoftext|>")
enc.encode_ordinary(text="hello")
enc.encode_ordinary(None)
enc.encode_ordinary(5)
enc.encode_ordinary(["a"])
enc.encode("\\ud83d\\ude00"), enc.encode("\\ud83d"), enc.encode("a\\udc00b"), enc.encode("\\ude00\\ud83d")
enc.encode_ordinary("\\ud83d\\ude00"), enc.encode_ordinary("\\ud83d"), enc.encode_ordinary("<|endoftext|>\\ud83d")
enc.encode("<|endoftext|>\\ud83d")
enc.encode("<|endoftext|>\\ud83d", allowed_special="all")
enc.encode_batch(["\\ud83d\\ude00", "\\ud83d"])
enc.encode_to_numpy("hello world")
enc.encode_to_numpy("")
enc.encode_to_numpy("hello <|endoftext|>")
enc.encode_to_numpy("hello <|endoftext|>", allowed_special="all")
enc.encode_to_numpy("hello <|endoftext|>", disallowed_special=())
enc.encode_to_numpy(None)
enc.encode_batch(["hello", "world"])
enc.encode_batch([])
enc.encode_batch("ab")
enc.encode_batch(("hello", "hello <|endoftext|>"))
enc.encode_batch(["hello <|endoftext|>"], allowed_special="all", num_threads=2)
enc.encode_batch(["hello <|endoftext|>"], disallowed_special=())
enc.encode_batch(["hello"], num_threads=0)
enc.encode_batch(["hello", None])
enc.encode_batch(None)
enc.encode_batch([], allowed_special=["x"])
enc.encode_batch(["hello"], allowed_special=["x"])
enc.encode_batch(["by", "xy"], disallowed_special=(name for name in "y"))
enc.encode_batch(["hello"], num_threads=-1)
enc.encode_batch(["hello <|endoftext|>", None])
enc.encode_batch([None, "hello <|endoftext|>"])
enc.encode_batch(text for text in ["a", "b"])
enc.encode_batch(text if text < "c" else 1 // 0 for text in "abc")
enc.encode_batch({"a": 1, "b": 2}, num_threads=1)
enc.encode_batch(5, num_threads=0)
enc.encode_batch([], allowed_special=["x"], disallowed_special=())
enc.encode_batch(["<|endoftext|>a"], allowed_special=enc.special_tokens_set)
enc.encode_batch(["b", "a"], disallowed_special=["a"])
enc.encode_ordinary_batch(text for text in ["a", "b"])
enc.encode_ordinary_batch(5)
enc.encode_ordinary_batch(["hello <|endoftext|>", "world"])
enc.encode_ordinary_batch(["hello"], num_threads=0)
enc.encode_ordinary_batch(["hello", None])
enc.decode_batch([[31373], [995, 11]])
enc.decode_batch([[31373], [999999]])
enc.decode_batch([[187]], errors="strict")
enc.decode_batch([[187]], errors="ignore", num_threads=3)
enc.decode_batch([[1]], num_threads=0)
enc.decode_batch(range(i) for i in (2, 3))
enc.decode_batch(np.array([[1, 2], [3, 4]]))
enc.decode_batch([[1], None])
enc.decode_batch([[187], [999999]], errors="strict")
enc.decode_batch([[1]], errors=None)
enc.decode_batch(None)
enc.decode_bytes_batch([[1], {1}])
enc.decode_bytes_batch(5)
enc.decode_bytes_batch([[31373], [187]])
enc.decode_bytes_batch([[1]], num_threads=0)
enc.encode_with_unstable("")
enc.encode_with_unstable("hello <|endoftext|>", allowed_special="all")
enc.encode_with_unstable("hello <|endoftext|>")
enc.encode_with_unstable(None)
enc.encode_single_token("hello"), enc.encode_single_token(b"hello"), enc.encode_single_token("<|endoftext|>")
enc.encode_single_token(b"<|endoftext|>")
enc.encode_single_token(b"\\xff")
enc.encode_single_token("hello world")
enc.encode_single_token(b"\\xff\\xfe\\xfd")
enc.encode_single_token("")
enc.encode_single_token(5)
enc.encode_single_token(None)
enc._encode_single_piece("helloqqqq"), enc._encode_single_piece(b"\\xff\\xfe"), enc._encode_single_piece(" a b")
enc._encode_single_piece(5)
enc._encode_bytes(b"hello \\xff\\xfe")
enc._encode_bytes(b"\\xff"), enc._encode_bytes(b""), enc._encode_bytes(b"hello"), enc._encode_bytes("a \\n\\n".encode() + b"\\xe2\\x82")
enc._encode_bytes("hello")
enc._encode_bytes(None)
enc._encode_only_native_bpe("hello world 1234")
enc.decode_bytes([31373, 995]), enc.decode_bytes((31373,)), enc.decode_bytes(range(5)), enc.decode_bytes([]), enc.decode_bytes(())
enc.decode_bytes(b"ab"), enc.decode_bytes(bytearray(b"ab")), enc.decode_bytes(memoryview(b"ab")), enc.decode_bytes(array("I", [1, 2]))
enc.decode_bytes(np.array([1, 2])), enc.decode_bytes(np.array([1, 2], dtype=np.uint16)), enc.decode_bytes(np.array([], dtype=np.int64))
enc.decode_bytes([True, False])
enc.decode_bytes([np.int64(3), np.uint32(4)])
enc.decode_bytes(np.array([[1, 2]]))
enc.decode_bytes(np.array(3))
enc.decode_bytes(np.array([1.0]))
enc.decode_bytes(np.array([-1]))
enc.decode_bytes(np.array(["a"]))
enc.decode_bytes(None)
enc.decode_bytes(5)
enc.decode_bytes("ab")
enc.decode_bytes({1, 2})
enc.decode_bytes({1: 2})
enc.decode_bytes(iter([1]))
enc.decode_bytes(token for token in [1])
enc.decode_bytes([1.0])
enc.decode_bytes(["a"])
enc.decode_bytes([None])
enc.decode_bytes([[1]])
enc.decode_bytes([-1])
enc.decode_bytes([2**32])
enc.decode_bytes([2**32 - 1])
enc.decode_bytes([999999])
enc.decode_bytes([31373, 999999, 888888])
enc.decode_bytes([50256])
enc.decode([31373, 995]), enc.decode((31373,)), enc.decode([]), enc.decode(b"ab"), enc.decode(np.array([1, 2]))
enc.decode(tokens=[31373], errors="strict")
enc.decode([187]), enc.decode([187], "ignore"), enc.decode([187], errors="backslashreplace")
enc.decode([187], errors="strict")
enc.decode([187], errors="nope")
enc.decode([64], errors="nope")
enc.decode([64], errors=None)
enc.decode([64], None)
enc.decode([999999])
enc.decode([-1])
enc.decode({1})
enc.decode(None)
enc.decode_single_token_bytes(31373), enc.decode_single_token_bytes(50256), enc.decode_single_token_bytes(True)
enc.decode_single_token_bytes(np.int64(3))
enc.decode_single_token_bytes(60000)
enc.decode_single_token_bytes(-1)
enc.decode_single_token_bytes(2**32)
enc.decode_single_token_bytes("a")
enc.decode_single_token_bytes(1.0)
enc.decode_single_token_bytes(None)
enc.decode_tokens_bytes([31373, 995, 50256]), enc.decode_tokens_bytes([]), enc.decode_tokens_bytes(iter([1, 2]))
enc.decode_tokens_bytes([1, 60000])
enc.decode_with_offsets([31373, 995, 50256]), enc.decode_with_offsets([])
enc.decode_with_offsets(enc.encode("我非常渴望 \\U0001f600 e\\u0301"))
enc.decode_with_offsets([220, 187])
enc.decode_with_offsets([999999])
enc.eot_token, enc.n_vocab, enc.max_token_value, enc.name, repr(enc), str(enc)
enc.special_tokens_set, enc.special_tokens_set is enc.special_tokens_set
enc.is_special_token(50256), enc.is_special_token(5), enc.is_special_token(True), enc.is_special_token(-1)
enc.is_special_token("a")
enc.is_special_token(np.int64(3))
enc.is_special_token(1.0)
len(enc.token_byte_values()), enc.token_byte_values()[:300]
type(enc._special_tokens), type(enc._mergeable_ranks), enc._pat_str
tiktoken.get_encoding("gpt2").name
tiktoken.get_encoding("cl100k_base") is tiktoken.get_encoding("cl100k_base")
tiktoken.get_encoding(5)
tiktoken.get_encoding(None)
tiktoken.get_encoding(b"gpt2")
tiktoken.get_encoding("nope")
tiktoken.get_encoding("gpt-4o")
tiktoken.list_encoding_names()
[tiktoken.encoding_for_model(name).name for name in ("gpt2", "gpt-4", "gpt-4o", "gpt-4o-2024-05-13", "gpt-oss-120b", "ft:gpt-4o:x")]
[tiktoken.encoding_name_for_model(name) for name in ("o1-mini", "gpt-5-nano", "text-davinci-003", "ada", "ft:gpt-4")]
tiktoken.encoding_for_model("nope")
tiktoken.encoding_name_for_model("")
tiktoken.encoding_for_model(5)
""".strip().splitlines()

# Same type of exception; the message names another function, or the other pattern compiler.
SAME_TYPE = """
enc.encode()
enc.encode("a", "b")
enc.encode("a", foo=1)
enc.encode("a", errors="x")
enc.encode("a", limit=1)
enc.encode_ordinary()
enc.encode_ordinary("a", "b")
enc.encode_ordinary("a", allowed_special=set())
enc.encode_batch()
enc.encode_batch(["a"], 3)
enc.encode_batch(["a"], errors="x")
enc.encode_batch(["a"], num_threads="x")
enc.encode_ordinary_batch(["a"], allowed_special="all")
enc.decode_batch()
enc.decode_batch([[1]], "strict")
enc.decode_batch([[1]], threads=3)
enc.decode_bytes_batch([[1]], errors="strict")
enc.decode()
enc.decode([1], "ignore", 3)
enc.decode([1], "ignore", errors="ignore")
enc.decode_bytes()
enc.decode_bytes([1], [2])
enc.decode_bytes([2**64])
enc.decode_bytes([-(2**70)])
enc.decode_single_token_bytes(2**70)
enc.encode("xyz", disallowed_special=[5])
setattr(enc, "eot_token", 3)
tiktoken.Encoding("x", enc._pat_str, {}, {})
""".strip().splitlines()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_same_outcome(ranker, tiktoken, expression):
    ours = evaluate(expression, ranker, ranker.get_encoding("r50k_base"))
    assert ours == evaluate(expression, tiktoken, oracle.get_encoding("r50k_base"))


@pytest.mark.parametrize("expression", SAME_TYPE)
def test_same_exception(ranker, tiktoken, expression):
    ours = evaluate(expression, ranker, ranker.get_encoding("r50k_base"))
    theirs = evaluate(expression, tiktoken, oracle.get_encoding("r50k_base"))
    assert ours[0] == theirs[0] != "value"


# ---- The constructor

BYTES = {bytes([byte]): byte for byte in range(256)}
DEFINITION = dict(name="x", pat_str=r"\s|\S+", mergeable_ranks=BYTES, special_tokens={})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        dict(mergeable_ranks={}),
        dict(explicit_n_vocab=5),
        dict(explicit_n_vocab=256),
        dict(special_tokens={"<s>": 300}, explicit_n_vocab=257),
        dict(pat_str=b"a"),
        dict(mergeable_ranks={**BYTES, b"ab": -5}),
        dict(mergeable_ranks={**BYTES, b"ab": 2**32}),
        dict(mergeable_ranks={**BYTES, b"ab": 300.0}),
        dict(mergeable_ranks={**BYTES, b"ab": "300"}),
        dict(special_tokens={"a": -1}),
        dict(special_tokens={b"a": 1}),
        dict(special_tokens={"\ud800": 1}),
        dict(special_tokens={"<s>": 4_000_000_000}),
        dict(mergeable_ranks={**BYTES, b"ab": 4_000_000_000}),
    ],
    ids=str,
)
def test_constructor(ranker, tiktoken, changes):
    def make(module):
        definition = {**DEFINITION, **changes}
        encoding = module.Encoding(definition.pop("name"), **definition)
        tokens = encoding.encode("abab c<s>", allowed_special="all")
        return repr(encoding), encoding.n_vocab, tokens, encoding.decode(tokens)

    assert outcome(make, ranker) == outcome(make, tiktoken)


def test_bad_pattern_is_a_value_error_with_its_position(ranker, tiktoken):
    for module in (ranker, tiktoken):
        with pytest.raises(ValueError, match=r"^Parsing error at position \d+: "):
            module.Encoding(**{**DEFINITION, "pat_str": "("})


@pytest.mark.parametrize(
    "changes, status",
    [
        (dict(mergeable_ranks={**BYTES, b"ab": 5}), "DUPLICATE_RANK"),
        (dict(mergeable_ranks={token: rank for token, rank in BYTES.items() if token != b"a"}), "MISSING_BYTE"),
        (dict(mergeable_ranks={**BYTES, b"": 300}), "EMPTY_TOKEN"),
        (dict(special_tokens={"": 300}), "EMPTY_SPECIAL_TOKEN"),
    ],
)
def test_what_panics_there_is_a_value_error_here(ranker, changes, status):
    with pytest.raises(ranker.TokenRankerError) as caught:
        ranker.Encoding(**{**DEFINITION, **changes})
    assert isinstance(caught.value, ValueError)
    assert caught.value.status != 0
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args
    assert str(caught.value) == caught.value.args[0]


def test_pattern_that_backtracks_too_much_is_an_error_of_the_call(ranker):
    encoding = ranker.Encoding(**{**DEFINITION, "pat_str": r"(?:a+)+b|."})
    assert encoding.encode("aab") == [97, 97, 98]
    text = "-" * 5 + "a" * 100
    batches = [lambda text: encoding.encode_batch(["a", text]), lambda text: encoding.encode_ordinary_batch([text])]
    for call in (encoding.encode, encoding.encode_ordinary, encoding.count, encoding.encode_to_numpy, encoding.encode_to_array, *batches):
        with pytest.raises(ranker.TokenRankerError, match="backtracks too much") as caught:
            call(text)
        assert caught.value.offset == 5


def test_empty_piece_panics_there_and_is_empty_here(ranker):
    assert ranker.get_encoding("r50k_base")._encode_single_piece("") == []


def test_attributes_of_an_own_encoding(ranker):
    ranks, specials = dict(BYTES), {"<s>": 300}
    encoding = ranker.Encoding("x", pat_str=".", mergeable_ranks=ranks, special_tokens=specials)
    assert encoding._mergeable_ranks is ranks
    assert encoding._special_tokens == specials
    assert encoding.special_tokens_set == {"<s>"}
    with pytest.raises(KeyError, match="<|endoftext|>"):
        encoding.eot_token


def test_ranks_of_a_built_in_encoding_make_the_same_tokens(ranker, tiktoken):
    base = ranker.get_encoding("cl100k_base")
    make = dict(pat_str=base._pat_str, special_tokens={**base._special_tokens, "<|im_start|>": 100264})
    ours = ranker.Encoding("x", mergeable_ranks=base._mergeable_ranks, **make)
    theirs = tiktoken.Encoding("x", mergeable_ranks=base._mergeable_ranks, **make)
    text = "<|im_start|>user\nThe quick brown fox<|endoftext|>"
    assert ours.encode(text, allowed_special="all") == theirs.encode(text, allowed_special="all")
    # A changed dict is no longer the built-in's.
    changed = base._mergeable_ranks
    changed[b" quick"], changed[b" brown"] = changed[b" brown"], changed[b" quick"]
    try:
        ours = ranker.Encoding("x", mergeable_ranks=changed, **make)
        theirs = tiktoken.Encoding("x", mergeable_ranks=changed, **make)
        assert ours.encode_ordinary(text) == theirs.encode_ordinary(text) != base.encode_ordinary(text)
    finally:
        changed[b" quick"], changed[b" brown"] = changed[b" brown"], changed[b" quick"]


def test_from_tiktoken(ranker, tiktoken):
    theirs = oracle.get_encoding("p50k_edit")
    ours = ranker.Encoding.from_tiktoken(theirs)
    text = "hello<|fim_prefix|> world"
    assert ours.encode(text, allowed_special="all") == theirs.encode(text, allowed_special="all")
    assert ours.name == theirs.name


# ---- Two special tokens of one number

def test_harmony_has_two_names_for_one_token(ranker):
    encoding = ranker.get_encoding("o200k_harmony")
    assert len(encoding._special_tokens) == 1091
    assert encoding.encode("<|endofprompt|><|reserved_200018|>", allowed_special="all") == [200018, 200018]
    assert encoding.decode([200018]) == "<|endofprompt|>"


def test_harmony_special_tokens(ranker, tiktoken):
    ours, theirs = ranker.get_encoding("o200k_harmony"), oracle.get_encoding("o200k_harmony")
    text = "<|start|>user<|message|>Hello<|end|><|start|>assistant <|reserved_200500|>"
    for keywords in (
        dict(allowed_special="all"),
        dict(disallowed_special=()),
        dict(allowed_special={"<|start|>", "<|end|>"}, disallowed_special=()),
        dict(allowed_special={"<|start|>", "<|message|>", "<|end|>"}),
        dict(),
    ):
        assert outcome(ours.encode, text, **keywords) == outcome(theirs.encode, text, **keywords)


# ---- Departures

@pytest.mark.parametrize("text", ["hello world", "", "漢字 \U0001f600", "hello <|endoftext|>", "a\0b"])
@pytest.mark.parametrize("as_bytes", [lambda text: text.encode(), lambda text: bytearray(text.encode()), lambda text: memoryview(text.encode())])
def test_bytes_are_text(ranker, text, as_bytes):
    encoding = ranker.get_encoding("r50k_base")
    data = as_bytes(text)
    for keywords in ({}, dict(disallowed_special=()), dict(allowed_special="all"), dict(disallowed_special=["h"])):
        assert outcome(encoding.encode, data, **keywords) == outcome(encoding.encode, text, **keywords)
        assert outcome(encoding.encode_to_numpy, data, **keywords) == outcome(encoding.encode_to_numpy, text, **keywords)
    assert encoding.encode_ordinary(data) == encoding.encode_ordinary(text)
    assert encoding.count(data) == encoding.count(text)
    assert sorted(encoding.encode_with_unstable(data, disallowed_special=())[1]) == sorted(
        encoding.encode_with_unstable(text, disallowed_special=())[1]
    )


def test_bytes_that_are_no_utf8_round_trip(ranker):
    encoding = ranker.get_encoding("cl100k_base")
    data = bytes(range(256)) * 3
    assert encoding.decode_bytes(encoding.encode(data)) == data


def test_surrogates_are_repaired_everywhere(ranker):
    encoding = ranker.get_encoding("r50k_base")
    for broken, repaired in (("\ud83d\ude00", "\U0001f600"), ("a\ud83d", "a\ufffd"), ("\udc00", "\ufffd")):
        assert encoding.encode(broken) == encoding.encode_ordinary(broken) == encoding.encode(repaired)
        assert encoding.encode_to_numpy(broken).tolist() == encoding.encode_to_array(broken).tolist() == encoding.encode(repaired)
        assert encoding.count(broken) == encoding.count(repaired)
        assert outcome(encoding.encode_single_token, broken) == outcome(encoding.encode_single_token, repaired)
        assert encoding._encode_single_piece(broken) == encoding._encode_single_piece(repaired)
        assert sorted(encoding.encode_with_unstable(broken)[1]) == sorted(encoding.encode_with_unstable(repaired)[1])


# ---- count

def test_count(ranker):
    encoding = ranker.get_encoding("r50k_base")
    text = "hello world<|endoftext|> and more"
    assert encoding.count(text) == len(encoding.encode_ordinary(text)) == 11
    assert encoding.count(text=text, limit=None) == 11
    assert encoding.count(text, allowed_special="all") == len(encoding.encode(text, allowed_special="all"))
    assert encoding.count(text, allowed_special={"<|endoftext|>"}) == len(encoding.encode(text, allowed_special={"<|endoftext|>"}))
    for limit in range(13):
        assert encoding.count(text, limit=limit) == min(11, limit + 1)
        assert encoding.count(text, limit=limit, allowed_special="all") == min(5, limit + 1)
    assert encoding.count(text, limit=2**64 - 1) == encoding.count(text, limit=2**70) == 11
    assert encoding.count("") == 0
    for disallowed in ("all", {"<|endoftext|>"}, ["world"]):
        with pytest.raises(ValueError, match="disallowed special token"):
            encoding.count(text, disallowed_special=disallowed)
    with pytest.raises(ValueError, match="limit is negative"):
        encoding.count(text, limit=-1)
    with pytest.raises(TypeError):
        encoding.count(text, limit=1.5)
    with pytest.raises(TypeError):
        encoding.count(text, 5)
    with pytest.raises(TypeError, match="'None' is not an instance of 'str'"):
        encoding.count(None)


# ---- Pickle and copy

@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda encoding: pickle.loads(pickle.dumps(encoding))])
def test_duplicates_of_a_registered_encoding_share_its_contents(ranker, duplicate):
    encoding = ranker.get_encoding("r50k_base")
    assert encoding.__getstate__() == "r50k_base"
    same = duplicate(encoding)
    assert same is not encoding and same.__dict__ is encoding.__dict__
    assert duplicate(same).__dict__ is encoding.__dict__
    assert same.encode("hello world") == [31373, 995]


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda encoding: pickle.loads(pickle.dumps(encoding))])
def test_duplicates_of_an_own_encoding_are_made_anew(ranker, duplicate):
    encoding = ranker.Encoding(name="own", pat_str=r"\w+|\W+", mergeable_ranks={**BYTES, b"ab": 256}, special_tokens={"<s>": 999})
    state = encoding.__getstate__()
    assert list(state) == ["name", "pat_str", "mergeable_ranks", "special_tokens"]
    same = duplicate(encoding)
    assert same.encode("ab<s>", allowed_special="all") == encoding.encode("ab<s>", allowed_special="all") == [256, 999]
    assert same.__getstate__() == state
    encoding.close()
    assert same.encode("ab") == [256]


def test_bound_methods_pickle(ranker):
    for encoding in (ranker.get_encoding("r50k_base"), ranker.Encoding(**DEFINITION)):
        for name in ("encode", "encode_ordinary", "count", "decode", "decode_bytes", "encode_batch"):
            assert pickle.loads(pickle.dumps(getattr(encoding, name))).__name__ == name
        assert pickle.loads(pickle.dumps(encoding.encode))("hi") == encoding.encode("hi")


def test_subclass_may_override(ranker):
    class Upper(ranker.Encoding):
        def encode(self, text, **keywords):
            return super().encode(text.upper(), **keywords)

    encoding = Upper(**DEFINITION)
    assert encoding.encode("a") == [65]
    assert encoding.encode_batch(["a"]) == [[65]]
    assert encoding.encode_ordinary("a") == [97] and encoding.encode_ordinary_batch(["a"]) == [[97]]

    class Loud(ranker.Encoding):
        def encode_ordinary(self, text):
            return super().encode_ordinary(text + "!")

        def decode(self, tokens, errors="replace"):
            return super().decode(tokens, errors) + "!"

    encoding = Loud(**DEFINITION)
    assert encoding.encode_ordinary_batch(["a"]) == [[97, 33]] and encoding.encode_batch(["a"]) == [[97]]
    assert encoding.decode_batch([[97]]) == ["a!"] and encoding.decode_bytes_batch([[97]]) == [b"a"]
