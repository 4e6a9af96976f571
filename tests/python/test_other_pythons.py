"""smoke.py with every Python from 3.8 on that is found."""

import glob
import os
import subprocess
import sys

import pytest

import oracle

CANDIDATES = sorted(
    [
        sys.executable,
        *glob.glob("/usr/bin/python3.[0-9]*"),
        *glob.glob("/usr/bin/pypy3*"),
        *glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python")),
        *glob.glob(os.path.join(oracle.ROOT, ".cache", "python-free-threaded", "bin", "python3")),  # of build_free_threaded.sh
    ]
)


def version(python):
    code = "import sys; print(sys.implementation.name + getattr(sys, 'abiflags', ''), *sys.version_info[:3])"
    result = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True)
    words = result.stdout.split()
    return (words[0], *map(int, words[1:])) if result.returncode == 0 and words else None


PYTHONS = {version(python): python for python in CANDIDATES if not python.endswith("-config")}
PYTHONS = {found: python for found, python in PYTHONS.items() if found and found[1:] >= (3, 8)}


@pytest.mark.parametrize("python", PYTHONS.values(), ids=["-".join(map(str, found)) for found in PYTHONS])
def test_smoke(python):
    script = os.path.join(oracle.ROOT, "tests", "python", "smoke.py")
    result = subprocess.run([python, "-X", "dev", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    assert result.returncode == 0, result.stdout
    print(result.stdout)
