"""Vocabulary files: small ones made here, the real ones beside the repository, and what the library `tokenizers` says of them."""

import glob
import json
import os
from typing import Dict, Iterable, List, Optional, Sequence

import pytest

os.environ["RUST_BACKTRACE"] = "0"  # where the reference stops with a mistake of its own, that takes it long
import tokenizers  # noqa: E402
from exactness_library import ENGINES, ROOT, Ranker, load_file

import oracle

assert tokenizers.__version__ == "0.23.3"

# ---- The real ones -----------------------------------------------------------------------------------------------------------------

FOLDER = os.environ.get("TOKEN_RANKER_VOCABULARIES", os.path.join(os.path.dirname(ROOT), "shared", "vocab"))

REAL_TOKENIZERS = {name: os.path.join(FOLDER, "huggingface", name, "tokenizer.json") for name in ("gpt2", "qwen3", "deepseek_v3", "glm_4_5")}
REAL_TEKKEN = os.path.join(FOLDER, "tekken", "tekken_240718.json")
REAL_KIMI = os.path.join(FOLDER, "ranks", "kimi.tiktoken")
OPENAI_RANKS = {name: os.path.join(FOLDER, "openai", name + ".tiktoken") for name in ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")}

NO_FOLDER = f"no vocabularies in {FOLDER} (TOKEN_RANKER_VOCABULARIES names another folder)"
needs_real_files = pytest.mark.skipif(not os.path.isdir(FOLDER), reason=NO_FOLDER)


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


# ---- Small ones --------------------------------------------------------------------------------------------------------------------

ALPHABET = oracle.data_gym_alphabet()
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
# The whole text is one pretoken.
NO_SPLIT = {**BYTE_LEVEL, "use_regex": False}
NFC = {"type": "NFC"}


def spelled(token) -> str:
    """A token as a byte-level vocabulary spells it."""
    return "".join(ALPHABET[byte] for byte in (token.encode() if isinstance(token, str) else token))


def single_bytes() -> Dict[str, int]:
    return {ALPHABET[byte]: byte for byte in range(256)}


def split(pattern: str, behavior: str = "Isolated", invert: bool = False) -> dict:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert}


def split_text(text: str, behavior: str = "Isolated", invert: bool = False) -> dict:
    return {"type": "Split", "pattern": {"String": text}, "behavior": behavior, "invert": invert}


def digits(individual: bool) -> dict:
    return {"type": "Digits", "individual_digits": individual}


def sequence(*pretokenizers: dict) -> dict:
    return {"type": "Sequence", "pretokenizers": list(pretokenizers)}


def added(content: str, id: int = 0, **properties: bool) -> dict:
    names = ("single_word", "lstrip", "rstrip", "normalized", "special")
    assert set(properties) <= set(names)
    return {"id": id, "content": content, **{name: properties.get(name, False) for name in names}}


def make_file(
    more_vocab: Iterable[str] = (),
    merges: Sequence = (),
    added_tokens: Sequence[dict] = (),
    pre_tokenizer: Optional[dict] = BYTE_LEVEL,
    normalizer: Optional[dict] = None,
    post_processor: Optional[dict] = None,
    vocab: Optional[Dict[str, int]] = None,
    top: dict = {},
    **model,
) -> dict:
    """The tree of a tokenizer.json: the single bytes and `more_vocab`, numbered as they come, unless `vocab` is the whole of them."""
    if vocab is None:
        vocab = single_bytes()
        for token in more_vocab:
            vocab.setdefault(token, len(vocab))
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": list(added_tokens),
        "normalizer": normalizer,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": post_processor,
        "decoder": BYTE_LEVEL,
        **top,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            **model,
            "vocab": vocab,
            "merges": list(merges),
        },
    }


def as_bytes(file) -> bytes:
    return file if isinstance(file, bytes) else json.dumps(file, ensure_ascii=False).encode()


# ---- Comparison --------------------------------------------------------------------------------------------------------------------


class Stopped(Exception):
    """The reference stopped with a mistake of its own."""


class Pair:
    """A file, opened by `tokenizers` and by each engine of the library that takes it."""

    def __init__(self, file, engines: Sequence[str] = ("default", "pcre2")) -> None:
        contents = as_bytes(file)
        self.reference = tokenizers.Tokenizer.from_str(contents.decode())
        self.rankers: List[Ranker] = [load_file(contents)]
        if self.rankers[0].engine != "pcre2":
            self.rankers += [load_file(contents, engine) for engine in engines if engine not in ("default", self.rankers[0].engine)]

    def expected(self, text: str) -> List[int]:
        try:
            return self.reference.encode(text, add_special_tokens=False).ids
        except BaseException as error:  # a PanicException is no Exception
            if "Panic" not in type(error).__name__:
                raise
            raise Stopped(str(error)) from None

    def assert_same(self, texts: Iterable[str]) -> int:
        """The tokens with all special tokens allowed; gives the number of texts."""
        count = 0
        for count, text in enumerate(texts, 1):
            try:
                expected = self.expected(text)
            except Stopped:
                expected = None
            data = text.encode()
            for ranker in self.rankers:
                tokens = ranker.encode_all(data).tolist()
                if expected is not None:
                    assert tokens == expected, f"engine {ranker.engine}: {text!r}"
        return count

    def assert_same_splits(self, texts: Iterable[str]) -> int:
        """The pretokens, without normalisation."""
        count = 0
        for count, text in enumerate(texts, 1):
            expected = [text[begin:end].encode() for _, (begin, end) in self.reference.pre_tokenizer.pre_tokenize_str(text)]
            data = text.encode()
            for ranker in self.rankers:
                assert ranker.split(data) == expected, f"engine {ranker.engine}: {text!r}"
        return count


def open_file(module, tmp_path, file, **options):
    """Encoding.from_file of the module under test."""
    path = tmp_path / "tokenizer.json"
    path.write_bytes(as_bytes(file))
    return module.Encoding.from_file(str(path), **options)


ALL_ENGINES = ENGINES + (() if "pcre2" in ENGINES else ("pcre2",))


def corpus_samples(bytes_of_each: int) -> Dict[str, str]:
    """The middle of each text of corpora/, cut at line ends."""
    samples = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "corpora", "*.txt")) + glob.glob(os.path.join(ROOT, "corpora", "fetched", "*.txt"))):
        data = read(path)
        begin = data.find(b"\n", max(0, len(data) // 2 - bytes_of_each // 2)) + 1
        samples[os.path.basename(path)] = data[begin : begin + bytes_of_each].decode("utf-8", "ignore")
    return samples
