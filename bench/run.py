#!/usr/bin/env python3
"""Tokenises texts with token_ranker, with tiktoken and in plain Python, checks that the tokens are equal, and prints the times.

    python3 bench/run.py [--encoding NAME|all] [--without-baseline] [TEXT...]

Without texts: those of the talk in corpora/. A time is the best of the runs that stand beside it; `first` is the first of them, before
caches know the text. Plain Python is tests/reference/educational_bpe.py; where it would take too long it gets the beginning of the text,
its time for the whole is extrapolated and marked with ~. The exit status is 1 if any tokens differ or do not decode to the text.
"""

import argparse
import os
import platform
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for folder in ("py", "tests/python", "tests/reference"):
    sys.path.insert(0, os.path.join(ROOT, *folder.split("/")))
os.environ.setdefault("TOKEN_RANKER_LIBRARY", os.path.join(ROOT, "build", "libtoken_ranker.so"))

import educational_bpe  # noqa: E402
import educational_split  # noqa: E402
import token_ranker  # noqa: E402

TEXTS = [os.path.join(ROOT, "corpora", name) for name in ("lyrics.txt", "code_of_conduct.txt", "fetched/dictionary.txt")]

# Runs go on until there are RUNS_MIN of them and they took SECONDS_OF_RUNS, or there are RUNS_MAX.
RUNS_MIN = 5
RUNS_MAX = 1000
SECONDS_OF_RUNS = 0.5

# A text that would take plain Python more than BASELINE_SECONDS_MAX is cut to what takes about BASELINE_SECONDS_OF_SLICE.
BASELINE_SECONDS_MAX = 15
BASELINE_SECONDS_OF_SLICE = 5
BASELINE_PROBE_SIZE = 5000

HEAD = ("text", "bytes", "tokens", "tokenizer", "first", "best", "runs", "MB/s", "equal", "decode")
FIRST_TOKENS = 12


def open_reference(name):
    """tiktoken's encoding, or None if tiktoken is not installed."""
    try:
        import oracle
    except ImportError:
        return None
    return oracle.get_encoding(name)


def measure(encode, text):
    """(tokens, seconds of each run)"""
    seconds = []
    while len(seconds) < RUNS_MIN or (sum(seconds) < SECONDS_OF_RUNS and len(seconds) < RUNS_MAX):
        start = time.perf_counter()
        tokens = encode(text)
        seconds.append(time.perf_counter() - start)
    return tokens, seconds


def measure_once(encode, text):
    start = time.perf_counter()
    tokens = encode(text)
    return tokens, time.perf_counter() - start


def readable(seconds):
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.2f} {unit}"
    return f"{seconds * 1e6:.1f} us"


def megabytes_per_second(size, seconds):
    speed = size / 1e6 / seconds
    return f"{speed:.1f}" if speed >= 1 else f"{speed:.3f}"


def yes(condition):
    return "yes" if condition else "NO"


class Report:
    """The rows of one encoding."""

    def __init__(self):
        self.rows = []
        self.notes = []
        self.best = {}
        self.is_right = True

    def add(self, tokenizer, size, tokens, seconds, equal, decodes, mark=""):
        """seconds: those of the runs, or, marked as extrapolated, one number."""
        self.is_right = self.is_right and equal is not False and decodes
        best = min(seconds)
        self.best[tokenizer] = best
        times = (mark + readable(seconds[0]), mark + readable(best), str(len(seconds)), megabytes_per_second(size, best))
        self.rows.append(("", "", f"{tokens:,}", tokenizer, *times, "" if equal is None else yes(equal), yes(decodes)))

    def name_text(self, name, size):
        """Begins with a text: its name and size stand in the next row."""
        self.rows.append((name, f"{size:,}"))
        self.best = {}

    def compare(self, name, tokens):
        """Ends with a text: notes its first tokens and what the times are to each other."""
        ours = self.best.pop("token_ranker")
        ratios = [f"{seconds / ours:.1f} x the speed of {tokenizer}" for tokenizer, seconds in self.best.items()]
        self.notes.append(f"{name}: {', '.join(ratios)}; first tokens {' '.join(map(str, tokens[:FIRST_TOKENS]))}")

    def print(self):
        rows = [HEAD]
        for row in self.rows:
            if len(row) == 2:
                head = row
            else:
                rows.append((*head, *row[2:]))
                head = ("", "")
        widths = [max(map(len, column)) for column in zip(*rows)]
        left = {HEAD.index("text"), HEAD.index("tokenizer")}
        for row in rows:
            cells = [cell.ljust(width) if i in left else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))]
            print("  ".join(cells).rstrip())
        for note in self.notes:
            print(note)


