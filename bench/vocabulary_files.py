"""Writes what the tokenizers of the comparison read, so that none needs a network: made from the data inside token_ranker.

In one folder, for each of ENCODINGS:  NAME.tiktoken, the official rank file;  NAME.pattern, its regular expression;  NAME.json, the same
encoding as a tokenizer.json; and, for tiktoken, the official files under the names that its cache gives to their URLs.
"""

import os
import shutil
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, ".cache", "bench", "vocabularies")
ENCODINGS = ("cl100k_base", "o200k_base")

# The regular expressions of published tokenizer.json files: without what the matcher there reads otherwise (`{1,3}+` is no possessive
# quantifier in it). The splits are the same.
JSON_PATTERNS = {
    "cl100k_base": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}


def write_tokenizer_json(path, pattern, ranks, oracle):
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

    alphabet = oracle.data_gym_alphabet()

    def printable(token):
        return "".join(alphabet[byte] for byte in token)

    vocabulary = {printable(token): rank for token, rank in ranks.items()}
    merges = [tuple(map(printable, oracle.last_merge(token, ranks))) for token in ranks if len(token) > 1]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, ignore_merges=True))
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.save(path)


def write_files(folder=FOLDER):
    """Makes the folder, unless it is there; returns it."""
    if os.path.isdir(folder):
        return folder
    sys.path.insert(0, os.path.join(ROOT, "tests", "python"))
    import oracle

    unfinished = folder + ".unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    os.makedirs(unfinished)
    oracle.write_official_files(unfinished)
    for name in ENCODINGS:
        ranks = oracle.token_ranker.get_encoding(name)._mergeable_ranks
        pattern = oracle.get_encoding(name)._pat_str
        base = os.path.join(unfinished, name)
        with open(base + ".tiktoken", "wb") as file:
            file.write(oracle.rank_file(ranks))
        with open(base + ".pattern", "w", encoding="utf-8") as file:
            file.write(pattern)
        try:
            write_tokenizer_json(base + ".json", JSON_PATTERNS.get(name, pattern), ranks, oracle)
        except ImportError:
            print("vocabulary_files.py: the package tokenizers is not installed: there are no tokenizer.json files", file=sys.stderr)
    os.rename(unfinished, folder)
    return folder


if __name__ == "__main__":
    print(write_files())
