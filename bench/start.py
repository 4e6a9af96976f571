"""Prints how long a tokenizer takes from its import to the tokens of the first text: `nanoseconds to open` `of the first call`.

    python3 bench/start.py NAME ENCODING FOLDER_OF_FILES CORE
"""

import os
import sys
from time import perf_counter_ns as now

import peers


def main():
    name, encoding, files, core = sys.argv[1:]
    os.sched_setaffinity(0, {int(core)})
    begin = now()
    functions = peers.open_peer(name, encoding, files)
    opened = now()
    first = functions["list" if "list" in functions else "array"][0]("hello world")
    print(opened - begin, now() - opened, len(first))


if __name__ == "__main__":
    main()
