"""Doxygen makes the API reference of the headers without a warning, with an entry for everything public, and refuses what is undocumented."""

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


@pytest.fixture(scope="module")
def doxygen():
    """Runs it with other settings than docs/Doxyfile has, in the root of the project."""
    if shutil.which("doxygen") is None:
        pytest.skip("no doxygen here")

    def run(**settings):
        text = read("docs", "Doxyfile") + "".join(f"{name} = {value}\n" for name, value in settings.items())
        return subprocess.run(["doxygen", "-"], cwd=ROOT, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")

    return run


def entries(folder):
    """Names of what has an entry with a description, in all files."""
    for file in os.listdir(folder):
        for entry in ElementTree.parse(os.path.join(folder, file)).iter("memberdef"):
            if any("".join(entry.find(part).itertext()).strip() for part in ("briefdescription", "detaileddescription")):
                yield entry.findtext("name")


def test_everything_public_has_an_entry(doxygen, tmp_path):
    result = doxygen(OUTPUT_DIRECTORY=tmp_path, GENERATE_HTML="NO")
    assert (result.returncode, result.stdout) == (0, "")
    found = set(entries(tmp_path / "xml"))
    functions = set(read("capi", "exports.txt").split())
    macros = set(re.findall(r"^#define (TOKEN_RANKER_\w+) ", read("include", "token_ranker.h"), re.M)) - {"TOKEN_RANKER_API"}
    assert len(functions) > 30 and len(macros) > 30
    assert (functions | macros) - found == set()
    assert {"encode", "count", "decode", "status", "offset"} <= found  # of token_ranker.hpp


@pytest.mark.parametrize(
    "documented, undocumented",
    [
        ("/** Releases a result. NULL is fine. The ranker need not exist any more. */\n", ""),
        ("  uint64_t begin; /* the first byte */\n", "  uint64_t begin;\n"),
        (" * @param limit  tokens.\n", " * @param limits  tokens.\n"),
    ],
)
def test_what_is_undocumented_is_refused(doxygen, tmp_path, documented, undocumented):
    text = read("include", "token_ranker.h")
    assert documented in text
    (tmp_path / "token_ranker.h").write_text(text.replace(documented, undocumented, 1), encoding="utf-8")
    result = doxygen(OUTPUT_DIRECTORY=tmp_path, GENERATE_HTML="NO", INPUT=tmp_path / "token_ranker.h", STRIP_FROM_PATH=tmp_path)
    assert result.returncode != 0 and "error: " in result.stdout
