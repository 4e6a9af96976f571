"""install_as_tiktoken, tiktoken's own tests, and plugins."""

import os
import shutil
import subprocess
import sys
import tarfile

import pytest

import oracle

FOLDER = os.path.dirname(oracle.token_ranker.__file__)


def run(arguments, path=(), **environment):
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([*map(str, path), FOLDER]), **environment}
    return subprocess.run(
        [sys.executable, *map(str, arguments)], env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )


def test_every_import_of_tiktoken():
    result = run(["-c", """
import token_ranker
package = token_ranker.install_as_tiktoken()
import tiktoken
assert tiktoken is package and tiktoken.__version__ == "0.14.0"
import tiktoken.core, tiktoken.load, tiktoken.model, tiktoken.registry
from tiktoken import Encoding, encoding_for_model, encoding_name_for_model, get_encoding, list_encoding_names
from tiktoken.core import Encoding as core_encoding, raise_disallowed_special_token
from tiktoken.load import load_tiktoken_bpe, dump_tiktoken_bpe, data_gym_to_mergeable_bpe_ranks, read_file, read_file_cached, check_hash
from tiktoken.model import MODEL_TO_ENCODING, MODEL_PREFIX_TO_ENCODING, encoding_for_model as model_encoding
from tiktoken.registry import ENCODINGS, get_encoding as registry_get_encoding
assert Encoding is core_encoding is token_ranker.Encoding
assert registry_get_encoding is get_encoding and model_encoding is encoding_for_model
assert get_encoding("gpt2").encode("hello world") == [31373, 995]
assert ENCODINGS["gpt2"] is tiktoken.get_encoding("gpt2")
assert tiktoken.model.MODEL_TO_ENCODING["gpt-4"] == "cl100k_base"
import importlib, importlib.util, pickle
assert importlib.import_module("tiktoken.core") is tiktoken.core
assert importlib.util.find_spec("tiktoken") is not None and importlib.util.find_spec("tiktoken.load") is not None
assert pickle.loads(pickle.dumps(get_encoding("gpt2"))).encode("hello world") == [31373, 995]
try:
    import tiktoken.nothing
except ImportError:
    print("done")
"""])
    assert result.stdout == "done\n"


def test_replaces_what_was_imported():
    result = run(["-c", """
import tiktoken, token_ranker
theirs = tiktoken.Encoding
token_ranker.install_as_tiktoken()
import tiktoken
assert tiktoken.Encoding is token_ranker.Encoding is not theirs
print("done")
"""])
    assert result.stdout == "done\n"


@pytest.fixture(scope="session")
def their_tests(tmp_path_factory):
    """The tests in tiktoken's source distribution."""
    folder = tmp_path_factory.mktemp("tiktoken_source")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "tiktoken==0.14.0", "-d", str(folder)]
    archive = folder / "tiktoken-0.14.0.tar.gz"
    if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode or not archive.exists():
        pytest.skip("tiktoken's source cannot be fetched")
    with tarfile.open(str(archive)) as tar:
        tar.extractall(str(folder))
    shutil.copytree(str(folder / "tiktoken-0.14.0" / "tests"), str(folder / "run" / "tests"))
    return folder / "run"


@pytest.mark.parametrize("way", ["builtins", "ctypes"])
def test_their_own_tests(their_tests, way, tmp_path):
    # Hypothesis takes texts from the source of modules that are not installed, "<|endoftext|>" too, for which these tests are not made.
    installed = tmp_path / "site-packages"
    installed.mkdir()
    shutil.copy(oracle.token_ranker.__file__, str(installed))
    (installed / "tiktoken.py").write_text(f"""
import token_ranker
if {way == "ctypes"}:
    token_ranker._library = token_ranker._open_library(next(token_ranker._library_paths()), use_builtins=False)
token_ranker.install_as_tiktoken()
""")
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", their_tests, their_tests / "tests"]
    result = run(command, [installed], HYPOTHESIS_STORAGE_DIRECTORY=str(tmp_path))
    assert result.returncode == 0, result.stdout
    assert " passed" in result.stdout and "skipped" not in result.stdout


def test_plugins(tmp_path):
    (tmp_path / "tiktoken_ext").mkdir()
    (tmp_path / "tiktoken_ext" / "own_encodings.py").write_text("""
def own():
    ranks = {bytes([byte]): byte for byte in range(256)}
    return {"name": "own", "pat_str": ".", "mergeable_ranks": ranks, "special_tokens": {}}
ENCODING_CONSTRUCTORS = {"own": own}
""")
    result = run(["-c", """
import token_ranker, pickle
assert token_ranker.list_encoding_names()[-1] == "own"
enc = token_ranker.get_encoding("own")
assert enc.encode("ab") == [97, 98] and token_ranker.get_encoding("own") is enc
assert pickle.loads(pickle.dumps(enc)).__dict__ is enc.__dict__
try:
    token_ranker.get_encoding("nope")
except ValueError as error:
    print(str(error).splitlines()[1])
"""], [tmp_path])
    assert result.stdout == "Plugins found: ['tiktoken_ext.openai_public', 'tiktoken_ext.own_encodings']\n"
