"""python token_ranker.py encode-files …, count … of documents, and how all commands behave."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from file_cases import END, compressed, expected_tokens, parquet_bytes, read_output
from test_command_line import FILE, run

import oracle

ENCODING = oracle.token_ranker.get_encoding("gpt2")


def encode_files(*arguments, **keywords):
    return run("encode-files", "-e", "gpt2", *arguments, **keywords)


def outputs(folder):
    return sorted(name for name in os.listdir(folder) if ".tokens." in name or ".offsets." in name or name.endswith(".part"))


def start(*arguments, **keywords):
    return subprocess.Popen([sys.executable, FILE, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **keywords)


def wait_for(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within 30 seconds")


# ---- encode-files ------------------------------------------------------------------------------------------------------------------


def test_text_and_its_documents(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello world\n\nhello\xff\n\n")
    tokens = len(ENCODING.encode_ordinary(path.read_bytes()))
    numbers = f"1 documents, 21 bytes, {tokens} tokens\n"
    assert encode_files(path) == (0, f"{path} -> {path}.tokens.npy: {numbers}1 files encoded: {numbers}".encode(), "")
    assert np.load(f"{path}.tokens.npy").tolist() == ENCODING.encode_ordinary(path.read_bytes())
    status, output, errors = encode_files(
        path, "--separator", r"\n\n", "--append-token", END, "--format", "raw", "--dtype", "uint16", "-o", tmp_path / "out"
    )
    assert (status, errors) == (0, "")
    tokens, offsets = expected_tokens(ENCODING, [b"hello world", b"hello\xff"], 50256)
    assert np.fromfile(tmp_path / "out" / "a.txt.tokens.uint16", "<u2").tolist() == tokens
    assert np.fromfile(tmp_path / "out" / "a.txt.offsets.int64", "<i8").tolist() == offsets


@pytest.mark.parametrize(
    "escaped, separator", [(r"\x00", b"\0"), (r"\0", b"\0"), (r"\t\r", b"\t\r"), (r"\\n", rb"\n"), ("é", "é".encode()), (r"\xC3", b"\xc3")]
)
def test_escapes_of_separators(tmp_path, escaped, separator):
    (tmp_path / "a").write_bytes(b"one" + separator + b"two" + separator)
    assert encode_files(tmp_path / "a", "--separator", escaped)[0] == 0
    assert np.load(tmp_path / "a.offsets.npy").tolist() == expected_tokens(ENCODING, [b"one", b"two"])[1]


def test_several_files_and_patterns(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(compressed(b'{"body": "one"}\n{"body": "two"}', "gzip"))
    (tmp_path / "b.jsonl.zst").write_bytes(compressed(b'{"body": "three"}\n', "zstd"))
    (tmp_path / "c.parquet").write_bytes(parquet_bytes(["four", "five"], "body"))
    status, output, errors = encode_files(
        tmp_path / "[ab].*", tmp_path / "c.parquet", "--field", "body", "--format", "parquet", "-o", tmp_path / "out"
    )
    assert (status, errors) == (0, "") and output.splitlines()[-1].startswith(b"3 files encoded: 5 documents, 19 bytes, ")
    assert outputs(tmp_path / "out") == ["a.jsonl.gz.tokens.parquet", "b.jsonl.zst.tokens.parquet", "c.parquet.tokens.parquet"]
    result = oracle.token_ranker.EncodedFile("", str(tmp_path / "out" / "c.parquet.tokens.parquet"))
    assert read_output(result) == expected_tokens(ENCODING, ["four", "five"])


def test_standard_input(tmp_path):
    status, _, errors = encode_files("-", "-o", tmp_path, input=b"hello world")
    assert (status, errors) == (0, "") and np.load(tmp_path / "stdin.tokens.npy").tolist() == [31373, 995]
    for kind in ("gzip", "zstd"):
        packed = compressed(b'{"text": "hello"}', kind)
        status, _, errors = encode_files("-", "-o", tmp_path, "--overwrite", "--input", "jsonl", "--compression", kind, input=packed)
        assert (status, errors) == (0, "") and np.load(tmp_path / "stdin.tokens.npy").tolist() == [31373]


def test_special_tokens(tmp_path):
    (tmp_path / "a").write_bytes(b"hello<|endoftext|>")
    assert encode_files(tmp_path / "a", "--special")[0] == 0
    assert np.load(tmp_path / "a.tokens.npy").tolist() == [31373, 50256]


def test_repeated_run_skips_what_is_there(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.txt").write_bytes(b"hello")
    assert encode_files(tmp_path / "a.txt")[0] == 0
    status, output, _ = encode_files(tmp_path / "*.txt")
    assert status == 0 and output.decode().splitlines()[1:] == [
        "1 files encoded: 1 documents, 5 bytes, 1 tokens",
        "1 files skipped, as their outputs are there (--overwrite makes them again)",
    ]
    assert b"2 files encoded" in encode_files(tmp_path / "*.txt", "--overwrite")[1]


def test_broken_records(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "one"}\n{"text": 1}\n{"text": "t\xffo"}\n')
    status, output, errors = encode_files(path)
    assert (status, output) == (1, b"") and errors.startswith(f"token_ranker: {path}:2: the field 'text' is no string (on-error skip")
    assert errors.count("\n") == 1 and outputs(tmp_path) == []
    status, output, errors = encode_files(path, "--on-error", "skip")
    assert status == 0 and b"1 documents, 3 bytes, 1 tokens, 2 broken records" in output
    assert [line.rpartition(": ")[0] for line in errors.splitlines()] == [
        f"token_ranker: {path}:2: the field 'text' is no string",
        f"token_ranker: {path}:3: byte 12 of the line is not UTF-8",
    ]
    assert encode_files(path, "--on-error", "replace", "--overwrite")[0] == 0
    assert np.load(f"{path}.offsets.npy").tolist() == expected_tokens(ENCODING, ["one", "", "t\ufffdo"])[1]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["/nowhere/file"], "[Errno 2] No such file or directory: '/nowhere/file'"),
        (["/nowhere/*.txt"], "no file matches /nowhere/*.txt"),
        (["/usr"], "/usr is a folder: name its files, as in /usr/*.txt"),
        (["-e", "o200k_base", "--dtype", "uint16", FILE], "o200k_base has tokens up to 200018 and uint16 ends at 65535: choose uint32"),
        (["--append-token", "<|nope|>", FILE], "gpt2 has no special token '<|nope|>'; it has 1, <|endoftext|> 50256"),
        (["--input", "jsonl", "--separator", "x", FILE], "a separator is for text"),
        (["--input", "parquet", "-"], "-: Parquet is read from plain files only"),
        (["-e", "nope", FILE], "Could not automatically map nope"),
    ],
)
def test_errors_of_a_run(tmp_path, arguments, message):
    status, output, errors = encode_files("-o", tmp_path / "out", *arguments)
    assert (status, output) == (1, b"") and message in errors and errors.startswith("token_ranker: ") and errors.count("\n") == 1
    assert not (tmp_path / "out").exists() or outputs(tmp_path / "out") == []


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--format", "csv", "x"],
        ["--dtype", "int8", "x"],
        ["--separator", "", "x"],
        ["--threads", "0", "x"],
        ["--threads", "-1", "x"],
        ["--threads", "x", "x"],
    ],
)
def test_wrong_usage(arguments):
    status, output, errors = encode_files(*arguments)
    assert (status, output) == (2, b"") and errors.startswith("usage: token_ranker")


@pytest.mark.skipif(sys.platform != "linux", reason="needs names of any bytes")
def test_names_that_are_no_text(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.txt"
    with open(path, "wb") as file:
        file.write(b"hello")
    process = subprocess.run([sys.executable, FILE, "encode-files", "-e", "gpt2", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert (process.returncode, process.stderr) == (0, b"") and b"\\udcff.txt.tokens.npy: 1 documents" in process.stdout
    assert os.path.exists(path + b".tokens.npy")


# ---- Interrupted -------------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("output_format", ["npy", "raw", "parquet"])
def test_interrupted_run_is_taken_up(tmp_path, number, status, output_format):
    # The second file is a pipe that never ends: the run is in the middle of it.
    (tmp_path / "a.txt").write_bytes(b"hello world")
    pipe = tmp_path / "b.txt"
    os.mkfifo(pipe)
    arguments = ["encode-files", "-e", "gpt2", "--format", output_format, tmp_path / "a.txt", pipe]
    process = start(*arguments)
    with open(pipe, "wb") as end:
        end.write(b"hello world\n" * 3_000_000)
        end.flush()
        wait_for(lambda: any(name.endswith(".part") for name in outputs(tmp_path)))
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (status, b"")
    assert errors == (b"token_ranker: interrupted\n" if status == 130 else b"")
    finished = {
        "npy": ["a.txt.offsets.npy", "a.txt.tokens.npy"],
        "raw": ["a.txt.offsets.int64", "a.txt.tokens.uint32"],
        "parquet": ["a.txt.tokens.parquet"],
    }
    assert outputs(tmp_path) == finished[output_format]
    os.remove(pipe)
    pipe.write_bytes(b"hello")
    status, output, _ = run(*arguments)
    assert status == 0 and b"1 files encoded: 1 documents, 5 bytes, 1 tokens\n1 files skipped" in output
    assert len(outputs(tmp_path)) == 2 * len(finished[output_format])


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("delay", [0.05, 0.15, 0.25, 0.35, 0.5])
def test_interrupted_at_any_time(tmp_path, delay):
    (tmp_path / "a.txt").write_bytes(b"hello world, how are you?\n" * 1_000_000)
    process = start("encode-files", "-e", "gpt2", "--separator", "\n", "--append-token", END, tmp_path / "a.txt")
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)  # the first signals may come before this file is at work: Python has statuses of its own
    assert outputs(tmp_path) == (["a.txt.offsets.npy", "a.txt.tokens.npy"] if process.returncode == 0 else [])


# ---- count -------------------------------------------------------------------------------------------------------------------------


def test_count_of_documents(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"hello world\nhello\n")
    (tmp_path / "b.jsonl").write_bytes(json.dumps({"text": "hello world"}).encode() + b"\n")
    (tmp_path / "c.parquet").write_bytes(parquet_bytes(["hello", "hello world"]))
    (tmp_path / "d.txt.gz").write_bytes(compressed(b"hello", "gzip"))
    names = [tmp_path / name for name in ("a.txt", "b.jsonl", "c.parquet", "d.txt.gz")]
    assert run("count", "-e", "gpt2", *names) == (
        0,
        "".join(f"{count} {name}\n" for count, name in zip((5, 2, 3, 1), names)).encode() + b"11 total\n",
        "",
    )
    assert run("count", "-e", "gpt2", "--input", "text", names[1])[1] != f"2 {names[1]}\n".encode()
    status, output, errors = run("count", "-e", "gpt2", "--table", *names)
    assert (status, errors) == (0, "") and output.decode().splitlines() == [
        "documents  bytes  tokens  file",
        f"        1     18       5  {names[0]}",
        f"        1     11       2  {names[1]}",
        f"        2     16       3  {names[2]}",
        f"        1      5       1  {names[3]}",
        "        5     50      11  total",
    ]
    status, output, _ = run("count", "-e", "gpt2", "--table", "--separator", r"\n", names[0])
    assert output.decode().splitlines()[1:] == [f"        2     16       3  {names[0]}"]
    assert run("count", "-e", "gpt2", tmp_path / "a*")[1] == f"5 {names[0]}\n".encode()
    assert outputs(tmp_path) == []


def test_count_of_standard_input_as_documents():
    assert run("count", "-e", "gpt2", "--input", "jsonl", input=b'{"text": "hello world"}\n' * 3) == (0, b"6\n", "")


# ---- Manners -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["count", "encode", "decode", "encode-files", "show", "info", "encodings"])
def test_help_has_examples_and_statuses(command):
    status, output, errors = run(command, "--help")
    text = output.decode()
    assert (status, errors) == (0, "") and f"  token_ranker {command}" in text.partition("examples:\n")[2]
    assert text.rstrip().endswith("exit status: 0 done; 1 an input, an output or the run failed; 2 wrong usage; 130 interrupted")


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="needs SIGPIPE")
def test_output_that_nobody_reads(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"hello")
    process = start("encode-files", "-e", "gpt2", tmp_path / "a.txt")
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1 and outputs(tmp_path) == ["a.txt.offsets.npy", "a.txt.tokens.npy"]


def terminal_output(*arguments, environment={}):
    """What a program shows on a terminal of 100 columns."""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        import fcntl
        import struct
        import termios

        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        os.environ.pop("NO_COLOR", None)
        os.environ.update({"TERM": "xterm-256color", **environment})
        os.execv(sys.executable, [sys.executable, FILE, *map(str, arguments)])
    shown = b""
    while True:
        try:
            data = os.read(terminal, 1 << 16)
        except OSError:  # the end, on Linux
            break
        if not data:
            break
        shown += data
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_progress_on_a_terminal(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"hello world, how are you?\n" * 400_000)
    shown = terminal_output("encode-files", "-e", "gpt2", "--separator", r"\n", tmp_path / "a.txt")
    assert "%  " in shown and " of 10 MB  " in shown and " MB/s  0:0" in shown and " left" in shown
    bars, _, rest = shown.rpartition("\x1b[K")
    assert all(len(bar) < 104 for bar in bars.split("\r")) and rest.startswith(f"{tmp_path}/a.txt -> ")
    assert "MB/s" not in encode_files(tmp_path / "a.txt", "--overwrite")[2]