def report_baseline(report, name, text, encoding, ranks):
    """Plain Python on the text, or on its beginning."""
    split = educational_split.splitter(encoding.name)

    def encode(text):
        return educational_bpe.encode(text, ranks, split)

    size = len(text.encode("utf-8"))
    probe = text[:BASELINE_PROBE_SIZE]
    _, seconds = measure_once(encode, probe)
    seconds_of_all = seconds / len(probe) * len(text) if probe else 0
    if seconds_of_all <= BASELINE_SECONDS_MAX:
        tokens, seconds = measure_once(encode, text)
        equal = tokens == encoding.encode_ordinary(text)
        report.add("plain Python", size, len(tokens), [seconds], equal, educational_bpe.decode(tokens, ranks) == text.encode("utf-8"))
        return
    end = int(len(text) * BASELINE_SECONDS_OF_SLICE / seconds_of_all)
    part = text[: text.rfind("\n", 0, end) + 1 or end]
    part_size = len(part.encode("utf-8"))
    tokens, seconds = measure_once(encode, part)
    equal = tokens == encoding.encode_ordinary(part)
    whole = seconds * size / part_size
    report.add(
        "plain Python", size, len(tokens), [whole], equal, educational_bpe.decode(tokens, ranks) == part.encode("utf-8"), mark="~"
    )
    report.notes.append(
        f"~ {name}: plain Python took {readable(seconds)} for the first {part_size:,} bytes, {len(tokens):,} tokens, which is what is"
        f" compared; the time for the whole is extrapolated."
    )


def report_encoding(name, paths, with_baseline):
    encoding = token_ranker.get_encoding(name)
    reference = open_reference(name)
    report = Report()
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        text_name = os.path.basename(path)
        size = len(text.encode("utf-8"))
        report.name_text(text_name, size)
        tokens, seconds = measure(encoding.encode_ordinary, text)
        report.add("token_ranker", size, len(tokens), seconds, None, encoding.decode(tokens) == text)
        if reference is not None:
            reference_tokens, seconds = measure(reference.encode_ordinary, text)
            equal = reference_tokens == tokens
            report.add("tiktoken", size, len(reference_tokens), seconds, equal, reference.decode(reference_tokens) == text)
        if with_baseline:
            report_baseline(report, text_name, text, encoding, encoding._mergeable_ranks)
        report.compare(text_name, tokens)
    print(f"\n{name}")
    report.print()
    return report.is_right


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def main():
    parser = argparse.ArgumentParser(description="Times token_ranker, tiktoken and plain Python, and compares their tokens.")
    parser.add_argument("--encoding", default="cl100k_base", help="a name, or all (cl100k_base)")
    parser.add_argument("--without-baseline", action="store_true", help="leave out plain Python, the slow one")
    parser.add_argument("texts", nargs="*", help="files in UTF-8 (the three texts of the talk)")
    arguments = parser.parse_args()
    names = token_ranker.list_encoding_names() if arguments.encoding == "all" else [arguments.encoding]
    print(f"{processor()}, {os.cpu_count()} processors; {platform.python_implementation()} {platform.python_version()}")
    print("one thread; time of the first run, and of the best of so many runs; MB are 1,000,000 bytes")
    if open_reference(names[0]) is None:
        print("tiktoken is not installed here, so nothing is compared with it")
    results = [report_encoding(name, arguments.texts or TEXTS, not arguments.without_baseline) for name in names]
    print("\nall tokens are equal and decode to their texts" if all(results) else "\nTOKENS DIFFER: see NO above")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
