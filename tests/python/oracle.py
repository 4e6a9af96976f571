"""The reference, tiktoken, without a network: its vocabulary files are rebuilt from the data inside the library.

The files go to a temporary directory under the names that tiktoken's cache gives to their URLs. Their SHA-256 must be the published
ones, which proves the data of the library by the way. `tiktoken` and `get_encoding` below are then ready to use.
"""

import atexit
import base64
import functools
import hashlib
import json
import os
import shutil
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "py"))
os.environ.setdefault("TOKEN_RANKER_LIBRARY", os.path.join(ROOT, "build", "libtoken_ranker.so"))

import token_ranker  # noqa: E402

URL = "https://openaipublic.blob.core.windows.net/"
SHA256 = {
    "encodings/r50k_base.tiktoken": "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
    "encodings/p50k_base.tiktoken": "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
    "encodings/cl100k_base.tiktoken": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "encodings/o200k_base.tiktoken": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "gpt-2/encodings/main/vocab.bpe": "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
    "gpt-2/encodings/main/encoder.json": "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
}


def rank_file(ranks):
    return b"".join(b"%b %d\n" % (base64.b64encode(token), rank) for token, rank in ranks.items())


def data_gym_alphabet():
    """GPT-2's printable character for each byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{byte: chr(byte) for byte in printable}, **{byte: chr(256 + i) for i, byte in enumerate(others)}}


def last_merge(token, ranks):
    """The two parts of which the merges make a token."""
    parts = [token[i : i + 1] for i in range(len(token))]
    while len(parts) > 2:
        i = min(range(len(parts) - 1), key=lambda i: ranks.get(parts[i] + parts[i + 1], 2**32))
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    return parts


def vocab_bpe(ranks):
    alphabet = data_gym_alphabet()
    lines = ["#version: 0.2"]
    for token in ranks:
        if len(token) > 1:
            lines.append(" ".join("".join(alphabet[byte] for byte in part) for part in last_merge(token, ranks)))
    return ("\n".join(lines) + "\n").encode()


def encoder_json(ranks):
    alphabet = data_gym_alphabet()
    tokens = {"".join(alphabet[byte] for byte in token): rank for token, rank in ranks.items()}
    return json.dumps({**tokens, "<|endoftext|>": 50256}).encode()


def official_file(name):
    encoding = os.path.basename(name).split(".")[0]
    if name.endswith(".tiktoken"):
        return rank_file(token_ranker.get_encoding(encoding)._mergeable_ranks)
    ranks = token_ranker.get_encoding("gpt2")._mergeable_ranks
    return vocab_bpe(ranks) if name.endswith("vocab.bpe") else encoder_json(ranks)


def write_official_files(folder):
    for name, expected in SHA256.items():
        contents = official_file(name)
        actual = hashlib.sha256(contents).hexdigest()
        if actual != expected:
            raise AssertionError(f"{name} rebuilt from the library has SHA-256 {actual}, published is {expected}")
        with open(os.path.join(folder, hashlib.sha1((URL + name).encode()).hexdigest()), "wb") as file:
            file.write(contents)


folder = tempfile.mkdtemp(prefix="token_ranker_oracle_")
atexit.register(shutil.rmtree, folder, ignore_errors=True)
write_official_files(folder)
os.environ["TIKTOKEN_CACHE_DIR"] = folder

import tiktoken  # noqa: E402
import tiktoken.load  # noqa: E402

assert tiktoken.__version__ == "0.14.0" and hasattr(tiktoken.core, "_tiktoken"), "the oracle must be tiktoken 0.14.0"


@functools.lru_cache(maxsize=None)
def get_encoding(name):
    return tiktoken.get_encoding(name)
