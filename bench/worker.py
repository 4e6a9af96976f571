"""A process with one tokenizer and one encoding that measures what the driver (bench_process.py) asks for.

    python3 bench/worker.py NAME ENCODING FOLDER_OF_FILES CORE[,CORE]

Each line of its input is a command as JSON, {"do": name, ...arguments}; each line of its output is the answer, an object. The functions
below whose name begins with `do_` are the commands. Garbage collection is off; times are those of time.perf_counter_ns; a result is
dropped after the time was taken, unless there are many calls between the two readings of the clock.
"""

import gc
import json
import os
import sys
import time
from array import array

now = time.perf_counter_ns


def text_of(path, begin=0, end=None, repeat=None):
    """The characters of a file that its bytes [begin, end) hold whole; with `repeat` so many copies of them."""
    with open(path, "rb") as file:
        file.seek(begin)
        data = file.read(-1 if end is None else end - begin)
    text = data.decode("utf-8", "ignore")
    return text * repeat if repeat else text


def pieces_of(text, size, most):
    """Up to `most` pieces of `size` characters from all over the text, of ASCII if there are such."""
    step = max(size, len(text) // most)
    pieces = [text[at : at + size] for at in range(0, len(text) - size + 1, step)][:most]
    return [piece for piece in pieces if piece.isascii()] or pieces


def numbers_of(tokens):
    """Tokens of any kind of result as bytes of uint32."""
    if isinstance(tokens, list):
        return array("I", tokens).tobytes()
    view = memoryview(tokens)
    assert view.itemsize == 4, view.format
    return view.tobytes()


def resident_bytes():
    """(now, at most so far)"""
    with open("/proc/self/smaps_rollup", encoding="ascii") as file:
        resident = next(int(line.split()[1]) for line in file if line.startswith("Rss:"))
    with open("/proc/self/status", encoding="ascii") as file:
        peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
    return resident * 1024, peak * 1024


def fresh(text):
    """An equal str. Python keeps the UTF-8 that a library has asked for inside the str: a second pass over the same one would find it."""
    return text[:1] + text[1:] if isinstance(text, str) and len(text) > 1 else text


class Worker:
    def __init__(self, name, encoding, files):
        self.name, self.encoding, self.files = name, encoding, files
        self.functions = {}
        self.chosen = {}  # kind: index of the function that is measured
        self.texts = []

    # ---- Commands ------------------------------------------------------------------------------------------------------------------

    def do_open(self, kind=None):
        """Imports, opens, and encodes one short text to this kind of result."""
        import peers

        self.functions = peers.open_peer(self.name, self.encoding, self.files)
        for function in self.functions[kind or next(iter(self.functions))]:
            function("hello world")
        return {"kinds": list(self.functions)}

    def do_text(self, **part):
        self.texts = [text_of(**part)]
        return self.describe_texts()

    def do_pieces(self, path, size, most):
        """Many texts of one size."""
        self.texts = pieces_of(text_of(path), size, most)
        return self.describe_texts()

    def do_cut(self, path, size, end=None):
        """All of a text in pieces of so many characters."""
        text = text_of(path, 0, end)
        self.texts = [text[at : at + size] for at in range(0, len(text), size)]
        return self.describe_texts()

    def do_choose(self, kind):
        """Finds the fastest of several functions for one kind of work on these texts."""
        functions = self.functions[kind]
        self.chosen[kind] = 0
        if len(functions) > 1:
            best = None
            for i, function in enumerate(functions):
                self.run(function, 1)
                seconds = min(self.run(function, 1)[0] for _ in range(2))
                if best is None or seconds < best:
                    best, self.chosen[kind] = seconds, i
        return {"chosen": self.chosen[kind]}

    def do_tokens(self, kind, path=None, threads=1):
        """Count and SHA-256 of the tokens of all texts; also writes them to a file if it has a path."""
        import hashlib

        function = self.function(kind)
        if kind == "count":
            return {"count": sum(map(function, self.texts))}
        if kind in ("batch", "batch_array"):
            results = function(self.texts, threads)
            numbers = [numbers_of(one) for one in results] if kind == "batch" else [numbers_of(results)]
        else:
            numbers = [numbers_of(function(text)) for text in self.inputs(kind)]
        data = b"".join(numbers)
        if path:
            with open(path, "wb") as file:
                file.write(data)
        return {"count": len(data) // 4, "sha256": hashlib.sha256(data).hexdigest()}

    def do_time(self, kind, chosen=None, samples=1, warm_up=False, sample_ns=2_000_000, threads=1):
        """Nanoseconds of a pass over all texts, for each of `samples`. A sample has as many passes as take about sample_ns.

        warm_up: one pass before, whose time does not count; left out after a pass that took long.
        """
        if chosen is not None:
            self.chosen[kind] = chosen
        if kind in ("batch", "batch_array"):
            return {"ns": [self.run_batch(kind, threads) for _ in range(samples + 1)][1:]}
        function = self.function(kind)
        inputs = self.inputs(kind)
        passes = 1
        if warm_up:
            taken, _ = self.run(function, 1, inputs)
            if taken < sample_ns:
                taken, _ = self.run(function, 1, inputs)
                passes = max(1, int(sample_ns / max(1, taken)))
            elif taken > 500_000_000 and samples == 1:
                return {"ns": [taken]}
        times = []
        for _ in range(samples):
            taken, result = self.run(function, passes, inputs)
            times.append(taken / passes)
            del result
        return {"ns": times}

    def do_memory(self, kind, path, begin=0, end=None):
        """Bytes that are resident beyond the interpreter, the text and the tokens, after it was imported, opened and used."""
        if kind == "array":
            import numpy  # noqa: F401
        import hashlib

        self.texts = [text_of(path, begin, end)]
        before, _ = resident_bytes()
        self.do_open(kind)
        opened, _ = resident_bytes()
        tokens = self.function(kind)(self.texts[0])
        after, peak = resident_bytes()
        tokens_size = 4 * len(tokens)
        answer = {"opened": opened - before, "after": after - before - tokens_size, "peak": peak - before - tokens_size}
        return {**answer, "count": len(tokens), "sha256": hashlib.sha256(numbers_of(tokens)).hexdigest()}

    # ---- What they share -----------------------------------------------------------------------------------------------------------

    def describe_texts(self):
        import hashlib

        size = 0
        digest = hashlib.sha256()
        for text in self.texts:
            data = text.encode("utf-8")
            size += len(data)
            digest.update(len(data).to_bytes(8, "little") + data)
        return {"bytes": size, "texts": len(self.texts), "digest": digest.hexdigest()}

    def function(self, kind):
        return self.functions[kind][self.chosen.get(kind, 0)]

    def inputs(self, kind):
        return [text.encode("utf-8") for text in self.texts] if kind == "array_bytes" else self.texts

    def run(self, function, passes, inputs=None):
        """(nanoseconds, result of the last call)"""
        inputs = self.texts if inputs is None else inputs
        result = None
        if passes == 1 and len(inputs) == 1:
            text = fresh(inputs[0])
            begin = now()
            result = function(text)
            return now() - begin, result
        times = range(passes)
        begin = now()
        for _ in times:
            for text in inputs:
                function(text)
        return now() - begin, result

    def run_batch(self, kind, threads):
        function = self.function(kind)
        begin = now()
        result = function(self.texts, threads)
        end = now()
        del result
        return end - begin


def main():
    name, encoding, files, cores = sys.argv[1:]
    os.sched_setaffinity(0, set(map(int, cores.split(","))))
    # What libraries print goes to standard error; the pipe to the driver is another file.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    gc.disable()
    worker = Worker(name, encoding, files)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = getattr(worker, "do_" + command.pop("do"))(**command)
        except Exception as error:  # the driver tells it
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
