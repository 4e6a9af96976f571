"""Where the library is looked for, and what is said when it is not there or not ours."""

import os
import shutil
import subprocess
import sys
import sysconfig

import pytest

import oracle

FILE = oracle.token_ranker.__file__
LIBRARY = os.environ["TOKEN_RANKER_LIBRARY"]
NAME = os.path.basename(LIBRARY)


def import_it(folder, library=None, code="import token_ranker; print(token_ranker.get_encoding('gpt2').encode('hello world'))"):
    environment = {name: value for name, value in os.environ.items() if name not in ("TOKEN_RANKER_LIBRARY", "PYTHONPATH")}
    if library is not None:
        environment["TOKEN_RANKER_LIBRARY"] = str(library)
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=str(folder), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)


def build(folder, source):
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("needs a C compiler")
    (folder / "other.c").write_text(source)
    path = folder / "other.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(path), str(folder / "other.c")], check=True)
    return path


@pytest.fixture
def copy_of_file(tmp_path):
    shutil.copy(FILE, str(tmp_path / "token_ranker.py"))
    return tmp_path


def test_beside_the_file(copy_of_file):
    shutil.copy(LIBRARY, str(copy_of_file / NAME))
    result = import_it(copy_of_file)
    assert (result.stdout, result.stderr) == ("[31373, 995]\n", "")


def test_named_by_the_environment(copy_of_file):
    shutil.copy(LIBRARY, str(copy_of_file / "elsewhere.so"))
    assert import_it(copy_of_file, copy_of_file / "elsewhere.so").stdout == "[31373, 995]\n"
    assert import_it(copy_of_file, "elsewhere.so").stdout == "[31373, 995]\n"


def test_missing(copy_of_file):
    result = import_it(copy_of_file)
    assert result.returncode == 1
    assert "ImportError: the library of token_ranker was not found; tried:" in result.stderr
    assert f"{copy_of_file / NAME} does not exist" in result.stderr
    assert sysconfig.get_path("platlib") in result.stderr
    assert "TOKEN_RANKER_LIBRARY" in result.stderr


def test_the_environment_names_the_only_place(copy_of_file):
    shutil.copy(LIBRARY, str(copy_of_file / NAME))
    result = import_it(copy_of_file, copy_of_file / "nowhere.so")
    assert f"{copy_of_file / 'nowhere.so'} does not exist" in result.stderr
    assert str(copy_of_file / NAME) not in result.stderr


def test_no_library_at_all(copy_of_file):
    (copy_of_file / NAME).write_bytes(b"no library")
    assert f"{copy_of_file / NAME} cannot be loaded: " in import_it(copy_of_file).stderr


def test_foreign_library(copy_of_file):
    path = build(copy_of_file, "int other(void) { return 0; }")
    assert f"{path} is not the library of token_ranker: " in import_it(copy_of_file, path).stderr


def test_library_that_lacks_functions(copy_of_file):
    path = build(copy_of_file, "unsigned token_ranker_abi_version(void) { return 1; }")
    assert f"{path} is not the library of token_ranker: " in import_it(copy_of_file, path).stderr


def test_other_abi_version(copy_of_file):
    path = build(copy_of_file, "unsigned token_ranker_abi_version(void) { return 77; }")
    result = import_it(copy_of_file, path)
    assert f"{path} has ABI version 77, {copy_of_file / 'token_ranker.py'} needs 1: take both from the same release" in result.stderr


def test_without_numpy(copy_of_file):
    shutil.copy(LIBRARY, str(copy_of_file / NAME))
    (copy_of_file / "numpy.py").write_text("raise ImportError('no numpy here')")
    code = """
import token_ranker
enc = token_ranker.get_encoding("gpt2")
assert enc.encode("hello world") == [31373, 995] and enc.decode(range(5)) == enc.decode([0, 1, 2, 3, 4])
try:
    enc.encode_to_numpy("hello")
except ImportError as error:
    print(error)
"""
    assert import_it(copy_of_file, code=code).stdout == "no numpy here\n"


def test_imports_nothing_heavy(copy_of_file):
    shutil.copy(LIBRARY, str(copy_of_file / NAME))
    heavy = "numpy re regex requests blobfile argparse json asyncio pyarrow mmap gzip shutil"
    code = f"import sys, token_ranker; print([name for name in {heavy.split()} if name in sys.modules])"
    result = import_it(copy_of_file, code=code)
    assert set(eval(result.stdout)) <= {"re"}  # which some versions of Python import themselves


def test_two_interpreters_in_one_process(copy_of_file):
    """The int objects of one interpreter never reach another."""
    shutil.copy(LIBRARY, str(copy_of_file / NAME))
    code = """
try:
    import _xxsubinterpreters as interpreters
except ImportError:
    raise SystemExit("none")
import token_ranker
work = '''
import sys
sys.path.insert(0, "")
import token_ranker
enc = token_ranker.get_encoding("gpt2")
assert enc.encode("hello world") == [31373, 995], enc.encode("hello world")
assert enc.decode([31373, 995]) == "hello world"
'''
exec(work)
for _ in range(3):
    interpreter = interpreters.create()
    interpreters.run_string(interpreter, work)
    interpreters.destroy(interpreter)
exec(work)
print("done")
"""
    result = import_it(copy_of_file, code=code)
    if result.stderr.strip() == "none" or "does not support loading in subinterpreters" in result.stderr:
        pytest.skip("this Python does not let ctypes into other interpreters")
    assert (result.stdout, result.stderr) == ("done\n", "")
