#!/usr/bin/env python3
"""Measures token_ranker and other tokenizers in one interleaved run and writes all samples as JSON.

    python3 bench/compare.py [--quick | --full] [--rounds N] [--output FILE] [--measures ...] [--tokenizers ...] [--encodings ...]

Every tokenizer runs in processes of its own, pinned to one core, with one thread; this driver, which starts and asks them, runs on
another. In each round every tokenizer gives one sample. Before anything is timed its tokens are compared with tiktoken's.
report.py makes tables of the file, plot.py plots.
"""

import argparse
import datetime
import hashlib
import json
import os
import sys
import time

import machine
import measures
import peers
import vocabulary_files
from bench_process import BenchError

FETCHED = os.path.join(peers.ROOT, "corpora", "fetched")
TEXTS = {
    **{name: os.path.join(FETCHED, name + ".txt") for name in ("en_docs", "en_dict", "code_c", "code_python", "ten_languages", "multi", "cjk")},
    **{name: os.path.join(peers.ROOT, "corpora", name + ".txt") for name in ("lyrics", "code_of_conduct")},
    "dictionary": os.path.join(FETCHED, "dictionary.txt"),
}
OUTPUT = os.path.join(peers.ROOT, ".cache", "bench", "compare.json")


def describe_text(path, end):
    with open(path, "rb") as file:
        data = file.read()
    return {"bytes": len(data), "used": min(len(data), end or len(data)), "sha256": hashlib.sha256(data).hexdigest()}


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description="Measures token_ranker and other tokenizers in one interleaved run.")
    parser.add_argument("--quick", action="store_true", help="one round over the first megabyte of each text: shows that all works")
    parser.add_argument("--full", action="store_true", help="texts of up to 1 GB where the size is measured")
    parser.add_argument("--rounds", type=int, help="samples of each time (5; quick: 1)")
    parser.add_argument("--output", default=OUTPUT, help="the JSON file (.cache/bench/compare.json)")
    parser.add_argument("--measures", nargs="+", choices=measures.MEASURES, default=list(measures.MEASURES))
    parser.add_argument("--tokenizers", nargs="+", choices=peers.PEERS, help="all that are installed")
    parser.add_argument("--encodings", nargs="+", choices=vocabulary_files.ENCODINGS, default=list(vocabulary_files.ENCODINGS))
    parser.add_argument("--texts", nargs="+", choices=TEXTS, default=list(TEXTS))
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (1 if options.quick else 5)
    options.end = measures.MB if options.quick else None
    options.texts = {name: TEXTS[name] for name in options.texts}
    options.latency_text = TEXTS["en_docs"]
    return options


def main():
    options = parse_arguments(sys.argv[1:])
    begin = time.monotonic()
    described = machine.describe(peers.ROOT)
    comparison = measures.Comparison(options, vocabulary_files.write_files())
    os.sched_setaffinity(0, {comparison.driver_core})
    seconds = {}
    for name in options.measures:
        measure_begin = time.monotonic()
        try:
            measures.MEASURES[name](comparison)
        except BenchError as error:
            comparison.fail(error)
        seconds[name] = round(time.monotonic() - measure_begin)
    result = {
        "date": datetime.date.today().isoformat(),
        "machine": described,
        "options": {"rounds": options.rounds, "quick": options.quick, "full": options.full, "end": options.end},
        "cores": {"driver": comparison.driver_core, "measuring": comparison.measuring_cores},
        "versions": comparison.versions,
        "texts": {name: describe_text(path, options.end) for name, path in options.texts.items()},
        "parts": {name: peers.PEERS[name].most_bytes for name in comparison.names if peers.PEERS[name].most_bytes},
        "exactness": comparison.exactness,
        "rows": comparison.rows,
        "failures": comparison.failures,
        "seconds": {**seconds, "all": round(time.monotonic() - begin)},
    }
    os.makedirs(os.path.dirname(os.path.abspath(options.output)), exist_ok=True)
    with open(options.output, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
    print(f"compare.py: {len(comparison.rows)} times in {result['seconds']['all']} s: {options.output}", file=sys.stderr)
    ours_differ = any(row["differing"] and row["tokenizer"].startswith(peers.OURS) for row in comparison.exactness)
    return 1 if ours_differ else 0


if __name__ == "__main__":
    sys.exit(main())
