"""Packages from PyPI, unchanged, doing what their documents show, with token_ranker where they import tiktoken."""

import subprocess
import sys

import pytest
import tiktoken
import token_ranker

TEXTS = ["hello world", "Größe, 大きさ, size", "", "<|endoftext|>", "one  two\n\nthree 1234567"]
EXPECTED = [[24912, 2375], [3193, 52715, 11, 11520, 11852, 7500, 11, 2349]]


def test_it_is_token_ranker():
    assert tiktoken.Encoding is token_ranker.Encoding
    with pytest.raises(ImportError):
        __import__("tiktoken._tiktoken")


def test_datasets_map():
    """The encoding is pickled: for the fingerprint of the cache, and to the processes."""
    import datasets

    encoding = tiktoken.get_encoding("o200k_base")
    rows = datasets.Dataset.from_dict({"text": TEXTS * 20})

    def tokenize(row):
        return {"tokens": encoding.encode(row["text"], disallowed_special=())}

    for processes in (None, 2):
        mapped = rows.map(tokenize, num_proc=processes)
        assert mapped["tokens"][:2] == EXPECTED and len(mapped) == 100
        assert mapped["tokens"] == [encoding.encode_ordinary(text) for text in TEXTS] * 20
    batched = rows.map(lambda batch: {"tokens": encoding.encode_ordinary_batch(batch["text"])}, batched=True)
    assert batched["tokens"] == mapped["tokens"]


def test_transformers_reads_and_writes_rank_files(tmp_path):
    """from tiktoken.load import dump_tiktoken_bpe, load_tiktoken_bpe."""
    from transformers import PreTrainedTokenizerFast
    from transformers.integrations.tiktoken import convert_tiktoken_to_fast

    encoding = tiktoken.get_encoding("gpt2")  # whose pattern has the same meaning there
    convert_tiktoken_to_fast(encoding, str(tmp_path))
    converted = PreTrainedTokenizerFast(tokenizer_file=str(tmp_path / "tokenizer.json"))
    for text in TEXTS:
        if not text.startswith("<|"):  # special tokens are numbered anew there
            assert converted.encode(text) == encoding.encode(text), text


def ttok(*arguments, text=""):
    command = [sys.executable, "-m", "ttok", *arguments]
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout


def test_ttok():
    """tiktoken.model.MODEL_TO_ENCODING, and the examples of its help."""
    assert ttok(text="Hello world") == "2\n"
    assert ttok("-m", "gpt2", "Hello world", "--encode") == "15496 995\n"
    assert ttok("-m", "gpt2", "15496", "995", "--decode") == "Hello world\n"
    assert ttok("hello world", "--tokens") == "[b'hello', b' world']\n"
    assert ttok("-t", "2", text="This is too many tokens") == "This is"
    assert "gpt-4o (o200k_base)" in ttok("--list-models").splitlines()
