"""Everything in the README runs: Python, C and C++ examples, and the command line. A comment behind a print is what it prints."""
import contextlib
import io
import os
import re
import shutil
import subprocess
import sys

import pytest
from vocabulary_files import added, as_bytes, make_file

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBRARY = os.environ.get("TOKEN_RANKER_LIBRARY", os.path.join(ROOT, "build", "libtoken_ranker.so"))


def blocks(language):
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        return re.findall(r"^```%s\n(.*?)^```$" % re.escape(language), file.read(), re.S | re.M)


def write_tokenizer_json(path):
    """The file that an example opens: a few words, a special token, an added one that is not special, and a template."""
    template = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [258], "tokens": ["<s>"]}},
    }
    tokens = [added("<s>", 258, special=True), added("<|user|>", 259, special=True), added("<think>", 260)]
    file = make_file(["he", "lo"], [("h", "e"), ("l", "o")], tokens, post_processor=template)
    path.write_bytes(as_bytes(file))


def test_python_examples(tmp_path, monkeypatch):
    write_tokenizer_json(tmp_path / "tokenizer.json")
    monkeypatch.chdir(tmp_path)
    examples = blocks("python")
    assert len(examples) == 7
    expected = [comment for example in examples for comment in re.findall(r"^.*print\(.*#\s+(.*)$", example, re.M)]
    assert len(expected) == 19
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec("\n".join(examples), {})
    assert printed.getvalue().splitlines() == expected


EXAMPLES = [("c", "cc", ".c", "24912\n2375\n"), ("cpp", "c++", ".cpp", "9 Größe, 大きさ, size\n")]


@pytest.mark.parametrize("language, compiler, suffix, output", EXAMPLES)
def test_compiled_example(language, compiler, suffix, output, tmp_path):
    (example,) = blocks(language)
    if shutil.which(compiler) is None:
        pytest.skip("no %s here" % compiler)
    source, program = tmp_path / ("example" + suffix), tmp_path / "example"
    source.write_text(example, encoding="utf-8")
    standard = {"c": "-std=c99", "cpp": "-std=c++17"}[language]
    subprocess.run([compiler, standard, "-Wall", "-Wextra", "-Werror", "-I", os.path.join(ROOT, "include"), str(source), LIBRARY,
                    "-Wl,-rpath," + os.path.dirname(os.path.abspath(LIBRARY)), "-o", str(program)], check=True)
    assert subprocess.run([str(program)], check=True, stdout=subprocess.PIPE).stdout.decode("utf-8") == output


def run_script(script, folder):
    commands = script.replace("python token_ranker.py", '"%s" "%s"' % (sys.executable, os.path.join(ROOT, "py", "token_ranker.py")))
    result = subprocess.run(["sh", "-e", "-c", commands], cwd=str(folder), stdout=subprocess.PIPE, check=True,
                            env=dict(os.environ, TOKEN_RANKER_LIBRARY=os.path.abspath(LIBRARY)))
    return result.stdout.decode().splitlines()


def test_command_line():
    lines = run_script(blocks("sh")[0], ROOT)
    assert lines[0].split() == ["15339", "1917", "198"]
    assert lines[1].split()[0].isdigit()
    assert lines[2:] == ["gpt2", "r50k_base", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "o200k_harmony"]


def test_files_on_the_command_line(tmp_path):
    (tmp_path / "corpora").mkdir()
    for name in ("README.md", "corpora/lyrics.txt", "corpora/code_of_conduct.txt"):
        shutil.copy(os.path.join(ROOT, name), str(tmp_path / name))
    lines = run_script(blocks("sh")[1], tmp_path)
    assert len(blocks("sh")) == 2 and lines[3].startswith("3 files encoded: 3 documents, ")
    assert len(os.listdir(str(tmp_path / "tokens"))) == 6
    assert lines[4].split() == ["documents", "bytes", "tokens", "file"] and lines[8].split()[-1] == "total"
    assert lines[9].startswith("hello| world")


def test_links_lead_somewhere():
    targets = []
    for page in ("README.md", "docs/languages.md"):
        with open(os.path.join(ROOT, page), encoding="utf-8") as file:
            text = file.read()
        targets += [os.path.join(os.path.dirname(page), target) for target in re.findall(r"\]\(([^)#:]+)\)", text)]
        targets += re.findall(r"`((?:include|src|py|bench|corpora|examples|docs|tests)/[\w./]*)`", text)
    assert len(targets) >= 25
    for target in targets:
        assert os.path.exists(os.path.join(ROOT, target)), target
