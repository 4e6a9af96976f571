#!/usr/bin/env python3
"""One large file of documents through encode_files and through tiktoken: whether the tokens are the same, times, memory.

    python bench/large_file.py [--bytes N] [--encoding NAME] [--rounds N] [--output FILE]

The file is assembled from Debian packages: at most half of it documents for people in many languages, the rest source code, every
document followed by a NUL. token_ranker reads it as it is; tiktoken, which cannot take a gigabyte as one text, gets the same documents
one by one, and in batches on all processors. All write the same: tokens as uint32, the ends of documents as int64. A time is that of
opening the encoding, reading, encoding and writing, without the start of Python; rounds are interleaved. Ends with status 1 if tokens
differ.
"""

import argparse
import array
import filecmp
import fnmatch
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, ".cache", "large_file")
SEPARATOR = b"\0"
GB = 1_000_000_000
DOCUMENT_SIZE = 1_000_000  # bytes of a document at most
PACKAGES = 20  # no package but the last has more than this part of the file
BATCH_SIZE = 32 << 20  # bytes of documents that tiktoken gets in one call
CLAIM = (2, 3)  # "2-3x on a 1 GB file", once said of token_ranker

sys.path[:0] = [os.path.join(ROOT, folder) for folder in ("corpora", "bench", "py", "tests/python")]

# ---- The file ----------------------------------------------------------------------------------------------------------------------

LANGUAGES = "en-us de es fr it ja ko nl pl pt-br ru tr vi zh-cn".split()


def packages_of_text(fetch):
    """(package, paths of members, reader) of documents, and of code; the last one is larger than all the others."""
    small = [(package, pattern, reader) for parts in fetch.TEXTS.values() for package, pattern, reader, _ in parts]
    is_code = {"*.py", "*.[ch]", "*/newlib/lib[cm]/*.[ch]"}
    documents = [part for part in small if part[1] not in is_code]
    documents += [(f"libreoffice-help-{language}", "*.html", fetch.read_html) for language in LANGUAGES]
    return documents, [*(part for part in small if part[1] in is_code), ("linux-source", "*", fetch.read_plain)]


