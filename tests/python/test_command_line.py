"""python token_ranker.py …"""

import signal
import subprocess
import sys

import pytest
from test_tokenizer_json_splits import DEEPSEEK3, by_regex
from vocabulary_files import NFC, NO_SPLIT, added, as_bytes, make_file, sequence, split

import oracle

FILE = oracle.token_ranker.__file__


def run(*arguments, input=b""):
    result = subprocess.run([sys.executable, FILE, *map(str, arguments)], input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return result.returncode, result.stdout, result.stderr.decode()


def test_count_of_standard_input():
    assert run("count", "-e", "cl100k_base", input=b"hello world") == (0, b"2\n", "")
    assert run("count", "-e", "gpt-4", "-", input=b"hello world") == (0, b"2\n", "")
    assert run("count", input=b"") == (0, b"0\n", "")


def test_count_of_files(tmp_path):
    (tmp_path / "one").write_bytes(b"hello world")
    (tmp_path / "two").write_bytes(b"\xff\xfe\0" * 10)
    one, two = tmp_path / "one", tmp_path / "two"
    count = len(oracle.token_ranker.get_encoding("o200k_base").encode(two.read_bytes()))
    assert run("count", one) == (0, f"2 {one}\n".encode(), "")
    assert run("count", one, two) == (0, f"2 {one}\n{count} {two}\n{2 + count} total\n".encode(), "")


def test_encode_and_decode():
    data = bytes(range(256)) + "漢字 <|endoftext|>\r\n".encode()
    status, tokens, errors = run("encode", "--encoding", "gpt2", input=data)
    assert (status, errors) == (0, "")
    assert [int(word) for word in tokens.split()] == oracle.token_ranker.get_encoding("gpt2").encode_ordinary(data)
    assert run("decode", "--encoding", "gpt2", input=tokens) == (0, data, "")


def test_special_tokens():
    assert run("encode", "-e", "gpt2", "--special", input=b"hello<|endoftext|>") == (0, b"31373 50256\n", "")
    assert run("encode", "-e", "gpt2", input=b"hello<|endoftext|>")[1] != b"31373 50256\n"
    assert run("count", "-e", "gpt2", "-s", input=b"hello<|endoftext|>") == (0, b"2\n", "")


def test_encodings():
    assert run("encodings") == (0, "".join(name + "\n" for name in oracle.token_ranker.list_encoding_names()).encode(), "")


def rows_of(output):
    """The rows of info: name to lines."""
    rows, name = {}, None
    for line in output.decode().splitlines():
        name = line[:18].strip() or name
        rows.setdefault(name, []).append(line[18:])
    return rows


def test_info_of_an_encoding():
    status, output, errors = run("info", "gpt-4")
    rows = rows_of(output)
    assert (status, errors) == (0, "")
    assert rows["name"] == ["cl100k_base"] and rows["source"] == ["built-in"] and rows["same tokens as"] == ["tiktoken 0.14.0"]
    assert rows["family"] == ["cl100k"] and rows["pattern"] == [repr(oracle.get_encoding("cl100k_base")._pat_str)]
    assert rows["split by"][0] in ("avx512", "avx2", "avx2_without_pext", "neon", "portable") and rows["character classes"] == ["Unicode 16.0.0"]
    assert rows["normalizer"] == ["none"] and rows["vocabulary"] == ["100256 tokens, the largest 100276"]
    assert rows["special tokens"][0].startswith("5, <|endoftext|> 100257") and rows["always found"] == ["0"]
    assert rows["template"] == ["..."] and rows["differs"] == ["in nothing"]


def test_info_of_a_tokenizer_json(tmp_path):
    file = make_file(
        ["ab"], [("a", "b")], [added("<s>", 257, special=True), added("<think>", 300)], by_regex(*DEEPSEEK3), NFC,
        {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 257]}, top={"decoder": None},
    )  # fmt: skip
    path = tmp_path / "tokenizer.json"
    path.write_bytes(as_bytes(file))
    status, output, errors = run("info", path)
    rows = rows_of(output)
    assert (status, errors) == (0, "")
    assert rows["name"] == ["tokenizer.json"] and rows["source"] == ["tokenizer.json"] and rows["same tokens as"] == ["tokenizers 0.23.3"]
    assert rows["family"] == ["deepseek3"] and rows["normalizer"] == ["NFC, Unicode 9.0.0"]
    assert rows["pattern"] == [repr("\n".join(DEEPSEEK3))]
    assert rows["vocabulary"] == ["257 tokens, the largest 258"]
    assert rows["special tokens"] == ["1, <s> 257"] and rows["always found"] == ["1, <think> 258"] and rows["template"] == ["257 ... 2"]
    assert rows["differs"] == [
        'added_tokens[1] "<think>" has the number 258, as in tokenizers; the file says 300',
        "decoder is null; decoding joins the bytes of the tokens, as ByteLevel does",
    ]


