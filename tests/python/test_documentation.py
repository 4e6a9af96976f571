"""The examples in docstrings run, every public thing has one, and the calls have the signatures of tiktoken."""

import doctest
import inspect

import pytest


def test_examples(ranker):
    examples = {"enc": ranker.get_encoding("r50k_base")}
    result = doctest.testmod(ranker, extraglobs=examples, optionflags=doctest.ELLIPSIS)
    assert result.attempted > 20 and result.failed == 0


def public_members(ranker):
    for name in ranker.__all__:
        yield name, getattr(ranker, name)
    for name, member in vars(ranker.Encoding).items():
        if not name.startswith("_") and name not in ("special_tokens_set", "is_special_token"):
            yield name, member


def test_everything_public_is_documented(ranker):
    assert [name for name, member in public_members(ranker) if not inspect.getdoc(member)] == []


@pytest.mark.parametrize(
    "name",
    [
        "__init__", "encode", "encode_ordinary", "encode_batch", "encode_ordinary_batch", "encode_to_numpy", "encode_with_unstable",
        "encode_single_token", "decode", "decode_bytes", "decode_batch", "decode_bytes_batch", "decode_single_token_bytes",
        "decode_tokens_bytes", "decode_with_offsets", "is_special_token", "token_byte_values",
    ],
)  # fmt: skip
def test_signatures(ranker, tiktoken, name):
    def shape(function):
        return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]

    assert shape(getattr(ranker.Encoding, name)) == shape(getattr(tiktoken.Encoding, name))


def test_members_of_the_reference_are_all_there(ranker, tiktoken):
    missing = {name for name in dir(tiktoken.Encoding) if not name.startswith("__")} - set(dir(ranker.Encoding))
    assert missing == set()
    for module in ("core", "load", "model", "registry"):
        names = {
            name
            for name, member in vars(getattr(tiktoken, module)).items()
            if not name.startswith("_") and getattr(member, "__module__", None) == f"tiktoken.{module}"
        }
        assert names <= set(dir(ranker))
