"""What is measured, one function for each measure. All rounds are interleaved: each tokenizer in turn gives one sample, again and again.

Each function adds rows to Comparison.rows: {"measure", "tokenizer", "encoding", ..., "ns": one time for each round}.
"""

import contextlib
import os
import sys

import peers
from bench_process import BenchError, BenchProcess, cores, start_times
from expected_tokens import ExpectedTokens

KB, MB = 1000, 1_000_000
TEXT_KINDS = ("array", "list", "count", "array_bytes")
LATENCY_SIZES = (1, 12, 100, KB, 10 * KB, 100 * KB, MB)
LATENCY_BYTES = 200 * KB  # of all pieces of one size
LATENCY_PIECES = 200
SCALING_SIZES = (10 * KB, 100 * KB, MB, 4 * MB, 16 * MB, 64 * MB)
SCALING_SIZES_FULL = (256 * MB, 1000 * MB)
SCALING_PIECE = 10 * KB
REFERENCE_SIZE_MAX = 64 * MB  # beyond it tiktoken takes too long, and the forced PCRE2 path is the reference
BATCH_PIECE = 16 * KB         # characters
MEMORY_SIZE = 16 * MB


class Comparison:
    """options: rounds, encodings, texts (name -> path), end (bytes of each text, or None), full, tokenizers (or None: all)."""

    def __init__(self, options, files):
        self.options = options
        self.files = files
        self.versions = peers.available_peers()
        wanted = options.tokenizers or list(self.versions)
        self.names = [name for name in self.versions if name in wanted]
        self.driver_core, self.measuring_cores = cores()
        self.expected = ExpectedTokens(self.start, self.versions[peers.REFERENCE])
        self.rows = []
        self.exactness = []
        self.failures = []

    def start(self, name, encoding, threads=1):
        chosen = self.measuring_cores[:1] if threads == 1 else sorted({self.driver_core, *self.measuring_cores})
        return BenchProcess(name, encoding, self.files, chosen, threads)

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def fail(self, error):
        self.say(str(error))
        self.failures.append(str(error))

    def sample(self, worker, row, per=1, **arguments):
        """Adds one measurement to a row; a failure is noted and is the last of this worker."""
        try:
            row["ns"] += [taken / per for taken in worker.ask("time", **arguments)["ns"]]
        except BenchError as error:
            self.fail(error)

    def rotated(self, items, round_number):
        """The order of one round: each begins with the next tokenizer."""
        items = list(items)
        at = round_number % len(items) if items else 0
        return items[at:] + items[:at]

    def row(self, measure, tokenizer, encoding, **what):
        """The row with this description, a new one if there is none."""
        description = {"measure": measure, "tokenizer": tokenizer, "encoding": encoding, **what}
        for row in self.rows:
            if all(row.get(key) == value for key, value in description.items()):
                return row
        self.rows.append({**description, "ns": []})
        return self.rows[-1]

    def text_command(self, name, tokenizer=None):
        """What makes a worker read a text, or the part that this tokenizer gets."""
        ends = [self.options.end, tokenizer and peers.PEERS[tokenizer].most_bytes]
        ends = [end for end in ends if end]
        return {"do": "text", "path": self.options.texts[name], "end": min(ends) if ends else None}

    def is_exact(self, worker, kind, command, digest, text, **arguments):
        """Compares the tokens of the worker's texts with tiktoken's; notes the number of those that differ."""
        expected = self.expected.of(worker.encoding, command, digest)
        found = worker.ask("tokens", kind=kind, **arguments)
        if all(found[key] == expected[key] for key in found):
            differing = 0
        elif kind == "count":
            differing = abs(found["count"] - expected["count"])
        else:
            differing = self.expected.differing(worker, kind, worker.encoding, command)
            # The streams differ, at the least in their length.
            differing = differing or max(1, abs(found["count"] - expected["count"]))
        key = {"tokenizer": worker.name, "encoding": worker.encoding, "text": text, "kind": kind}
        self.exactness.append({**key, "tokens": expected["count"], "differing": differing})
        if differing:
            self.say(f"{worker.name} {worker.encoding} {text} {kind}: {differing} of {expected['count']} tokens differ: not timed")
        return differing == 0


@contextlib.contextmanager
def opened_workers(comparison, encoding, names, threads=1):
    """{name: worker} of those that could be opened."""
    workers = {}
    try:
        for name in names:
            worker = comparison.start(name, encoding, threads)
            workers[name] = worker
            try:
                worker.open()
            except BenchError as error:
                comparison.fail(error)
                worker.close()
                del workers[name]
        yield workers
    finally:
        for worker in workers.values():
            worker.close()


