"""No variable of the environment changes a result: TOKEN_RANKER_KERNEL chooses among kernels that agree, TOKEN_RANKER_LIBRARY says where
the library is, and the variables of tiktoken's cache of files belong to load_tiktoken_bpe."""

import glob
import os
import re
import subprocess
import sys

import pytest

import oracle

PROGRAM = """
import hashlib, token_ranker
text = "".join(chr(i) for i in range(1, 0x3000)) + " It's  the \\u0130\\u0131 12345 tokens\\n\\n <|endoftext|> \\U0001f600 end" * 50
digest = hashlib.sha256()
for name in token_ranker.list_encoding_names():
    encoding = token_ranker.get_encoding(name)
    tokens = encoding.encode(text, allowed_special="all")
    digest.update(repr([name, tokens, encoding.decode(tokens) == text, encoding.encode_batch([text, text], disallowed_special=())]).encode())
    digest.update(repr(encoding.truncate(text, 1000)).encode() + repr(list(encoding.chunks(text, 500))).encode())
own = token_ranker.Encoding("own", pat_str=r"(?i)\\w+|\\s+|[^\\s]", mergeable_ranks={bytes([i]): i for i in range(256)}, special_tokens={})
digest.update(repr(own.encode(text, disallowed_special=())).encode())
print(digest.hexdigest())
"""

VARIABLES = [
    {"LC_ALL": "C"}, {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}, {"LC_ALL": "C.UTF-8", "LC_CTYPE": "de_DE.ISO-8859-1"},
    {"PYTHONHASHSEED": "0"}, {"PYTHONHASHSEED": "4242"}, {"PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}, {"PYTHONMALLOC": "malloc"},
    {"TOKEN_RANKER_KERNEL": "portable"}, {"TOKEN_RANKER_KERNEL": "avx2"}, {"TOKEN_RANKER_KERNEL": "no such kernel"},
    {"TOKEN_RANKER_THREADS": "1", "TOKEN_RANKER_CACHE": "0", "TOKEN_RANKER_UNICODE": "14"}, {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"},
    {"TIKTOKEN_CACHE_DIR": "/nonexistent", "DATA_GYM_CACHE_DIR": "/nonexistent"}, {"HOME": "/nonexistent", "TMPDIR": "/nonexistent", "TZ": "UTC-14"},
    {"MALLOC_PERTURB_": "165", "MALLOC_ARENA_MAX": "1"}, {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX512F", "LD_BIND_NOW": "1"},
]  # fmt: skip


def digest(variables):
    paths = {"PYTHONPATH": os.path.dirname(oracle.token_ranker.__file__), "TOKEN_RANKER_LIBRARY": os.environ["TOKEN_RANKER_LIBRARY"]}
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={"PATH": os.environ["PATH"], **paths, **variables}, cwd="/",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def expected():
    return digest({})


@pytest.mark.parametrize("variables", VARIABLES, ids=["-".join(variables) + str(i) for i, variables in enumerate(VARIABLES)])
def test_variables_change_nothing(variables, expected):
    assert digest(variables) == expected


def test_variables_that_are_read():
    read = set()
    for path in sum((glob.glob(os.path.join(oracle.ROOT, folder, "**", "*.[chS]*"), recursive=True) for folder in ("src", "capi")), []):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        found = re.findall(r'\bgetenv\w*\("(\w+)"\)', text)
        assert len(found) == len(re.findall(r"getenv|\benviron\b", text)), path
        read.update(found)
    assert read == {"TOKEN_RANKER_KERNEL"}
    with open(oracle.token_ranker.__file__, encoding="utf-8") as file:
        text = file.read()
    python = re.findall(r'os\.environ(?:\.get\(|\[)"(\w+)"', text)
    colours = {"NO_COLOR", "TERM"}
    assert set(python) == {"TOKEN_RANKER_LIBRARY", "TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR", *colours}
    assert len(re.findall("environ|getenv", text)) == len(python)
