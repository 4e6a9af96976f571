"""Tells which lines of the library each fuzz target comes to.

    coverage.py BUILD [--folder .cache/fuzz] [--missing TARGET]

BUILD has fuzz_replay, built with clang's coverage. Replayed are tests/fuzz/corpus/<target> and what was found in --folder. capi/python_*.cpp
is left out: only a Python can call it. --missing: lines of each file that the target does not come to.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

from corpus import pack
from run import HERE, ROOT, TARGETS

LEFT_OUT = ("capi/python_",)


def lines(build, profile):
    """folder -> (covered, all) lines, and the same for each file."""
    result = subprocess.run(["llvm-cov-16", "export", "-summary-only", f"-instr-profile={profile}", build / "fuzz_replay"], capture_output=True, check=True)
    files = {}
    for file in json.loads(result.stdout)["data"][0]["files"]:
        path = os.path.relpath(file["filename"], ROOT)
        if path.startswith(("src/", "capi/")) and not path.startswith(LEFT_OUT):
            files[path] = (file["summary"]["lines"]["covered"], file["summary"]["lines"]["count"])
    folders = {folder: tuple(sum(counts[i] for path, counts in files.items() if path.startswith(folder)) for i in range(2)) for folder in ("src/", "capi/")}
    return folders, files


def replay(build, target, folder, work):
    """The profile of one target."""
    corpora = [HERE / "corpus" / target]
    found = folder / "corpus" / target
    if found.is_dir():
        corpora.append(work / f"{target}.corpus")
        pack(corpora[-1], [found])
    raw, profile = work / f"{target}.profraw", work / f"{target}.profdata"
    subprocess.run([build / "fuzz_replay", target, *corpora], env=dict(os.environ, LLVM_PROFILE_FILE=str(raw)), stdout=subprocess.DEVNULL, check=True)
    subprocess.run(["llvm-profdata-16", "merge", "-o", profile, raw], check=True)
    return profile


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / ".cache/fuzz")
    parser.add_argument("--missing", choices=[*TARGETS, "all"])
    options = parser.parse_args()
    build = options.build.resolve()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        profiles = {target: replay(build, target, options.folder, work) for target in TARGETS}
        profiles["all"] = work / "all.profdata"
        subprocess.run(["llvm-profdata-16", "merge", "-o", profiles["all"], *(profiles[target] for target in TARGETS)], check=True)
        print(f"{'target':<16}{'src/':>8}{'capi/':>8}   lines")
        for target, profile in profiles.items():
            folders, files = lines(build, profile)
            shares = {folder: 100 * covered / count for folder, (covered, count) in folders.items()}
            print(f"{target:<16}{shares['src/']:>7.1f}%{shares['capi/']:>7.1f}%   {sum(c for c, _ in folders.values()):,} of {sum(n for _, n in folders.values()):,}")
            if options.missing == target:
                for path, (covered, count) in sorted(files.items(), key=lambda item: item[1][0] - item[1][1]):
                    if covered < count:
                        print(f"    {path}: {covered} of {count}")


if __name__ == "__main__":
    main()
