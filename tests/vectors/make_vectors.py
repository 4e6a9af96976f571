#!/usr/bin/env python3
"""Makes tests/vectors/*.txt: text -> tokens, from tiktoken.

usage: TIKTOKEN_CACHE_DIR=FOLDER make_vectors.py

Needs tiktoken 0.14.0 and, in FOLDER or from the network, its official files. A line is

    encoding TAB hexadecimal UTF-8 of the text TAB tokens, separated by blanks

and encodes with every special token allowed if the encoding's name is followed by `+`, else as ordinary text. Lines that begin with #
are comments. The texts do not change from run to run.
"""
import os
import random
import sys

import tiktoken

FOLDER = os.path.dirname(os.path.abspath(__file__))
VERSION = "0.14.0"

# The edges of every class that a pattern names.
ALPHABET = [
    "a", "s", "S", "t", "T", "d", "m", "M", "l", "L", "v", "e", "E", "r", "k", "'", "'", "\u2019", "\u017f", "\u212a", " ", " ", " ",
    "\t", "\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\xa0", "\u3000", "\u180e", "\u200b", "\u01c5", "\u02b0", "\u6f22",
    "\u5b57", "\u0301", "\u0345", "\u0903", "\u2167", "\xbd", "\xb2", "\u0663", "7", "0", "\u200d", "\u0149", "\u0378", "\U00010940",
    "\U0001e4d0", "/", "!", "-", "_", "$", "\U0001f600", "\xc9", "\xdf", "\u042f", "\u044f", "\x00", "\x01", "\x7f",
]

TEXTS = [
    "", " ", "a", "hello world", "it's we'LL x'\u017f y'\u212a 'S 's", "a  \n b", "a  \n ", "  \n\n\t x \r\n\r\n", " \xa0\u3000x",
    "12345678901 1 22 333", "HELLOworld helloWorld \u01c4\u01c6\u01c5 DzDZ", "it\U00010940\U00010940's x",
    "e\u0301 \u0301\u0301a a\u0301b", "\u2028y\x85z", "\u200b!\u200d\ufeff", "if (x == 0) {\n\treturn a/b; // c\n}\n\n\n",
    "https://example.com/?q=1&r=%20#top", "\u3053\u3093\u306b\u3061\u306f\u4e16\u754c\u3002\u6f22\u5b57",
    "\uc548\ub155\ud558\uc138\uc694 \uc138\uacc4", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!",
    "\u0645\u0631\u062d\u0628\u0627", "\u0928\u092e\u0938\u094d\u0924\u0947",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1e9\U0001f1ea", "\x00\x01\x02 \x7f", "supercalifragilisticexpialidocious",
    "=" * 100, "-" * 33, " " * 200, "\n" * 50, "a" * 300, "ab" * 150, "aA" * 70, "0" * 64, "^" * 97, "\u6f22" * 60, "\t" * 90, "'" * 40,
    " '" * 30, "/\n" * 20, "(((((((((()))))))))))", "<|endoftext|>", "a <|endoftext|> b<|endoftext|>",
    "<|endofprompt|><|fim_prefix|>x<|fim_suffix|>y<|fim_middle|>", "<|start|>user<|message|>hi<|end|>",
    "<|reserved_200018|><|reserved_200013|><|reserved_201087|>", "<|endoftext|<|endoftext|>", "  <|endoftext|>  \n", "<|im_start|>",
]


def random_texts():
    generator = random.Random(2026)
    for size in list(range(1, 30)) + [60, 100, 200]:
        yield "".join(generator.choice(ALPHABET) for _ in range(size))
    for size in (1, 2, 5, 16, 17, 63, 64, 65, 95, 96, 97, 128, 129, 200, 1025):
        yield "".join(generator.choice("etaoinshrdlu") for _ in range(size))
    for size in (3, 10, 40):
        planes = [(0x20, 0xD800), (0xE000, 0x110000)]
        yield "".join(chr(generator.randrange(*generator.choice(planes))) for _ in range(size))


def main():
    if tiktoken.__version__ != VERSION:
        sys.exit("tiktoken %s is needed, not %s" % (VERSION, tiktoken.__version__))
    texts = TEXTS + list(random_texts())
    for name in tiktoken.list_encoding_names():
        encoding = tiktoken.get_encoding(name)
        lines = ["# tiktoken %s, %s; made by make_vectors.py, which says how to read it." % (VERSION, name)]
        for text in texts:
            for kind, tokens in (("", encoding.encode_ordinary(text)), ("+", encoding.encode(text, allowed_special="all"))):
                if kind == "" or "<|" in text:
                    lines.append("%s%s\t%s\t%s" % (name, kind, text.encode().hex(), " ".join(map(str, tokens))))
        # Whole words of the vocabulary, side by side.
        generator = random.Random(name)
        for _ in range(30):
            words = [encoding.decode_single_token_bytes(generator.choice(range(50000))) for _ in range(generator.randrange(1, 12))]
            text = b"".join(words).decode("utf-8", "ignore")
            lines.append("%s\t%s\t%s" % (name, text.encode().hex(), " ".join(map(str, encoding.encode_ordinary(text)))))
        with open(os.path.join(FOLDER, name + ".txt"), "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
