#!/usr/bin/env python3
"""Makes the report of a run: one JSON file with everything and one Markdown file with tables, named by date and processor.

    python3 bench/report.py FOLDER OUTPUT_FOLDER

FOLDER has what the benches wrote: compare.json, and, if they ran, programs-*.json of hyperfine.sh and phases.tsv of phase_bench.
Prints the path of the JSON file.
"""

import glob
import json
import os
import sys
from statistics import median

import machine
import peers
import targets

KIND_TITLES = {
    ("array", "warm"): "To an array, warm",
    ("array", "cold"): "To an array, cold",
    ("array_bytes", "warm"): "From bytes to an array, warm",
    ("list", "warm"): "To a list, warm",
    ("count", "warm"): "Count, warm",
}

METHOD = """\
Times are medians, with the fastest and the slowest of {rounds} rounds behind them; MB are 1,000,000 bytes of UTF-8. Each tokenizer runs in
processes of its own, with one thread, pinned to one core; in each round every tokenizer gives one sample, so that all meet the same
state of the machine. *Cold* is the first pass over a text in a fresh process, after one short text; *warm* is a later pass. Text goes in
as `str`, each pass over a long text with one of its own, so that nobody finds the UTF-8 that Python keeps in a str once it was asked for;
special tokens are ordinary text, garbage collection is off. Where a package has several functions for the same result the one
that is faster on the text is taken; arrays are listed where a package makes them without a list. Before anything is timed its tokens are
compared with those of tiktoken {reference}: a tokenizer that differs has no speed, but a number of differing tokens."""

REPEAT = """\
`./dev bench` repeats all of it: it installs the other tokenizers (`bench/requirements.txt`) into `.venv-bench`, makes the texts from Debian
packages, measures, and writes this file. `./dev bench --quick` takes a few minutes and shows that all works; its times mean nothing."""


def table(head, rows):
    if not rows:
        return ["*Not measured.*", ""]
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return [*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows), ""]


def speed(value):
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def seconds(ns):
    for unit, factor in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= factor:
            return f"{ns / factor:.3g} {unit}"
    return f"{ns:.0f} ns"


def bytes_size(size):
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= factor:
            return f"{size / factor:g} {unit}"
    return f"{size} B"


def spread(values, show):
    values = sorted(values)
    middle = show(median(values))
    return middle if len(values) == 1 else f"{middle} ({show(values[0])}–{show(values[-1])})"


