"""Everything in docs/*.md runs: Python, C and the command line.

A comment behind a print or printf is what it prints; where that is several lines they are in brackets, or in a block `text` that follows.
Python blocks of a page are one program, C blocks without main are one function. Blocks `console` and `cmake` are not run: tests/packages
does that.
"""

import contextlib
import glob
import io
import os
import re
import shutil
import subprocess
import sys

import pytest
from test_readme import LIBRARY, ROOT, run_script, write_tokenizer_json

PAGES = sorted(glob.glob(os.path.join(ROOT, "docs", "*.md")))
NAMES = [os.path.basename(page) for page in PAGES]


def blocks(page, *languages):
    """(language, text) in their order."""
    with open(page, encoding="utf-8") as file:
        found = re.findall(r"^```(\w+)\n(.*?)^```$", file.read(), re.S | re.M)
    return [(language, text) for language, text in found if language in languages]


def expected_lines(page, language, pattern):
    """What the blocks of a language say that they print. A block `text` belongs to the block before it."""
    expected = []
    for kind, text in blocks(page, language, "text"):
        expected += text.splitlines() if kind == "text" else re.findall(pattern, text, re.M)
    return expected


def test_pages_are_found():
    assert {"c.md", "cluster.md", "languages.md", "pipelines.md", "python.md", "vocabularies.md"} <= set(NAMES)
    known = "bash c cmake console cpp markdown python sh text".split()
    for page in PAGES:
        with open(page, encoding="utf-8") as file:
            fences = re.findall(r"^```(\w*)$", file.read(), re.M)
        assert len(fences) % 2 == 0 and set(fences[::2]) <= set(known) and set(fences[1::2]) <= {""}, page


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python", "sh")], ids=os.path.basename)
def test_python_and_shell(page, tmp_path, monkeypatch):
    write_tokenizer_json(tmp_path / "tokenizer.json")
    for _, script in blocks(page, "sh"):
        run_script(script, tmp_path)
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile("\n".join(text for _, text in blocks(page, "python")), page, "exec"), {"__name__": "page"})
    assert printed.getvalue().splitlines() == expected_lines(page, "python", r"^.*print\(.*\) +# (.*)$")


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "c")], ids=os.path.basename)
def test_c(page, tmp_path):
    if shutil.which("cc") is None:
        pytest.skip("no C compiler here")
    texts = [text for _, text in blocks(page, "c")]
    includes = "".join(text for text in texts if text.startswith("#include"))
    body = "".join(text for text in texts if not text.startswith("#include"))
    source, program = tmp_path / "page.c", tmp_path / "page"
    source.write_text(includes + "int main(void) {\n" + body + "return 0;\n}\n", encoding="utf-8")
    options = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-I", os.path.join(ROOT, "include")]
    linked = [LIBRARY, "-Wl,-rpath," + os.path.dirname(os.path.abspath(LIBRARY))]
    subprocess.run(["cc", *options, str(source), *linked, "-o", str(program)], check=True)
    printed = subprocess.run([str(program)], check=True, stdout=subprocess.PIPE).stdout.decode("utf-8")
    comments = expected_lines(page, "c", r"^.*printf\(.*; +/\* (.*) \*/$")
    assert len(comments) >= 10
    expected = [line for comment in comments for line in (re.findall(r"\[.*?\]", comment) or [comment])]
    assert printed.splitlines() == expected


def test_console_examples_of_pipelines(tmp_path):
    """What the page on pipelines says of its run: a broken record is told, the count table is there."""
    ((_, script),) = blocks(os.path.join(ROOT, "docs", "pipelines.md"), "sh")
    lines = run_script(script, tmp_path)
    assert "2 files encoded: 3 documents, 23 bytes, " in lines[2] and lines[-1].split()[-1] == "total"
    assert "part-1.jsonl:2: not JSON" in (tmp_path / "problems").read_text()


@pytest.mark.parametrize("page", PAGES, ids=os.path.basename)
def test_links_lead_somewhere(page):
    with open(page, encoding="utf-8") as file:
        text = file.read()
    targets = [os.path.join("docs", target) for target in re.findall(r"\]\(([^)#:]+)\)", text)]
    targets += re.findall(r"`((?:include|src|py|bench|corpora|examples|docs|tests)/[\w./]*)`", text)
    for target in targets:
        assert os.path.exists(os.path.join(ROOT, target)), target
