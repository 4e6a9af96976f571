"""python token_ranker.py …"""

import signal
import subprocess
import sys

import pytest

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
