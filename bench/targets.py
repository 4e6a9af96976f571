"""The figures to reach, and which of them a run reached: all are ratios of medians of the same run, or bytes.

`evaluate` gives rows {"target", "where", "wanted", "value", "is_met"}; value and is_met are None where something was not measured.
"""

from statistics import median

import peers

PROSE, DICTIONARIES, CODE = ("en_docs",), ("en_dict", "dictionary"), ("code_c", "code_python")
LARGE = (*PROSE, *DICTIONARIES, *CODE, "ten_languages", "cjk")
RIVAL = "gigatoken"

# (kind, state, other tokenizer, texts, at least so many times its speed)
SPEEDS = (
    ("array", "warm", RIVAL, (*PROSE, *DICTIONARIES), 1.7),
    ("array", "warm", RIVAL, (*CODE, "ten_languages", "cjk"), 2),
    ("array", "cold", RIVAL, (*PROSE, *CODE), 3),
    ("array", "cold", RIVAL, DICTIONARIES, 2.5),
    ("array", "cold", RIVAL, ("ten_languages",), 4),
    ("array", "cold", RIVAL, ("cjk",), 8),
    ("list", "warm", RIVAL, LARGE, 2),
    ("array", "warm", peers.REFERENCE, (*PROSE, *CODE), 40),
)
# (forced engine, other tokenizer, at least so many times its speed): array, warm, large texts
ENGINES = (("avx2", peers.OURS, 0.6), ("portable", peers.REFERENCE, 8), ("pcre2", peers.REFERENCE, 2))
# bytes of a text: at most so much of the rival's time to a list
LATENCIES = {12: 0.3, 100: 0.45, 1000: 0.6, 10_000: 0.5}
START = 0.1        # of the rival's time to open and for the first call
MEMORY = 24_000_000  # bytes beyond text and tokens
FLATNESS = 0.15    # by which time per byte may be off its middle
THREADS = 1.9      # times the speed with two threads


class Result:
    """The rows of a comparison, to be looked up."""

    def __init__(self, rows):
        self.rows = rows

    def row(self, **description):
        for row in self.rows:
            if row.get("ns") != [] and all(row.get(key) == value for key, value in description.items()):
                return row
        return None

    def all_rows(self, **description):
        return [row for row in self.rows if all(row.get(key) == value for key, value in description.items())]

    def ns_per_byte(self, **description):
        """Parts of different sizes of one text compare by it; None if it was not measured."""
        row = self.row(**description)
        return median(row["ns"]) / row["bytes"] if row else None

    def ns(self, **description):
        row = self.row(**description)
        return median(row["ns"]) if row else None


def at_least(target, where, value, wanted):
    is_met = None if value is None else value >= wanted
    return {"target": target, "where": where, "wanted": f">= {wanted:g}", "value": value, "is_met": is_met}


def at_most(target, where, value, wanted):
    is_met = None if value is None else value <= wanted
    return {"target": target, "where": where, "wanted": f"<= {wanted:g}", "value": value, "is_met": is_met}


def ratio(above, below):
    return above / below if above is not None and below is not None else None


def speeds(result, encodings, texts):
    for kind, state, other, wanted_texts, wanted in SPEEDS:
        for encoding in encodings:
            for text in wanted_texts:
                if text in texts:
                    what = {"measure": "throughput", "encoding": encoding, "text": text, "kind": kind, "state": state}
                    value = ratio(result.ns_per_byte(tokenizer=other, **what), result.ns_per_byte(tokenizer=peers.OURS, **what))
                    yield at_least(f"{kind}, {state}: speed / {other}", f"{encoding} {text}", value, wanted)


def engines(result, encodings, texts):
    for engine, other, wanted in ENGINES:
        for encoding in encodings:
            for text in LARGE:
                if text in texts:
                    what = {"measure": "throughput", "encoding": encoding, "text": text, "kind": "array", "state": "warm"}
                    forced = result.ns_per_byte(tokenizer=f"{peers.OURS} {engine}", **what)
                    value = ratio(result.ns_per_byte(tokenizer=other, **what), forced)
                    yield at_least(f"{engine} forced: speed / {other}", f"{encoding} {text}", value, wanted)


def latencies(result, encodings):
    for encoding in encodings:
        for size, wanted in LATENCIES.items():
            what = {"measure": "latency", "encoding": encoding, "kind": "list", "size": size}
            ours = result.ns(tokenizer=peers.OURS, **what)
            where = f"{encoding} {size} B"
            yield at_most(f"list, short text: time / {RIVAL}", where, ratio(ours, result.ns(tokenizer=RIVAL, **what)), wanted)
            others = [median(row["ns"]) for row in result.all_rows(**what) if row["ns"] and row["tokenizer"] != peers.OURS]
            yield at_most("list, short text: time / fastest other", where, ratio(ours, min(others, default=None)), 1)


def others(result, encodings):
    for encoding in encodings:
        what = {"measure": "start", "encoding": encoding}
        value = ratio(result.ns(tokenizer=peers.OURS, **what), result.ns(tokenizer=RIVAL, **what))
        yield at_most(f"start and first call: time / {RIVAL}", encoding, value, START)
    for encoding in encodings:
        row = result.row(measure="memory", encoding=encoding, tokenizer=peers.OURS)
        row = row or next(iter(result.all_rows(measure="memory", encoding=encoding, tokenizer=peers.OURS)), None)
        yield at_most("memory beyond text and tokens, MB", encoding, median(row["after"]) / 1e6 if row else None, MEMORY / 1e6)
    for encoding in encodings:
        rows = result.all_rows(measure="size", encoding=encoding, tokenizer=peers.OURS, text="one 10 KB text repeated")
        times = [median(row["ns"]) / row["bytes"] for row in rows if row["ns"]]
        value = (max(times) - min(times)) / (max(times) + min(times)) if times else None
        yield at_most("time per byte, 10 KB and up: off the middle by", encoding, value, FLATNESS)
    for kind in ("batch_array", "batch"):
        for encoding in encodings:
            what = {"measure": "threads", "encoding": encoding, "tokenizer": peers.OURS, "kind": kind}
            value = ratio(result.ns(threads=1, **what), result.ns(threads=2, **what))
            yield at_least(f"{kind.replace('_', ' to one ')}: speed with 2 threads / with 1", encoding, value, THREADS)


def evaluate(comparison):
    result = Result(comparison["rows"])
    encodings = sorted({row["encoding"] for row in comparison["rows"]})
    texts = comparison["texts"]
    return [
        *speeds(result, encodings, texts),
        *engines(result, encodings, texts),
        *latencies(result, encodings),
        *others(result, encodings),
    ]
