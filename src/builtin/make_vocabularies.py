#!/usr/bin/env python3
"""Makes the compact vocabularies inside the library from the official rank files.

usage: make_vocabularies.py FOLDER

Reads p50k_base.tiktoken, cl100k_base.tiktoken and o200k_base.tiktoken (their SHA-256 are checked) from FOLDER and writes
p50k.vocabulary, cl100k.vocabulary and o200k.vocabulary beside this script. r50k_base and gpt2 are the first 50,256 tokens of p50k.

A compact vocabulary stores how each token is merged instead of its bytes. Little endian:

    uint32  count           tokens, in the order of their ranks
    uint32  pilots          bytes of pilots
    uint64  partial[16]     SafeSplit in ../safe_split.hpp
    uint64  pairs[4096]
    uint8   byte[256]       the byte that each of the first 256 tokens is
    uint24  left, right     for each other token: the ranks of the two tokens that merge to it
    uint8   pilot[pilots]   of the perfect hash of these pairs: PairTable in ../pair_table.hpp
"""
import base64
import hashlib
import os
import struct
import sys

SHA256 = {
    "p50k": "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
    "cl100k": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
}
MASK = (1 << 64) - 1


def read_tokens(path, sha256):
    with open(path, "rb") as file:
        contents = file.read()
    if hashlib.sha256(contents).hexdigest() != sha256:
        sys.exit("%s: not the official file: its SHA-256 must be %s" % (path, sha256))
    ranks = {}
    for line in contents.splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    return sorted(ranks, key=ranks.get)


def last_merge(token, ranks):
    """The two tokens that the last merge of the token's bytes joins, when only tokens before it are known."""
    parts = [token[i:i + 1] for i in range(len(token))]
    while len(parts) > 2:
        _, at = min((ranks[parts[i] + parts[i + 1]], i) for i in range(len(parts) - 1) if parts[i] + parts[i + 1] in ranks)
        parts[at:at + 2] = [parts[at] + parts[at + 1]]
    return parts


def find_pilots(pairs):
    """The pilots of the perfect hash, found as in ../pair_table.cpp."""
    slot_bits = (len(pairs) + len(pairs) // 4 - 1).bit_length()
    pilot_bits = slot_bits - 2
    buckets = [[] for _ in range(1 << pilot_bits)]
    for left, right in pairs:
        h = (((left << 20 | right) + 1) * 0x9E3779B97F4A7C15) & MASK
        buckets[h >> (64 - pilot_bits)].append(h)
    used = bytearray(1 << slot_bits)
    pilots = bytearray(1 << pilot_bits)
    for bucket in sorted(range(len(buckets)), key=lambda b: -len(buckets[b])):
        for pilot in range(256):
            mixed = (pilot * 0xD1B54A32D192ED03) & MASK
            slots = [(((h ^ (h >> 29) ^ mixed) * 0xBF58476D1CE4E5B9) & MASK) >> (64 - slot_bits) for h in buckets[bucket]]
            if len(set(slots)) == len(slots) and not any(used[slot] for slot in slots):
                break
        else:
            sys.exit("no pilot for a bucket")
        for slot in slots:
            used[slot] = 1
        pilots[bucket] = pilot
    return pilots


def safe_split(tokens):
    """The two tables of SafeSplit, as in ../safe_split.cpp."""
    partial = [0] * 16
    pairs = [0] * 4096

    def is_lead(byte):
        return 0xE0 <= byte < 0xF0

    def is_continuation(byte):
        return byte & 0xC0 == 0x80

    def code_point(token, at):
        return (token[at] & 15) << 12 | (token[at + 1] & 63) << 6 | token[at + 2] & 63

    for token in tokens:
        for at in range(1, len(token)):
            if not is_lead(token[at]) or not is_continuation(token[at - 1]):
                continue
            has_c = at >= 3 and is_lead(token[at - 3]) and is_continuation(token[at - 2])
            if not has_c and at >= 2 and 0xC0 <= token[at - 2] < 0xE0:
                continue
            if has_c and len(token) - at >= 3:
                h = (code_point(token, at - 3) * 0x9E3779B1 ^ code_point(token, at) * 0x85EBCA77) & 0xFFFFFFFF
                h = (h * 0xC2B2AE3D & 0xFFFFFFFF) >> 14
                pairs[h // 64] |= 1 << (h % 64)
            else:
                partial[token[at] & 15] |= 1 << (token[at - 1] & 63)
    return struct.pack("<16Q4096Q", *(partial + pairs))


def compact(tokens):
    ranks = {}
    pairs = []
    for rank, token in enumerate(tokens):
        if len(token) == 1:
            assert rank < 256
        else:
            left, right = last_merge(token, ranks)
            pairs.append((ranks[left], ranks[right]))
        ranks[token] = rank
    pilots = find_pilots(pairs)
    merges = b"".join(struct.pack("<HBHB", left & 0xFFFF, left >> 16, right & 0xFFFF, right >> 16) for left, right in pairs)
    return struct.pack("<II", len(tokens), len(pilots)) + safe_split(tokens) + b"".join(tokens[:256]) + merges + pilots


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for name, sha256 in SHA256.items():
        tokens = read_tokens(os.path.join(sys.argv[1], name + "_base.tiktoken"), sha256)
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".vocabulary"), "wb") as file:
            file.write(compact(tokens))


if __name__ == "__main__":
    main()