# ---- Throughput --------------------------------------------------------------------------------------------------------------------


def measure_throughput(comparison):
    """Speed on every text: warm for each kind of result, and cold."""
    for encoding in comparison.options.encodings:
        with opened_workers(comparison, encoding, comparison.names) as workers:
            for text in comparison.options.texts:
                comparison.say(f"throughput: {encoding} {text}")
                chosen = measure_warm(comparison, encoding, text, workers)
                measure_cold(comparison, encoding, text, chosen)


def measure_warm(comparison, encoding, text, workers):
    """Later passes over a text. Returns {(name, kind): the function that was chosen} of all that are exact."""
    chosen = {}
    for name, worker in list(workers.items()):
        command = comparison.text_command(text, name)
        try:
            described = worker.ask(**command)
            for kind in TEXT_KINDS:
                if kind in worker.kinds:
                    function = worker.ask("choose", kind=kind)["chosen"]
                    if comparison.is_exact(worker, kind, command, described["digest"], text):
                        chosen[name, kind] = function
                        row = comparison.row("throughput", name, encoding, text=text, kind=kind, state="warm")
                        row["bytes"] = described["bytes"]
        except BenchError as error:
            comparison.fail(error)
            del workers[name]
    for number in range(comparison.options.rounds):
        for name, kind in comparison.rotated(chosen, number):
            row = comparison.row("throughput", name, encoding, text=text, kind=kind, state="warm")
            comparison.sample(workers[name], row, kind=kind, warm_up=True)
    return chosen


def measure_cold(comparison, encoding, text, chosen):
    """First passes: each in a fresh process, after one short text."""
    names = [name for name in comparison.names if peers.PEERS[name].has_cold]
    for number in range(comparison.options.rounds):
        for name in comparison.rotated(names, number):
            if (name, "array") not in chosen:
                continue
            with comparison.start(name, encoding) as worker:
                worker.open("array")
                size = worker.ask(**comparison.text_command(text, name))["bytes"]
                row = comparison.row("throughput", name, encoding, text=text, kind="array", state="cold")
                row["bytes"] = size
                comparison.sample(worker, row, kind="array", chosen=chosen[name, "array"])


# ---- Latency -----------------------------------------------------------------------------------------------------------------------


