#!/usr/bin/env python3
"""Looks for words whose merges take long, by hill climbing; they are kept in tests/limits/hard_words.txt, by hand.

    TOKEN_RANKER_LIBRARY=build/libtoken_ranker.so python3 bench/search_hard_words.py [ENCODING] [SECONDS] [SEED]

A candidate is a few hundred characters, repeated to a pretoken of some thousand bytes. What counts is the time of the processor for each byte,
as the best of three.
"""
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "py"))
import token_ranker  # noqa: E402

SIZE = 6000  # bytes of a pretoken
STARTS = ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "aehinorst", "ab", " \t", " ", "=-_*#/", "\u3042\u3044\u3046\u4e00\u4eba", "\u0435\u043d\u0442\u0430\u043e"]


def nanoseconds(encode, unit: str) -> float:
    piece = (unit * (SIZE // len(unit.encode()) + 1)).encode()
    best = float("inf")
    for _ in range(3):
        started = time.process_time_ns()
        encode(piece)
        best = min(best, (time.process_time_ns() - started) / len(piece))
    return best


def change(unit: str, alphabet: str, pieces: list[str], rng: random.Random) -> str:
    at = rng.randrange(len(unit))
    kind = rng.randrange(5)
    if kind == 0:
        return unit[:at] + rng.choice(alphabet) + unit[at + 1 :]
    if kind == 1:
        return unit[:at] + rng.choice(pieces) + unit[at:]
    if kind == 2 and len(unit) > 4:
        return unit[:at] + unit[at + rng.randrange(1, 4) :] or unit
    if kind == 3:
        return unit[:at] + unit[at:] [: rng.randrange(1, 40)] + unit[at:]
    return unit[:at] + unit[at:][::-1]


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "o200k_base"
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    encoding = token_ranker.get_encoding(name)
    encode = encoding._core_bpe.encode_pretoken
    tokens = []
    for token in range(256, encoding.max_token_value):
        try:
            tokens.append(encoding.decode_single_token_bytes(token).decode())
        except (KeyError, UnicodeDecodeError):
            pass
    for alphabet in STARTS:
        pieces = [token for token in tokens if set(token) <= set(alphabet)] or list(alphabet)
        unit = "".join(rng.choice(alphabet) for _ in range(100))
        best = nanoseconds(encode, unit)
        end = time.monotonic() + seconds / len(STARTS)
        while time.monotonic() < end:
            other = change(unit, alphabet, pieces, rng)[:2000]
            if not other or "\n" in other:
                continue
            cost = nanoseconds(encode, other)
            if cost > best:
                unit, best = other, cost
        print(f"# {name}, {best:.0f} ns for each byte", unit, sep="\n", flush=True)


if __name__ == "__main__":
    main()
