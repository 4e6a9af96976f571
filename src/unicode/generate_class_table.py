#!/usr/bin/env python3
"""Generates class_table_data.inc: one byte for each code point, the class that patterns ask about.

usage: generate_class_table.py FOLDER > class_table_data.inc

FOLDER is src/unicode_tables of the crate regex-syntax 0.8.11, whose tables (Unicode 16.0.0) are those that tiktoken matches with.
If the package unicodedata2 is installed, its general categories are compared with them (16.0.0) or with NEW_NUMBERS (17.0).
"""
import hashlib
import os
import re
import sys

UNICODE_VERSION = "16.0.0"
CODE_POINTS = 0x110000
PAGE = 256

# The low four bits of a class; order and numbers as in class_table.hpp.
CLASSES = ["other", "punctuation", "symbol", "number", "uppercase", "titlecase", "lowercase", "modifier", "letter", "mark",
           "whitespace", "newline", "space", "new_number"]
CATEGORY_CLASS = {"Uppercase_Letter": "uppercase", "Titlecase_Letter": "titlecase", "Lowercase_Letter": "lowercase",
                  "Modifier_Letter": "modifier", "Other_Letter": "letter", "Mark": "mark", "Number": "number",
                  "Punctuation": "punctuation", "Symbol": "symbol"}
HAN = 16
KANA_OR_IDEOGRAPH = 32

# Unassigned in Unicode 16.0.0, and numbers in 17.0.0, which is what the pre-tokenizer Digits of tokenizers 0.23.3 goes by.
NEW_NUMBERS = [*range(0x11DE0, 0x11DEA), *range(0x16FF4, 0x16FF7)]

# The blocks Hiragana and Katakana, and the first 20,902 of the CJK Unified Ideographs: a class of DeepSeek's pattern.
KANA_AND_IDEOGRAPHS = [*range(0x3040, 0x3100), *range(0x4E00, 0x9FA6)]

# Facts about Unicode 16.0.0 that the tables must agree with.
SIZES = {"uppercase": 1858, "titlecase": 31, "lowercase": 2258, "modifier": 404, "letter": 136477, "mark": 2501, "number": 1911,
         "punctuation": 855, "symbol": 8514, "whitespace": 22, "newline": 2, "space": 1}
HAN_SIZE = 99030


def unescape(literal):
    """The code point of a Rust character literal without its quotes."""
    if literal.startswith("\\u{"):
        return int(literal[3:-1], 16)
    if literal.startswith("\\"):
        return ord({"n": "\n", "r": "\r", "t": "\t", "0": "\0"}.get(literal[1], literal[1]))
    return ord(literal)


def read_sets(path):
    """name -> code points, of every constant in a table of regex-syntax."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    if "Unicode version: %s." % UNICODE_VERSION not in source:
        sys.exit("%s: not Unicode %s" % (path, UNICODE_VERSION))
    sets = {}
    for name, body in re.findall(r"pub const (\w+): &'static \[\(char, char\)\] =\s*&\[(.*?)\];", source, re.S):
        points = set()
        for first, last in re.findall(r"\('((?:\\u\{[0-9a-f]+\}|\\.|[^\\]))',\s*'((?:\\u\{[0-9a-f]+\}|\\.|[^\\]))'\)", body):
            points.update(range(unescape(first), unescape(last) + 1))
        sets[name] = points
    return sets


def classify(folder):
    categories = read_sets(os.path.join(folder, "general_category.rs"))
    table = bytearray(CODE_POINTS)
    for category, name in CATEGORY_CLASS.items():
        for point in categories[category.upper()]:
            assert table[point] == 0
            table[point] = CLASSES.index(name)
    for point in read_sets(os.path.join(folder, "perl_space.rs"))["WHITE_SPACE"]:
        assert table[point] == 0
        table[point] = CLASSES.index("newline" if point in (10, 13) else "space" if point == 32 else "whitespace")
    for name, size in SIZES.items():
        assert table.count(CLASSES.index(name)) == size, name
    for point in NEW_NUMBERS:
        assert table[point] == 0
        table[point] = CLASSES.index("new_number")
    han = read_sets(os.path.join(folder, "script.rs"))["HAN"]
    assert len(han) == HAN_SIZE
    for point in han:
        table[point] |= HAN
    for point in KANA_AND_IDEOGRAPHS:
        table[point] |= KANA_OR_IDEOGRAPH
    return table


def compare_with_unicodedata2(table):
    try:
        import unicodedata2
    except ImportError:
        return
    if unicodedata2.unidata_version.startswith("17.0"):
        numbers = [point for point in range(CODE_POINTS) if unicodedata2.category(chr(point))[0] == "N"]
        assert [point for point in numbers if CLASSES[table[point] & 15] != "number"] == NEW_NUMBERS
        return
    assert unicodedata2.unidata_version == UNICODE_VERSION
    expected = {"Lu": "uppercase", "Lt": "titlecase", "Ll": "lowercase", "Lm": "modifier", "Lo": "letter"}
    groups = {"M": "mark", "N": "number", "P": "punctuation", "S": "symbol"}
    for point in range(CODE_POINTS):
        category = unicodedata2.category(chr(point))
        name = CLASSES[table[point] & 15]
        if name in ("whitespace", "newline", "space", "new_number"):
            name = "other"
        assert name == expected.get(category, groups.get(category[0], "other")), hex(point)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    table = classify(folder)
    compare_with_unicodedata2(table)

    # The pages of the first 65,536 code points stand in order, so that there a code point is its own index.
    pages = [bytes(table[at:at + PAGE]) for at in range(0, CODE_POINTS, PAGE)]
    stored = pages[:256]
    page_of = list(range(256))
    astral = {}
    for page in pages[256:]:
        if page not in astral:
            astral[page] = len(stored)
            stored.append(page)
        page_of.append(astral[page])

    print("// Generated by generate_class_table.py; do not edit.")
    print("// Unicode %s, from the crate regex-syntax 0.8.11:" % UNICODE_VERSION)
    for name in ("general_category.rs", "perl_space.rs", "script.rs"):
        with open(os.path.join(folder, name), "rb") as file:
            print("// SHA-256 %s  %s" % (hashlib.sha256(file.read()).hexdigest(), name))
    print("// SHA-256 %s  one byte for each of %d code points" % (hashlib.sha256(table).hexdigest(), CODE_POINTS))
    print("// %d bytes." % (len(stored) * PAGE + 2 * len(page_of)))
    print("constexpr size_t stored_pages = %d;" % len(stored))

    def print_numbers(declaration, numbers):
        print(declaration + " = {")
        line = ""
        for number in numbers:
            if len(line) > 134:
                print(line)
                line = ""
            line += "%d," % number
        print(line)
        print("};")

    print_numbers("constexpr uint16_t page_of[%d]" % len(page_of), page_of)
    print_numbers("alignas(64) constexpr uint8_t classes[%d]" % (len(stored) * PAGE), b"".join(stored))


if __name__ == "__main__":
    main()