def real_package(package):
    """linux-source is an empty package that depends on the present version."""
    if package != "linux-source":
        return package
    lines = subprocess.run(["apt-cache", "depends", package], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout.split("\n")
    return next(line.split()[-1] for line in lines if "Depends: linux-source-" in line)


def members(archive, pattern):
    """Yields the bytes of the chosen regular files of a tar archive that is read once, and of the tar archives in it."""
    for entry in archive:
        if not entry.isfile():
            continue
        if ".tar." in entry.name:
            with tarfile.open(fileobj=archive.extractfile(entry), mode="r|*") as inner:
                yield from members(inner, pattern)
        elif fnmatch.fnmatchcase(entry.name, pattern):
            yield archive.extractfile(entry).read()


def documents_of(path, pattern, reader):
    """The texts of a package; long ones, such as dictionaries, in parts that end with a line."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            for data in members(archive, pattern):
                text = reader(data)
                if text and "\0" not in text:
                    document = text.encode("utf-8")
                    while len(document) > DOCUMENT_SIZE:
                        end = document.rfind(b"\n", 0, DOCUMENT_SIZE) + 1 or len(document)
                        yield document[:end]
                        document = document[end:]
                    yield document


class Assembly:
    """The file as it grows. Packages are kept in a folder until it is done."""

    def __init__(self, file, folder, fetch):
        self.file, self.folder, self.fetch = file, folder, fetch
        self.seen = set()  # digests of the documents
        self.packages = {}  # name: path

    def add(self, part, size):
        """Adds documents of a package that are not there yet, until there are `size` bytes more."""
        package, pattern, reader = part
        name, end = real_package(package), self.file.tell() + size
        if name not in self.packages:
            print(f"large_file.py: {name}", file=sys.stderr)
            self.packages[name] = self.fetch.download([name], self.folder)[name]
        for document in documents_of(self.packages[name], pattern, reader):
            digest = hashlib.sha256(document).digest()
            if document and digest not in self.seen:  # the same licence comes again and again
                self.seen.add(digest)
                self.file.write(document + SEPARATOR)
            if self.file.tell() >= end:
                break

    def fill(self, size):
        documents, (*code, largest) = packages_of_text(self.fetch)
        for part in documents:
            if self.file.tell() < size // 2:
                self.add(part, size // PACKAGES)
        for part in code:
            self.add(part, size // PACKAGES)
        self.add(largest, size - self.file.tell())
        if self.file.tell() < size:
            sys.exit(f"large_file.py: the packages have {self.file.tell()} bytes, not {size}")

    def versions(self):
        return [f"{name}={self.fetch.package_version(path)}" for name, path in self.packages.items()]


def assembled(size):
    """The path of the file and what it is; made if it is not there."""
    import fetch

    path = os.path.join(FOLDER, f"documents_{size}.txt")
    if not os.path.exists(path + ".json"):
        os.makedirs(FOLDER, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder, open(path, "wb") as file:
            assembly = Assembly(file, folder, fetch)
            assembly.fill(size)
            found = assembly.versions()
        with open(path, "rb") as file:
            sha256, documents = hashlib.sha256(), 0
            while data := file.read(1 << 24):
                sha256.update(data)
                documents += data.count(SEPARATOR)
        about = {"bytes": os.path.getsize(path), "documents": documents, "sha256": sha256.hexdigest(), "packages": found}
        with open(path + ".json", "w", encoding="utf-8") as file:
            json.dump(about, file, indent=1)
    with open(path + ".json", encoding="utf-8") as file:
        return path, json.load(file)


# ---- Workers: each a process of its own --------------------------------------------------------------------------------------------


def ours(path, encoding, threads, tokens_path, offsets_path):
    import token_ranker

    (result,) = token_ranker.encode_files(
        path, encoding, os.path.dirname(tokens_path), separator=SEPARATOR, output_format="raw", num_threads=threads, overwrite=True
    )
    os.replace(result.tokens_path, tokens_path)
    os.replace(result.offsets_path, offsets_path)


def documents_in(path):
    """The documents of the file as str, read in windows."""
    with open(path, "rb") as file:
        rest = b""
        while data := file.read(1 << 22):
            *documents, rest = (rest + data).split(SEPARATOR)
            for document in documents:
                yield document.decode("utf-8")
        if rest:
            yield rest.decode("utf-8")


def write_arrays(arrays, tokens_path, offsets_path):
    offsets = array.array("q", [0])
    with open(tokens_path, "wb") as file:
        for tokens in arrays:
            file.write(tokens)
            offsets.append(offsets[-1] + len(tokens))
    with open(offsets_path, "wb") as file:
        file.write(offsets)


def tiktoken_one_by_one(path, encoding, threads, tokens_path, offsets_path):
    import tiktoken

    encode = tiktoken.get_encoding(encoding).encode_to_numpy  # its quickest: no list is made
    write_arrays((encode(text, disallowed_special=()) for text in documents_in(path)), tokens_path, offsets_path)


def tiktoken_batches(path, encoding, threads, tokens_path, offsets_path):
    import tiktoken

    encode_batch = tiktoken.get_encoding(encoding).encode_ordinary_batch

    def arrays():
        batch, size = [], 0
        for text in documents_in(path):
            batch.append(text)
            size += len(text)
            if size >= BATCH_SIZE:
                yield from (array.array("I", tokens) for tokens in encode_batch(batch, num_threads=threads))
                batch, size = [], 0
        yield from (array.array("I", tokens) for tokens in encode_batch(batch, num_threads=threads))

    write_arrays(arrays(), tokens_path, offsets_path)


WORKERS = {"token_ranker": ours, "tiktoken": tiktoken_one_by_one, "tiktoken batches": tiktoken_batches}


def peak_memory():
    """Most bytes of this process that were resident, mapped files included."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))


def work(name, path, encoding, threads, tokens_path, offsets_path):
    begin = time.perf_counter()
    WORKERS[name](path, encoding, int(threads), tokens_path, offsets_path)
    print(json.dumps({"seconds": time.perf_counter() - begin, "peak": peak_memory()}))


# ---- The report --------------------------------------------------------------------------------------------------------------------


def measure(path, options, processors, vocabularies, directory):
    """{(name, threads): [samples]}, and whether all outputs were the same."""
    runs = [("token_ranker", 1), ("token_ranker", processors), ("tiktoken", 1), ("tiktoken batches", processors)]
    samples, is_same = {run: [] for run in dict.fromkeys(runs)}, True
    reference = [os.path.join(directory, name) for name in ("tokens.reference", "offsets.reference")]
    environment = dict(os.environ, TIKTOKEN_CACHE_DIR=vocabularies)
    for round_number in range(options.rounds):
        for name, threads in samples:
            print(f"large_file.py: round {round_number + 1}: {name}, threads: {threads}", file=sys.stderr)
            paths = [os.path.join(directory, part) for part in ("tokens", "offsets")]
            command = [sys.executable, os.path.abspath(__file__), "--worker", name, path, options.encoding, str(threads), *paths]
            output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
            samples[name, threads].append(json.loads(output))
            if not os.path.exists(reference[0]):
                for one, other in zip(paths, reference):
                    os.replace(one, other)
            elif not all(filecmp.cmp(one, other, shallow=False) for one, other in zip(paths, reference)):
                print(f"large_file.py: {name}, threads: {threads}: other tokens than token_ranker with one thread", file=sys.stderr)
                is_same = False
    return samples, is_same, os.path.getsize(reference[0]) // 4


def report_lines(about, options, samples, is_same, tokens, machine):
    size, median = about["bytes"], {}
    yield f"# One file of {size / GB:.2f} GB, {options.encoding}"
    yield ""
    yield f"{size} bytes, {about['documents']} documents, {tokens} tokens, SHA-256 {about['sha256']}"
    yield f"from {', '.join(about['packages'])}"
    yield f"on {', '.join(f'{name}: {value}' for name, value in machine.items())}"
    yield ""
    yield "| program | threads | seconds, median | min | max | MB/s | peak memory, MB |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for (name, threads), taken in samples.items():
        seconds = [sample["seconds"] for sample in taken]
        median[name, threads] = statistics.median(seconds)
        peak = max(sample["peak"] for sample in taken)
        numbers = f"{median[name, threads]:.2f} | {min(seconds):.2f} | {max(seconds):.2f} | {size / 1e6 / median[name, threads]:.0f}"
        yield f"| {name} | {threads} | {numbers} | {peak / 1e6:.0f} |"
    yield ""
    yield f"Tokens and offsets of all: {'the same' if is_same else 'DIFFERENT'}."
    most = max(threads for _, threads in samples)
    one, many = median["tiktoken", 1] / median["token_ranker", 1], median["tiktoken batches", most] / median["token_ranker", most]
    claim = "is exceeded" if min(one, many) > CLAIM[1] else "holds" if min(one, many) >= CLAIM[0] else "is not reached"
    size_note = "" if size >= GB else f", on {size / 1e6:.0f} MB only"
    ratios = f"{one:.1f}× with one thread, {many:.1f}× with {most} each"
    yield f"The older claim of {CLAIM[0]}–{CLAIM[1]}× on a 1 GB file {claim}{size_note}: {ratios}."


def main():
    if sys.argv[1:2] == ["--worker"]:
        return work(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bytes", type=int, default=GB, help="of the file (default: 1000000000)")
    parser.add_argument("--encoding", default="o200k_base")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", help="write the report there too")
    options = parser.parse_args()
    path, about = assembled(options.bytes)
    import machine
    import oracle

    processors = len(os.sched_getaffinity(0))
    described = machine.describe(ROOT)
    with open(path, "rb") as file:  # so the first round finds it in memory, as the others do
        while file.read(1 << 24):
            pass
    with tempfile.TemporaryDirectory(dir=FOLDER) as directory:
        samples, is_same, tokens = measure(path, options, processors, oracle.folder, directory)
    report = "\n".join(report_lines(about, options, samples, is_same, tokens, described)) + "\n"
    print(report, end="")
    if options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(report)
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
