"""The wheel: one for every Python, with the library, and with types."""

import glob
import os
import re
import subprocess
import sys
import zipfile

import pytest
from conftest import ROOT, run

FILE = os.path.join(ROOT, "py", "token_ranker.py")


def version(python):
    code = "import sys; print(sys.implementation.name, *sys.version_info[:3])"
    result = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True)
    words = result.stdout.split()
    return (words[0], *map(int, words[1:])) if result.returncode == 0 and words else None


PATTERNS = ("/usr/bin/python3.[0-9]*", "/usr/bin/pypy3", os.path.expanduser("~/.pyenv/versions/*/bin/python"))
CANDIDATES = sorted(path for pattern in PATTERNS for path in glob.glob(pattern))
PYTHONS = {version(python): python for python in CANDIDATES if not python.endswith("-config")}
PYTHONS = {found: python for found, python in PYTHONS.items() if found and found[1:] >= (3, 8)}


@pytest.fixture(scope="session")
def venv(wheel, tmp_path_factory):
    """The Python of a virtual environment that has the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("venv")
    run(sys.executable, "-m", "venv", folder)
    run(folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-index", wheel)
    return folder / "bin" / "python"


def test_what_is_there(wheel):
    assert re.fullmatch(r"token_ranker-[0-9.]+-py3-none-linux_\w+\.whl", wheel.name)
    with zipfile.ZipFile(str(wheel)) as archive:
        names = [re.sub(r"-[0-9.]+\.dist-info", ".dist-info", name) for name in archive.namelist() if not name.endswith("/")]
        assert archive.read("token_ranker.py") == archive.read("token_ranker-stubs/__init__.pyi") == open(FILE, "rb").read()
    info = ["METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "licenses/NOTICE"]
    files = ["libtoken_ranker.so", "token_ranker-stubs/__init__.pyi", "token_ranker.py"]
    assert sorted(names) == sorted(["token_ranker.dist-info/" + name for name in info] + files)


@pytest.mark.parametrize("python", PYTHONS.values(), ids=["-".join(map(str, found)) for found in PYTHONS])
def test_every_python(wheel, python, tmp_path):
    """Installed as pip would, without pip, which not every Python here has; then every call once."""
    with zipfile.ZipFile(str(wheel)) as archive:
        archive.extractall(str(tmp_path / "site"))
    smoke = tmp_path / "smoke.py"
    with open(os.path.join(ROOT, "tests", "python", "smoke.py"), encoding="utf-8") as file:
        smoke.write_text(file.read(), encoding="utf-8")
    output = run(python, "-X", "dev", smoke, variables={"PYTHONPATH": str(tmp_path / "site")})
    assert output.count(": ok with ") == 2


def test_installed_by_pip(venv, tmp_path):
    assert run(venv, "-I", "-c", "import token_ranker; print(token_ranker.get_encoding('gpt2').encode('hello world'))") == "[31373, 995]\n"
    text = tmp_path / "text"
    text.write_text("hello world")
    assert run(venv.parent / "token_ranker", "count", "-e", "gpt2", text).split()[0] == "2"
    run(venv, "-m", "pip", "check", "--disable-pip-version-check")


def test_no_newer_python_is_needed():
    # compression.zstd is imported where it exists.
    options = ["-t=3.8-", "--no-tips", "--no-parse-comments", "--exclude", "compression", "--exclude", "compression.zstd"]
    assert "Minimum required versions: 3." in run(os.path.join(os.path.dirname(sys.executable), "vermin"), *options, FILE)


def test_auditwheel(wheel, tmp_path):
    """Only the system's own libraries are needed: repairing gives it a tag and changes nothing else."""
    scripts = os.path.dirname(sys.executable)
    variables = {"PATH": scripts + os.pathsep + os.environ["PATH"]}
    shown = " ".join(run(sys.executable, "-m", "auditwheel", "show", wheel, variables=variables).split())
    assert "is consistent with the following platform tag: \"manylinux_2_" in shown
    run(sys.executable, "-m", "auditwheel", "repair", "--wheel-dir", tmp_path, wheel, variables=variables)
    (repaired,) = tmp_path.glob("*.whl")
    assert re.fullmatch(r"token_ranker-[0-9.]+-py3-none-manylinux_2_\d+_\w+\.whl", repaired.name)
    with zipfile.ZipFile(str(repaired)) as archive:
        assert not [name for name in archive.namelist() if ".libs/" in name]


TYPED = """
import token_ranker
enc = token_ranker.get_encoding("gpt2")
tokens: list[int] = enc.encode("hello", allowed_special="all")
text: str = enc.decode(tokens)
count: int = enc.count(b"hello", limit=3)
error: type[ValueError] = token_ranker.TokenRankerError
"""
WRONG = {
    "enc.encode(5)": "arg-type",
    "enc.decode('hello')": "arg-type",
    "number: int = enc.decode([1])": "assignment",
    "enc.encod('hello')": "attr-defined",
    "enc.encode('hello', allowed='all')": "call-arg",
}


def mypy(venv, path):
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(venv), "--cache-dir", str(path.parent), str(path)]
    return subprocess.run(command, stdout=subprocess.PIPE, universal_newlines=True).stdout


def test_mypy_sees_the_types(venv, tmp_path):
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(TYPED)
    assert "Success: no issues found" in mypy(venv, right)
    wrong.write_text(TYPED + "".join(line + "\n" for line in WRONG))
    found = re.findall(r"^\S*wrong\.py:(\d+): error: .*\[([\w-]+)\]$", mypy(venv, wrong), re.M)
    first = TYPED.count("\n") + 1
    assert found == [(str(first + i), code) for i, code in enumerate(WRONG.values())]
