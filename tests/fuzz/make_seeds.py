"""Makes the first inputs of the fuzz targets: a file for each in FOLDER/<target>/.

    make_seeds.py FOLDER [VOCABULARIES]

Texts are real ones. Prose: 160 characters from the middle of each script in corpora/fetched (`corpora/fetch.py all`; corpora/README.md has packages
and licences). Words: the names of days and months in the locales of the GNU C Library, /usr/share/i18n/locales of the Debian package
`locales`, in which the Free Software Foundation claims no copyright. And texts by hand: what the patterns look for.

Files have the shape of published ones: all but the vocabulary, of which a few merges are left. They are read from VOCABULARIES/*.json if
that is given (a tokenizer.json or tekken.json each).
"""

import base64
import functools
import json
import pathlib
import random
import re
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOCALES = pathlib.Path("/usr/share/i18n/locales")
LOCALE_NAMES = """am_ET ar_EG as_IN ber_MA bn_BD bo_CN chr_US dv_MV el_GR gu_IN he_IL hi_IN hy_AM iu_CA ja_JP ka_GE km_KH kn_IN ko_KR lo_LA ml_IN
my_MM or_IN pa_IN ru_RU sat_IN si_LK ta_IN te_IN th_TH vi_VN zh_CN""".split()
PROSE = {"multi.txt": "ARABIC DEVANAGARI HEBREW THAI LAO GUJARATI BENGALI SINHALA TELUGU MALAYALAM CYRILLIC".split(),
         "ten_languages.txt": ["GREEK", "LATIN"], "cjk.txt": "CJK HIRAGANA HANGUL KATAKANA".split(),
         "code_c.txt": ["code"], "code_python.txt": ["code"]}
BY_HAND = {
    "contractions": "I'm he's we'd they'll you've can't 'S 'RE 'lL x'ſ 's's's ''s",
    "white-space": "a  b   c\t\td \n\n  e\r\n\r\nf \u00a0\u3000g\u2028h \u0085 \n \n",
    "numbers": "1 12 123 1234 12345678901 ١٢٣٤ 一二三 Ⅷ² ½ 3.14159 1,000,000 0x1F",
    "marks": "e\u0301 a\u0323\u0301 Z\u0337\u0321a\u0338l\u0335g\u0337o \u0301\u0301x \u0e01\u0e33 \u1100\u1161\u11a8 \uac01",
    "emoji": "👍🏽 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪 ☃️ 1️⃣ 🧑‍🚀🧑‍🚀",
    "symbols": "if (x != y) { return &a->b[0] / 2; } // --== ||/\n/**/ $ ^ ~~~~ ……「」。，、",
    "case": "fooBar FooBAR ǅǆ ʰa İi ẞß ΑΒΓαβγς camelCaseXMLHttpRequest ÀÉÎõü",
    "special": "a<|endoftext|>b<|endof<|endoftext|><|end <|fim_prefix|> the\n\n漢<|im_start|>\xff<s> <l>  <think>word words é! <m",
    "runs": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa          ==========0000000000\n\n\n\n\n\n",
    "cjk-mixed": "漢字とカナABCひらがな123中文，标点。한국어 text",
}
BYTES = {"not-utf8": bytes(range(0x7E, 0x100)), "cut": "漢字🦙é".encode()[:-1] * 8, "surrogates": b"\xed\xa0\x80\xed\xb0\x80 \xf4\x90\x80\x80 \xc0\x80" * 4,
         "nul": b"a\0b\0\0" * 14}
PATTERNS = [r"[a-z]+|[0-9]", r"\s+(?!\S)|\s+|\S+", r"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}", r"[\p{L}&&[^\p{Han}]]+|.", r"(?<=a)b|\bx\b|^y$",
            r"a++b*?c{2,3}|(?>x|xy)z", r"\p{Lu}\p{Ll}*|[[:alpha:]]+|\d\w\S", r"(?m)^.*$|(?s).", r"[^\x{4e00}-\x{9fff}]+|\u{41}", r"(a|b)*c|\1", r"(?P<n>x)|\h|\R|\X|\K"]


def locale_words(name):
    text = (LOCALES / name).read_text("utf-8", "replace")
    words = []
    for field in ("day", "mon"):
        found = re.search(rf'^{field}\s+((?:"[^"]*"[;/\s]*)+)', text, re.M)
        words += re.findall(r'"([^"]*)"', found.group(1)) if found else []
    return re.sub(r"<U([0-9A-F]{4,8})>", lambda m: chr(int(m.group(1), 16)), ", ".join(words))