def measure_latency(comparison):
    """One call for a text of so many bytes: many different ones, all met before."""
    path = comparison.options.latency_text
    names = [name for name in comparison.names if name not in peers.FORCED]
    for encoding in comparison.options.encodings:
        with opened_workers(comparison, encoding, names) as workers:
            for size in LATENCY_SIZES:
                comparison.say(f"latency: {encoding} {size} bytes")
                most = max(1, min(LATENCY_PIECES, LATENCY_BYTES // size))
                command = {"do": "pieces", "path": path, "size": size, "most": most}
                turns = []
                for name, worker in workers.items():
                    if peers.PEERS[name].most_bytes and size * most > LATENCY_BYTES:
                        continue
                    described = worker.ask(**command)
                    count = described["texts"]
                    for kind in ("list", "array"):
                        if kind in worker.kinds:
                            worker.ask("choose", kind=kind)
                            if comparison.is_exact(worker, kind, command, described["digest"], f"pieces of {size}"):
                                turns.append((name, kind))
                for number in range(comparison.options.rounds):
                    for name, kind in comparison.rotated(turns, number):
                        row = comparison.row("latency", name, encoding, kind=kind, size=size)
                        row["bytes"] = described["bytes"] / count
                        comparison.sample(workers[name], row, per=count, kind=kind, warm_up=True, sample_ns=5_000_000)


# ---- Start-up and memory -----------------------------------------------------------------------------------------------------------


def measure_start(comparison):
    """From the import to the tokens of the first text, in a fresh interpreter."""
    names = [name for name in comparison.names if name not in peers.FORCED]
    for encoding in comparison.options.encodings:
        comparison.say(f"start-up: {encoding}")
        for name in names:
            start_times(name, encoding, comparison.files, comparison.measuring_cores[0])  # reads the files and compiles the modules
        for number in range(comparison.options.rounds):
            for name in comparison.rotated(names, number):
                opened, first = start_times(name, encoding, comparison.files, comparison.measuring_cores[0])
                row = comparison.row("start", name, encoding)
                row["ns"].append(opened + first)
                row.setdefault("first_ns", []).append(first)


def measure_memory(comparison):
    """Resident bytes beyond the interpreter, the text and the tokens, after one text was encoded to an array."""
    name_of_text = next(iter(comparison.options.texts))
    path = comparison.options.texts[name_of_text]
    end = min(MEMORY_SIZE, comparison.options.end or MEMORY_SIZE)
    for encoding in comparison.options.encodings:
        comparison.say(f"memory: {encoding}")
        command = {"do": "text", "path": path, "end": end}
        with comparison.start(peers.OURS, encoding) as worker:
            expected = comparison.expected.of(encoding, command, worker.ask(**command)["digest"])
        for name in comparison.names:
            if name in peers.FORCED or peers.PEERS[name].most_bytes:
                continue
            answers = []
            for _ in range(min(3, comparison.options.rounds)):
                with comparison.start(name, encoding) as worker:
                    answers.append(worker.ask("memory", kind="array", path=path, end=end))
            if any(answer[key] != expected[key] for answer in answers for key in expected):
                comparison.fail(f"{name} {encoding}: other tokens in the measure of memory")
                continue
            row = comparison.row("memory", name, encoding, text=name_of_text, size=end)
            for key in ("opened", "after", "peak"):
                row[key] = [answer[key] for answer in answers]


# ---- Scaling -----------------------------------------------------------------------------------------------------------------------


def measure_size(comparison):
    """Time for texts of growing size: the same 10 KB again and again, and more and more of a text (its whole again and again)."""
    path = comparison.options.latency_text
    whole = os.path.getsize(path)
    sizes = [size for size in SCALING_SIZES if not comparison.options.end or size <= 4 * comparison.options.end]
    sizes += SCALING_SIZES_FULL if comparison.options.full else ()
    names = [name for name in (peers.OURS, "gigatoken") if name in comparison.names]
    for encoding in comparison.options.encodings:
        for text, piece in (("one 10 KB text repeated", SCALING_PIECE), ("a growing text", whole)):
            for size in sizes:
                comparison.say(f"size: {encoding} {text} {size}")
                command = {"do": "text", "path": path, "end": min(size, piece), "repeat": max(1, size // piece)}
                with opened_workers(comparison, encoding, names) as workers:
                    measure_one_size(comparison, encoding, text, size, command, workers)


def measure_one_size(comparison, encoding, text, size, command, workers):
    turns = []
    for name, worker in workers.items():
        described = worker.ask(**command)
        if size <= REFERENCE_SIZE_MAX:
            is_right = comparison.is_exact(worker, "array", command, described["digest"], f"{text}, {size}")
        else:
            is_right = worker.ask("tokens", kind="array") == tokens_by_pcre2(comparison, encoding, command)
            if not is_right:
                comparison.fail(f"{name} {encoding}: other tokens than the PCRE2 path in {text}, {size}")
        if is_right:
            comparison.row("size", name, encoding, text=text, size=size, kind="array")["bytes"] = described["bytes"]
            turns.append(name)
    for number in range(comparison.options.rounds):
        for name in comparison.rotated(turns, number):
            row = comparison.row("size", name, encoding, text=text, size=size, kind="array")
            comparison.sample(workers[name], row, kind="array", warm_up=True)


def tokens_by_pcre2(comparison, encoding, command):
    with comparison.start("token_ranker pcre2", encoding) as worker:
        worker.open()
        worker.ask(**command)
        return worker.ask("tokens", kind="array")


def measure_threads(comparison):
    """Many texts in one call, with one thread and with one for each processor."""
    path = comparison.options.latency_text
    command = {"do": "cut", "path": path, "size": BATCH_PIECE, "end": comparison.options.end}
    counts = sorted({1, len(set(comparison.measuring_cores) | {comparison.driver_core})})
    names = [name for name in (peers.OURS, "gigatoken", "quicktok", peers.REFERENCE) if name in comparison.names]
    for encoding in comparison.options.encodings:
        comparison.say(f"threads: {encoding}")
        with contextlib.ExitStack() as stack:
            turns = []
            for threads in counts:
                workers = stack.enter_context(opened_workers(comparison, encoding, names, threads))
                for name, worker in workers.items():
                    described = worker.ask(**command)
                    for kind in ("batch", "batch_array"):
                        if kind not in worker.kinds:
                            continue
                        if comparison.is_exact(worker, kind, command, described["digest"], f"{threads} threads", threads=threads):
                            turns.append((worker, kind, threads))
                            comparison.row("threads", name, encoding, kind=kind, threads=threads)["bytes"] = described["bytes"]
            for number in range(comparison.options.rounds):
                for worker, kind, threads in comparison.rotated(turns, number):
                    row = comparison.row("threads", worker.name, encoding, kind=kind, threads=threads)
                    comparison.sample(worker, row, kind=kind, threads=threads)


MEASURES = {
    "throughput": measure_throughput,
    "latency": measure_latency,
    "start": measure_start,
    "memory": measure_memory,
    "size": measure_size,
    "threads": measure_threads,
}
