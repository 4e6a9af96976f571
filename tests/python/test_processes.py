"""processes.py, each case in a process of its own, which must neither crash nor hang."""

import os
import subprocess
import sys

import pytest

import oracle
import processes
from test_other_pythons import PYTHONS

SCRIPT = os.path.join(oracle.ROOT, "tests", "python", "processes.py")


def run_case(python, case):
    command = [python, "-X", "dev", "-X", "faulthandler", SCRIPT, case]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, timeout=500)
    assert result.returncode == 0 and ": ok" in result.stdout, result.stdout
    print(result.stdout)


@pytest.mark.parametrize("case", processes.CASES)
def test_case(case):
    run_case(sys.executable, case)


@pytest.mark.slow
@pytest.mark.parametrize("case", processes.CASES)
@pytest.mark.parametrize("python", PYTHONS.values(), ids=["-".join(map(str, found)) for found in PYTHONS])
def test_case_with_other_pythons(python, case):
    run_case(python, case)
