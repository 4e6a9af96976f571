"""The data inside the library is that of the published files, and makes the encodings that tiktoken makes of them."""

import os

import pytest

import oracle

NAMES = oracle.token_ranker.list_encoding_names()


def test_names_are_those_of_the_reference(tiktoken):
    assert NAMES == tiktoken.list_encoding_names()


def test_every_official_file_was_rebuilt():
    # Writing them has checked their hashes.
    assert len(os.listdir(oracle.folder)) == len(oracle.SHA256)


@pytest.mark.parametrize("name", NAMES)
def test_encoding_is_made_of_the_same_parts(ranker, name):
    ours, theirs = ranker.get_encoding(name), oracle.get_encoding(name)
    assert ours._mergeable_ranks == theirs._mergeable_ranks
    assert ours._special_tokens == theirs._special_tokens
    assert ours._pat_str == theirs._pat_str
    assert ours.name == theirs.name
    assert ours.max_token_value == theirs.max_token_value
    assert ours.n_vocab == theirs.n_vocab
    assert ours.special_tokens_set == theirs.special_tokens_set
    assert ours.eot_token == theirs.eot_token
    assert ours.token_byte_values() == theirs.token_byte_values()
    assert repr(ours) == repr(theirs)


def test_models_are_those_of_the_reference(ranker, tiktoken):
    assert list(ranker.MODEL_TO_ENCODING.items()) == list(tiktoken.model.MODEL_TO_ENCODING.items())
    assert list(ranker.MODEL_PREFIX_TO_ENCODING.items()) == list(tiktoken.model.MODEL_PREFIX_TO_ENCODING.items())
