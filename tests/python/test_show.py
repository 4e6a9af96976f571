"""python token_ranker.py show: a text with its tokens, plain, in colours, and as a page."""

import html.parser
import os
import re

import pytest
from test_command_line import run
from test_files_command_line import terminal_output

import oracle

ENCODING = oracle.token_ranker.get_encoding("cl100k_base")


def show(*arguments, **keywords):
    status, output, errors = run("show", "-e", "cl100k_base", *arguments, **keywords)
    assert (status, errors) == (0, "")
    return output.decode()


def test_plain():
    assert show("hello world") == "hello| world\n2 tokens, 11 characters, 11 bytes in cl100k_base\n"
    assert show("hello world", "--ids") == "hello(15339)| world(1917)\n2 tokens, 11 characters, 11 bytes in cl100k_base\n"
    assert show(input=b"") == "0 tokens, 0 characters, 0 bytes in cl100k_base\n"
    assert show("-", input=b"one\ntwo\n") == "one|\\n\n|two|\\n\n4 tokens, 8 characters, 8 bytes in cl100k_base\n"


def test_file_or_text(tmp_path):
    path = tmp_path / "words"
    assert show(path).startswith("/")
    path.write_bytes(b"hello world")
    assert show(path).startswith("hello| world\n2 tokens")


def test_tokens_that_cut_characters_show_bytes():
    text = "🙃"
    pieces = ENCODING.decode_tokens_bytes(ENCODING.encode(text))
    assert len(pieces) > 1
    expected = "|".join("".join(f"\\x{byte:02x}" for byte in piece) for piece in pieces)
    assert show(text).splitlines()[0] == expected
    assert show(input=b"a\xffb").splitlines()[0].count("\\xff") == 1


def test_what_does_not_print_is_escaped():
    shown = show(input="a\x1b[31mb\tc\u202ed\u00a0e\u3000f\0".encode())
    assert "\x1b" not in shown and "\\x1b" in shown and "\\t" in shown and "\\x00" in shown and "\u202e" not in shown
    assert "\u00a0" in shown and "\u3000" in shown


def test_special_tokens():
    assert show("<|endoftext|>", "--special", "--ids").startswith("<|endoftext|>(100257)\n1 tokens")
    assert show("<|endoftext|>").startswith("<|")


def test_output_that_cannot_show_all(tmp_path):
    (tmp_path / "a").write_text("漢字", encoding="utf-8")
    command = f"PYTHONIOENCODING=ascii PYTHONUTF8=0 '{os.sys.executable}' '{oracle.token_ranker.__file__}' show '{tmp_path}/a'"
    with os.popen(command) as output:
        assert "\\u6f22" in output.read()


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_colors_on_a_terminal():
    shown = terminal_output("show", "-e", "cl100k_base", "hello world\nnext")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert plain == "hello world\\n\nnext\n4 tokens, 16 characters, 16 bytes in cl100k_base\n"
    tokens = re.findall(r"\x1b\[30;48;5;(\d+)m(.*?)\x1b\[0m", shown)
    assert len(tokens) == 4 and all(one[0] != other[0] for one, other in zip(tokens, tokens[1:]))
    # No line ends in a colour, which would fill it.
    assert all(line.endswith("\x1b[0m") for line in shown.splitlines()[:2])
    assert "15339" in terminal_output("show", "-e", "cl100k_base", "--ids", "hello")


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colors(environment):
    shown = terminal_output("show", "-e", "cl100k_base", "hello world", environment=environment)
    assert shown == "hello| world\n2 tokens, 11 characters, 11 bytes in cl100k_base\n"


class Page(html.parser.HTMLParser):
    """The tokens of a page: (text, number, bytes)."""

    def __init__(self, text):
        super().__init__()
        self.tokens, self.tags, self.links, self.is_inside, self.policy = [], [], [], False, ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href", "srcset", "action")]
        self.policy = self.policy or found.get("content", "") * ("http-equiv" in found)
        if tag == "span":
            self.tokens.append(["", int(found["data-i"]), bytes.fromhex(found["data-b"])])
            self.is_inside = True

    def handle_endtag(self, tag):
        self.is_inside = self.is_inside and tag != "span"

    def handle_data(self, data):
        if self.is_inside:
            self.tokens[-1][0] += data


def test_page(tmp_path):
    text = 'Größe <b>&amp;</b> "漢字" 🙃 {x}\n\nnext <|endoftext|>\x1b'
    (tmp_path / "a<b>.txt").write_text(text, encoding="utf-8")
    status, output, errors = run("show", "-e", "cl100k_base", "--html", tmp_path / "page.html", tmp_path / "a<b>.txt")
    numbers = ENCODING.encode_ordinary(text)
    counts = f"{len(numbers)} tokens, {len(text)} characters, {len(text.encode())} bytes in cl100k_base"
    assert (status, output.decode(), errors) == (0, f"{tmp_path}/page.html: {counts}\n", "")
    source = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(source)
    assert [token for _, token, _ in page.tokens] == numbers
    assert b"".join(data for _, _, data in page.tokens) == text.encode()
    for shown, _, data in page.tokens:
        printable = data.decode("utf-8", "backslashreplace").replace("\n", "\\n").replace("\x1b", "\\x1b")
        assert shown == printable
    assert counts in source and "<h1>a&lt;b&gt;.txt</h1>" in source
    # Nothing is loaded or run, and both light and dark are there.
    assert (
        page.links == []
        and not {"script", "img", "link", "iframe", "b"} & set(page.tags)
        and "url(" not in source
        and "@import" not in source
    )
    assert "default-src 'none'" in page.policy and "prefers-color-scheme: dark" in source and "checked>" not in source
    assert sorted(os.listdir(tmp_path)) == ["a<b>.txt", "page.html"]


def test_page_with_numbers_on_standard_output():
    source = show("--html", "-", "--ids", "hello world")
    assert Page(source).tokens == [["hello", 15339, b"hello"], [" world", 1917, b" world"]] and "checked>" in source
