"""The driver's side of the measuring processes: worker.py in a process of its own, pinned to the cores that measure."""

import json
import os
import subprocess
import sys

BENCH = os.path.dirname(os.path.abspath(__file__))

# One thread per tokenizer, also where a library would start more; where threads are measured, THREADS says how many.
THREAD_VARIABLES = ("RAYON_NUM_THREADS", "OMP_NUM_THREADS")


def cores():
    """(core of the driver, cores that measure): the driver has one of its own if there are several."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[1:] or allowed


class BenchError(Exception):
    """A worker could not do what it was asked for."""


def environment(threads):
    variables = {name: str(threads) for name in THREAD_VARIABLES}
    # Modules are compiled once, as where they are installed.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    variables["PYTHONPYCACHEPREFIX"] = os.path.join(os.path.dirname(BENCH), ".cache", "bytecode")
    return {**kept, **variables, "TOKENIZERS_PARALLELISM": "false", "PYTHONHASHSEED": "0", "HF_HUB_OFFLINE": "1"}


class BenchProcess:
    """A running worker. What it is asked for happens while the driver waits."""

    def __init__(self, name, encoding, files, measuring_cores, threads=1):
        self.name, self.encoding = name, encoding
        chosen = ",".join(map(str, measuring_cores))
        command = [sys.executable, os.path.join(BENCH, "worker.py"), name, encoding, files, chosen]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env=environment(threads)
        )
        self.kinds = []

    def ask(self, do, **arguments):
        try:
            self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise BenchError(f"{self.name} {self.encoding}: the process ended while it did {do}, status {self.process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise BenchError(f"{self.name} {self.encoding}: {do}: {answer['error']}")
        return answer

    def open(self, kind=None):
        self.kinds = self.ask("open", kind=kind)["kinds"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def start_times(name, encoding, files, core):
    """(nanoseconds to import and open, nanoseconds of the first call) in a fresh interpreter."""
    command = [sys.executable, os.path.join(BENCH, "start.py"), name, encoding, files, str(core)]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", env=environment(1), check=True)
    opened, first, _ = map(int, done.stdout.split()[-3:])
    return opened, first