class Report:
    def __init__(self, run):
        self.run = run
        self.rows = run["rows"]
        self.names = list(run["versions"])
        self.encodings = sorted({row["encoding"] for row in self.rows})

    def select(self, **what):
        return [row for row in self.rows if all(row.get(key) == value for key, value in what.items())]

    def by_tokenizer(self, rows, columns, column_of, cell):
        """One line for each tokenizer that has anything here."""
        lines = []
        for name in self.names:
            cells = {column_of(row): cell(row) for row in rows if row["tokenizer"] == name and row["ns"]}
            if cells:
                lines.append([name, *(cells.get(column, "") for column in columns)])
        return lines

    # ---- Sections ------------------------------------------------------------------------------------------------------------------

    def head(self):
        options, made = self.run["options"], self.run["machine"]
        lines = [f"# token_ranker {self.run['versions'][peers.OURS]} and other tokenizers", ""]
        lines += [f"{self.run['date']}, {made['processor']}, {made['processors']} processors.", ""]
        if options["quick"]:
            lines += ["**A quick run over the beginnings of the texts: it shows that the bench works; the times mean nothing.**", ""]
        lines += [METHOD.format(rounds=options["rounds"], reference=self.run["versions"].get(peers.REFERENCE, "")), ""]
        lines += [REPEAT, ""]
        slow = [f"{name} {bytes_size(size)}" for name, size in self.run["parts"].items()]
        if slow:
            lines += [f"The slow ones get the first part of each text only: {', '.join(slow)}.", ""]
        return lines

    def targets(self):
        rows = self.run["targets"]
        known = [row for row in rows if row["is_met"] is not None]
        lines = ["## Figures to reach", ""]
        lines += [f"{sum(row['is_met'] for row in known)} of {len(known)} are met; {len(rows) - len(known)} were not measured.", ""]
        cells = []
        for row in rows:
            value = "" if row["value"] is None else f"{row['value']:.3g}"
            verdict = {None: "not measured", True: "met", False: "**missed**"}[row["is_met"]]
            cells.append([row["target"], row["where"], row["wanted"], value, verdict])
        return lines + table(["what", "where", "wanted", "measured", ""], cells)

    def throughput(self):
        texts = list(self.run["texts"])
        lines = ["## Throughput, MB/s", ""]
        for (kind, state), title in KIND_TITLES.items():
            for encoding in self.encodings:
                rows = self.select(measure="throughput", encoding=encoding, kind=kind, state=state)

                def cell(row):
                    return spread([row["bytes"] * 1e3 / ns for ns in row["ns"]], speed)

                found = self.by_tokenizer(rows, texts, lambda row: row["text"], cell)
                if found:
                    lines += [f"### {title}, {encoding}", "", *table(["", *texts], found)]
        return lines

    def exactness(self):
        rows = self.run["exactness"]
        differing = [row for row in rows if row["differing"]]
        lines = ["## Exactness", ""]
        lines += [f"{len(rows)} token streams were compared with tiktoken's, {len(rows) - len(differing)} are equal.", ""]
        cells = []
        for row in differing:
            what = (row[key] for key in ("tokenizer", "encoding", "text", "kind"))
            cells.append([*what, f"{row['differing']:,}", f"{row['tokens']:,}"])
        return lines + (table(["differs", "encoding", "text", "kind", "tokens that differ", "of"], cells) if differing else [])

    def latency(self):
        lines = ["## Time of one call for a text of so many bytes", ""]
        for kind in ("list", "array"):
            for encoding in self.encodings:
                rows = self.select(measure="latency", encoding=encoding, kind=kind)
                sizes = sorted({row["size"] for row in rows})
                found = self.by_tokenizer(rows, sizes, lambda row: row["size"], lambda row: spread(row["ns"], seconds))
                title = f"### To {'a list' if kind == 'list' else 'an array'}, {encoding}"
                lines += [title, "", *table(["", *map(bytes_size, sizes)], found)]
        return lines

    def start(self):
        lines = ["## Start-up: from the import to the tokens of the first text", ""]
        rows = self.select(measure="start")
        found = self.by_tokenizer(rows, self.encodings, lambda row: row["encoding"], lambda row: spread(row["ns"], seconds))
        return lines + table(["", *self.encodings], found)

    def memory(self):
        lines = ["## Memory, MB beyond the interpreter, the text and the tokens", ""]
        lines += ["Resident bytes: after opening and one short text; after a text of up to 16 MB was encoded to an array; the peak.", ""]
        cells = []
        for row in self.select(measure="memory"):
            figures = (spread(row[key], lambda size: f"{size / 1e6:.1f}") for key in ("opened", "after", "peak"))
            cells.append([row["tokenizer"], row["encoding"], *figures])
        return lines + table(["", "encoding", "opened", "after", "peak"], cells)

    def size(self):
        lines = ["## Size of the text: ns for each byte, to an array, warm", ""]
        rows = self.select(measure="size")
        sizes = sorted({row["size"] for row in rows})
        cells = []
        for text in dict.fromkeys(row["text"] for row in rows):
            for encoding in self.encodings:
                some = [row for row in rows if row["text"] == text and row["encoding"] == encoding]

                def cell(row):
                    return spread([ns / row["bytes"] for ns in row["ns"]], lambda one: f"{one:.2f}")

                found = self.by_tokenizer(some, sizes, lambda row: row["size"], cell)
                cells += [[f"{text}, {encoding}, {line[0]}", *line[1:]] for line in found]
        return lines + table(["", *map(bytes_size, sizes)], cells)

    def threads(self):
        lines = ["## Threads: many texts in one call, MB/s", ""]
        cells = []
        counts = sorted({row["threads"] for row in self.select(measure="threads")})
        for kind in ("batch_array", "batch"):
            for encoding in self.encodings:
                rows = self.select(measure="threads", kind=kind, encoding=encoding)

                def cell(row):
                    return spread([row["bytes"] * 1e3 / ns for ns in row["ns"]], speed)

                title = "one array" if kind == "batch_array" else "lists"
                found = self.by_tokenizer(rows, counts, lambda row: row["threads"], cell)
                cells += [[f"{line[0]}, to {title}, {encoding}", *line[1:]] for line in found]
        return lines + table(["", *(f"{count} thread{'s' * (count > 1)}" for count in counts)], cells)

    def programs(self):
        if not self.run["programs"]:
            return []
        texts = list(self.run["programs"])
        lines = ["## Whole programs: start Python, import, read a text, print its number of tokens", ""]
        lines += ["By hyperfine, cl100k_base, one core. `python` is `tests/reference/educational_bpe.py`, plain Python.", ""]
        names = dict.fromkeys(name for programs in self.run["programs"].values() for name in programs)
        cells = []
        for name in names:
            times = [self.run["programs"][text].get(name) for text in texts]
            cells.append([name, *("" if one is None else spread([second * 1e9 for second in one], seconds) for one in times)])
        return lines + table(["", *texts], cells)

    def phases(self):
        if not self.run["phases"]:
            return []
        lines = ["## Phases of the encoder: ns for each pretoken, native", ""]
        lines += ["`misses`: all but merging that pretokens without a value in the cache cost. Medians of the rounds of `phase_bench`.", ""]
        head, *rows = self.run["phases"]
        return lines + table(head, rows)

    def made_on(self):
        lines = ["## Machine, versions, texts", "", *table(["", ""], list(self.run["machine"].items()))]
        versions = {name: version for name, version in self.run["versions"].items() if name not in peers.FORCED}
        lines += table(["package", "version"], [[name, version] for name, version in versions.items()])
        described = self.run["texts"].items()
        texts = [[name, f"{text['bytes']:,}", f"{text['used']:,}", f"`{text['sha256']}`"] for name, text in described]
        lines += table(["text", "bytes", "of which measured", "SHA-256"], texts)
        if self.run["failures"]:
            lines += ["## Failures", "", *(f"- {failure}" for failure in self.run["failures"]), ""]
        return lines

    def markdown(self):
        sections = (self.head, self.targets, self.throughput, self.latency, self.start, self.memory, self.size, self.threads)
        lines = [line for section in sections for line in section()]
        return "\n".join(lines + self.programs() + self.phases() + self.exactness() + self.made_on())


