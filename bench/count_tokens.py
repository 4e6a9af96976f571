#!/usr/bin/env python3
"""Reads a text and prints its number of tokens, by one tokenizer: the program that hyperfine.sh times.

    python3 bench/count_tokens.py TOKENIZER ENCODING FILE

TOKENIZER is one of peers.py, or "python" for tests/reference/educational_bpe.py, plain Python.
"""

import os
import sys

import peers

FILES = os.path.join(peers.ROOT, ".cache", "bench", "vocabularies")


def plain_python(encoding):
    sys.path.insert(0, os.path.join(peers.ROOT, "tests", "reference"))
    import educational_bpe
    import educational_split

    ranks = educational_bpe.read_rank_file(os.path.join(FILES, encoding + ".tiktoken"))
    split = educational_split.splitter(encoding)
    return lambda text: len(educational_bpe.encode(text, ranks, split))


def counter(name, encoding):
    if name == "python":
        return plain_python(encoding)
    functions = peers.open_peer(name, encoding, FILES)
    if "count" in functions:
        return functions["count"][0]
    encode = functions["list" if "list" in functions else "array"][0]
    return lambda text: len(encode(text))


def main():
    name, encoding, path = sys.argv[1:]
    count = counter(name, encoding)
    with open(path, encoding="utf-8", newline="") as file:
        print(count(file.read()))


if __name__ == "__main__":
    main()
