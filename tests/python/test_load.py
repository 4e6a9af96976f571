"""The functions of tiktoken/load.py, on local files and tiktoken's cache."""

import hashlib
import os

import pytest

import oracle
from comparison import outcome

CL100K = oracle.URL + "encodings/cl100k_base.tiktoken"
GPT2 = oracle.URL + "gpt-2/encodings/main/"


@pytest.fixture
def small_file(tmp_path):
    path = tmp_path / "small.tiktoken"
    path.write_bytes(b"YQ== 0\nYg== 1\r\n\nYWI= 2\n")
    return str(path)


def test_local_file(ranker, tiktoken, small_file):
    digest = hashlib.sha256(ranker.read_file(small_file)).hexdigest()
    for load in (ranker, tiktoken.load):
        assert load.load_tiktoken_bpe(small_file) == {b"a": 0, b"b": 1, b"ab": 2}
        assert load.load_tiktoken_bpe(small_file, digest) == load.load_tiktoken_bpe(small_file)
        assert load.check_hash(b"x", hashlib.sha256(b"x").hexdigest()) and not load.check_hash(b"x", "0")
        with pytest.raises(ValueError, match="Hash mismatch"):
            load.load_tiktoken_bpe(small_file, "0" * 64)
    with pytest.raises(FileNotFoundError):
        ranker.load_tiktoken_bpe(small_file + "x")


@pytest.mark.parametrize("line", [b"YQ==", b"YQ== 1 2", b"YQ== x", b"YQ 1", b"!!! 1"])
def test_lines(ranker, tiktoken, tmp_path, monkeypatch, line):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    path = tmp_path / "lines.tiktoken"
    path.write_bytes(line)
    assert outcome(ranker.load_tiktoken_bpe, str(path)) == outcome(tiktoken.load.load_tiktoken_bpe, str(path))


def test_url_in_the_cache(ranker, tiktoken):
    digest = oracle.SHA256["encodings/cl100k_base.tiktoken"]
    ranks = ranker.load_tiktoken_bpe(CL100K, digest)
    assert ranks == tiktoken.load.load_tiktoken_bpe(CL100K, digest)
    assert ranker.read_file_cached(CL100K) == ranker.read_file_cached(CL100K, digest)
    with pytest.raises(ValueError, match="Hash mismatch"):
        ranker.read_file_cached(CL100K, "0" * 64)
    assert len(os.listdir(oracle.folder)) == len(oracle.SHA256)


@pytest.mark.parametrize("variables", [{"TIKTOKEN_CACHE_DIR": ""}, {"TIKTOKEN_CACHE_DIR": "/nowhere"}, {"DATA_GYM_CACHE_DIR": "/nowhere"}])
def test_url_elsewhere(ranker, monkeypatch, variables):
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for url in (CL100K, "https://example.com/x.tiktoken", "s3://bucket/x"):
        with pytest.raises(OSError, match="token_ranker does not use the network"):
            ranker.load_tiktoken_bpe(url)
    with pytest.raises(OSError, match="token_ranker does not use the network"):
        ranker.read_file(CL100K)


def test_other_variable_for_the_cache(ranker, monkeypatch):
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
    monkeypatch.setenv("DATA_GYM_CACHE_DIR", oracle.folder)
    assert len(ranker.load_tiktoken_bpe(CL100K)) == 100256


def test_dump(ranker, tmp_path):
    path = str(tmp_path / "dump.tiktoken")
    ranks = ranker.get_encoding("r50k_base")._mergeable_ranks
    ranker.dump_tiktoken_bpe(dict(reversed(list(ranks.items()))), path)
    assert hashlib.sha256(ranker.read_file(path)).hexdigest() == oracle.SHA256["encodings/r50k_base.tiktoken"]
    assert ranker.load_tiktoken_bpe(path) == ranks


def test_data_gym(ranker, tiktoken, tmp_path):
    arguments = (GPT2 + "vocab.bpe", GPT2 + "encoder.json")
    hashes = (oracle.SHA256["gpt-2/encodings/main/vocab.bpe"], oracle.SHA256["gpt-2/encodings/main/encoder.json"])
    ranks = ranker.data_gym_to_mergeable_bpe_ranks(*arguments, *hashes)
    assert ranks == tiktoken.load.data_gym_to_mergeable_bpe_ranks(*arguments, *hashes)
    assert list(ranks) == list(ranker.get_encoding("gpt2")._mergeable_ranks)
    assert ranker.data_gym_to_mergeable_bpe_ranks(*arguments, clobber_one_byte_tokens=True) == ranks
    other = tmp_path / "encoder.json"
    other.write_text("{}")
    with pytest.raises(AssertionError):
        ranker.data_gym_to_mergeable_bpe_ranks(arguments[0], str(other))


def test_encoding_of_loaded_ranks(ranker):
    ranks = ranker.load_tiktoken_bpe(CL100K)
    base = ranker.get_encoding("cl100k_base")
    encoding = ranker.Encoding("mine", pat_str=base._pat_str, mergeable_ranks=ranks, special_tokens={"<s>": 100257}, explicit_n_vocab=None)
    assert encoding.encode("hello world<s>", allowed_special="all") == [15339, 1917, 100257]