def read_programs(folder):
    """{text: {tokenizer: seconds of the runs}}"""
    programs = {}
    for text in ("lyrics", "code_of_conduct", "dictionary"):
        for path in sorted(glob.glob(os.path.join(folder, f"programs-{text}*.json"))):
            with open(path, encoding="utf-8") as file:
                for one in json.load(file)["results"]:
                    programs.setdefault(text, {})[one["command"]] = one["times"]
    return programs


def read_phases(folder):
    try:
        with open(os.path.join(folder, "phases.tsv"), encoding="utf-8") as file:
            return [line.rstrip("\n").split("\t") for line in file]
    except FileNotFoundError:
        return []


def main():
    folder, output = sys.argv[1:]
    with open(os.path.join(folder, "compare.json"), encoding="utf-8") as file:
        run = json.load(file)
    run["programs"] = read_programs(folder)
    run["phases"] = read_phases(folder)
    run["targets"] = targets.evaluate(run)
    os.makedirs(output, exist_ok=True)
    base = os.path.join(output, f"{run['date']}-{machine.short_name(run['machine']['processor'])}")
    with open(base + ".json", "w", encoding="utf-8") as file:
        json.dump(run, file, indent=1)
    with open(base + ".md", "w", encoding="utf-8") as file:
        file.write(Report(run).markdown())
    print(base + ".json")


if __name__ == "__main__":
    main()