def test_info_of_other_patterns(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_bytes(as_bytes(make_file(pre_tokenizer=sequence(split("a+"), split("b\nc"), NO_SPLIT))))
    rows = rows_of(run("info", path)[1])
    assert rows["family"] == ["none that is known"] and rows["split by"] == ["pcre2"]
    path.write_bytes(b"{}")
    status, output, errors = run("info", path)
    assert status == 1 and output == b"" and "neither a tokenizer.json" in errors


def test_files_in_place_of_encodings(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_bytes(as_bytes(make_file(["ab"], [("a", "b")], [added("<s>", special=True)])))
    assert run("encode", "-e", path, "--special", input=b"ab<s>") == (0, b"256 257\n", "")
    assert run("count", "-e", path, input=b"ab<s>") == (0, b"4\n", "")
    assert run("decode", "-e", path, input=b"256 257") == (0, b"ab<s>", "")


def test_help_and_version():
    for arguments in (["--help"], ["count", "--help"], ["encode", "-h"], ["decode", "--help"]):
        status, output, errors = run(*arguments)
        assert status == 0 and output.startswith(b"usage: token_ranker") and errors == ""
    assert run("--version") == (0, oracle.token_ranker.__version__.encode() + b"\n", "")


@pytest.mark.parametrize("arguments", [[], ["nope"], ["count", "--nope"], ["encodings", "x"], ["decode", "-s"]])
def test_wrong_usage(arguments):
    status, output, errors = run(*arguments)
    assert status == 2 and output == b"" and errors.startswith("usage: token_ranker")


@pytest.mark.parametrize(
    "arguments, input, message",
    [
        (["count", "/nowhere/file"], b"", "token_ranker: [Errno 2] No such file or directory: '/nowhere/file'\n"),
        (["count", "-e", "nope"], b"", "token_ranker: Could not automatically map nope to a tokeniser."),
        (["decode", "-e", "gpt2"], b"5 999999", "token_ranker: Invalid token for decoding: 999999\n"),
        (["decode"], b"5 x", "token_ranker: invalid literal for int() with base 10: b'x'\n"),
    ],
)
def test_bad_input(arguments, input, message):
    status, output, errors = run(*arguments, input=input)
    assert status == 1 and output == b"" and errors.startswith(message) and "Traceback" not in errors


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="needs SIGPIPE")
def test_reader_that_stops_early(tmp_path):
    (tmp_path / "large").write_bytes(b"hello world " * 200_000)
    process = subprocess.Popen([sys.executable, FILE, "encode", str(tmp_path / "large")], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == -signal.SIGPIPE


def test_main_returns_the_status(ranker, capsys):
    assert ranker.main(["encodings"]) == 0
    assert capsys.readouterr().out.splitlines() == ranker.list_encoding_names()
    assert ranker.main(["count", "/nowhere/file"]) == 1
    with pytest.raises(SystemExit) as caught:
        ranker.main([])
    assert caught.value.code == 2
