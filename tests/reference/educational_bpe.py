"""Byte-level BPE as it is taught: small, obvious, slow. What a faster tokenizer must agree with.

A text becomes tokens in two steps. `split` cuts it into pretokens (see educational_split.py). Then each pretoken, on its own, starts as
single bytes, and the two neighbours whose joined bytes have the lowest rank are joined, the leftmost of them if there are several, until no
two neighbours have a rank. `ranks` maps token bytes to their rank, which in a rank file is also the token.
"""

import base64


def read_rank_file(path):
    """Reads a .tiktoken file, lines of base64 and rank, as {token bytes: rank}."""
    with open(path, "rb") as file:
        return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in file if line.strip())}


def merge(pretoken, ranks):
    """The tokens of one pretoken, which is bytes."""
    if pretoken in ranks:
        return [ranks[pretoken]]
    parts = [bytes([byte]) for byte in pretoken]
    while True:
        lowest = None
        for i in range(len(parts) - 1):
            rank = ranks.get(parts[i] + parts[i + 1])
            if rank is not None and (lowest is None or rank < lowest):
                lowest = rank
                left = i
        if lowest is None:
            return [ranks[part] for part in parts]
        parts[left : left + 2] = [parts[left] + parts[left + 1]]


def encode(text, ranks, split):
    """The tokens of a text without special tokens. The text is str or bytes; a byte outside UTF-8 is a character of no class."""
    if isinstance(text, str):
        text = text.encode("utf-8")
    tokens = []
    for pretoken in split(text.decode("utf-8", "surrogateescape")):
        tokens += merge(pretoken.encode("utf-8", "surrogateescape"), ranks)
    return tokens


def decode(tokens, ranks):
    """The bytes that tokens stand for."""
    token_bytes = {rank: token for token, rank in ranks.items()}
    return b"".join(token_bytes[token] for token in tokens)