def prose(file, script):
    text = (ROOT / "corpora/fetched" / file).read_text("utf-8", "replace")
    if script == "code":
        return text[len(text) // 2 :][:200]
    letters = {c for c in set(text) if c.isalpha() and unicodedata.name(c, "").startswith(script)}
    places = [i for i, c in enumerate(text) if c in letters]
    middle = places[len(places) // 2]
    return text[middle : middle + 160]


@functools.cache
def texts():
    made = {f"words-{name}": locale_words(name).encode()[:260] for name in LOCALE_NAMES}
    for file, scripts in PROSE.items():
        for script in scripts:
            made[f"prose-{script.lower()}-{file.split('.')[0]}"] = prose(file, script).encode()
    made.update({name: text.encode("utf-8", "surrogatepass") for name, text in BY_HAND.items()})
    made.update(BYTES)
    return made


HEADS = {"scan": 5, "pattern": 2, "merge": 5, "roundtrip": 3, "stream": 7, "batch": 8, "limits": 5, "convert": 2, "capi": 28}


def tokenizer_files(folder):
    """The envelope, the single bytes, and the first merges of those."""
    for path in sorted((*folder.glob("**/tokenizer.json"), *folder.glob("**/tekken*.json"))):
        tree = json.loads(path.read_text("utf-8"))
        name = path.parent.name
        if "model" in tree:
            model = tree["model"]
            merges = model["merges"][:12]
            pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in merges]
            model["vocab"] = {"@bytes": 0, **{left + right: 256 + i for i, (left, right) in enumerate(pairs)}}
            model["merges"] = [merge for merge, pair in zip(merges, pairs) if all(len(side) == 1 or side in model["vocab"] for side in pair)]
            tree["added_tokens"] = tree["added_tokens"][:2] + tree["added_tokens"][-1:]
            yield "tokenizer_json", name, tree
        elif "config" in tree:
            tree["vocab"] = ["@bytes"] + [{key: token[key] for key in ("rank", "token_bytes")} for token in tree["vocab"][256:262]]
            tree["config"].update(num_vocab_tokens=262, default_vocab_size=262 + 30, default_num_special_tokens=30)
            yield "tekken_json", name, tree


def made_files():
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    split = {"type": "Split", "pattern": {"Regex": "[a-z]+|\\s+(?!\\S)"}, "behavior": "Isolated", "invert": False}
    added = [{"id": 300 + i, "content": text, "single_word": i == 0, "lstrip": i == 1, "rstrip": i == 2, "normalized": i == 3, "special": i > 1}
             for i, text in enumerate(("ab", "<l>", "<r>", "é!"))]
    for name, normalizer, pre_tokenizer in (
        ("plain", None, byte_level),
        ("nfc", {"type": "Sequence", "normalizers": [{"type": "NFC"}]}, dict(byte_level, add_prefix_space=True)),
        ("splits", None, {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, split, dict(byte_level, use_regex=False)]}),
        ("removed", None, {"type": "Sequence", "pretokenizers": [dict(split, pattern={"String": "ab"}, behavior="Removed"), byte_level]}),
    ):
        post = {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<l>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [], "special_tokens": {"<l>": {"id": "<l>", "ids": [301], "tokens": ["<l>"]}}}
        for ignore_merges in (False, True):
            yield "tokenizer_json", f"{name}-{ignore_merges}".lower(), {
                "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
                "post_processor": post if ignore_merges else None, "decoder": byte_level,
                "model": {"type": "BPE", "ignore_merges": ignore_merges, "vocab": {"@bytes": 0, "ab": 256, "aba": 257, "ba": 258, "abab": 259, "bab": 260, "abb": 261},
                          "merges": ["b a", "a b", ["ab", "a"], ["a", "ba"], ["ab", "ab"], ["a", "bab"], ["ba", "b"], ["ab", "b"]]}}
    for version in ("v1", "v7", "v11", "v15"):
        yield "tekken_json", version, {
            "config": {"pattern": "[a-z]+|[^a-z]+", "version": version, "default_vocab_size": 259 + 24, "default_num_special_tokens": 24, "num_vocab_tokens": 259},
            "vocab": ["@bytes", {"rank": 256, "token_bytes": "YWI=", "token_str": "ab"}, {"rank": 257, "token_bytes": "YWJj", "token_str": "abc"},
                      {"rank": 258, "token_bytes": "4w==", "token_str": None}],
            "special_tokens": [{"rank": 0, "token_str": "<unk>", "is_control": True}, {"rank": 1, "token_str": "<s>", "is_control": True}]}


def main():
    folder = pathlib.Path(sys.argv[1])
    choose = random.Random(1)

    def put(target, name, data):
        path = folder / target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    for target, head_size in HEADS.items():
        for name, text in texts().items():
            put(target, name, bytes(choose.randrange(256) for _ in range(head_size)) + text)
        for pattern in range(20):
            text = list(texts().values())[choose.randrange(50)]
            put(target, f"choice-{pattern:02}", bytes([pattern]) + bytes(choose.randrange(256) for _ in range(head_size - 1)) + text)
    for i, pattern in enumerate(PATTERNS):
        for dialect in range(2):
            text = list(texts().values())[choose.randrange(50)][:90]
            put("regex", f"pattern-{i:02}-{dialect}", bytes([dialect, len(pattern.encode()), 40]) + pattern.encode() + text)
    for i, lines in enumerate(("*YWI= 256\nYWJj 257\nICAg 258\nICAgIA== 259\nCgo= 260\nZGVm 261\n", "\n* YWI=\t256 \r\n\r\nYQ== 00300\n 4Lg= 1000\n4LiB 1001\nYWJjZGVmZ2g= 1002", "YWI= 4294967295\n*YmM= 300\nYmNk 301\nYWJjZA== 4000000000\nYXk= 302\n", "*4Lg= 256\n4LiB 257\n4LiB4LiC 258",
                                "*" + "".join(f"{base64.b64encode(name.encode()).decode()} {256 + n}\n" for n, name in enumerate(LOCALE_NAMES)),
                                "*" + "".join(f"{word} {256 + n}\n" for n, word in enumerate("dGg= dGhl IHQ= aW4= ZXI= IGE= IHRoZQ== b24= cmU= c3Q=".split())))):
        for choice in (0, 8, 16, 21, 29):
            put("rank_file", f"file-{i}-{choice}", bytes([choice]) + lines.encode())
    files = list(made_files()) + (list(tokenizer_files(pathlib.Path(sys.argv[2]))) if len(sys.argv) > 2 else [])
    for target, name, tree in files:
        text = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
        for spaces in range(4 if target == "tokenizer_json" else 1):  # the size decides how it is opened
            put(target, f"{name}-{spaces}", text + b" " * spaces)


if __name__ == "__main__":
    main()
