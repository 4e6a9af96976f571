"""Fixtures: the Python file with each of its two ways to call the library, and the reference."""

import importlib.util
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import oracle
import token_ranker
from vocabulary_files import NO_FOLDER


def load_without_builtins():
    """A second copy of the module that makes all calls through ctypes."""
    spec = importlib.util.spec_from_file_location("token_ranker_ctypes", token_ranker.__file__)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module._library = module._open_library(os.environ["TOKEN_RANKER_LIBRARY"], use_builtins=False)
    return module


MODULES = {"builtins": token_ranker, "ctypes": load_without_builtins()}


@pytest.fixture(scope="session", params=list(MODULES))
def ranker(request):
    """The module token_ranker, once for each way."""
    return MODULES[request.param]


@pytest.fixture(scope="session")
def ranker_builtins():
    if not token_ranker._library.builtins:
        pytest.skip("this Python has no built-ins of the library")
    return token_ranker


@pytest.fixture(scope="session")
def tiktoken():
    return oracle.tiktoken


def pytest_terminal_summary(terminalreporter):
    """How many tests had no file of a model to open: a skip is to be seen."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "no vocabularies in" in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} tests of the files of models skipped: {NO_FOLDER}")
