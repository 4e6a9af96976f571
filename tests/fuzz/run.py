"""Runs the fuzz targets one after the other, for a time or until there are so many executions, and tells what was run.

    run.py BUILD [TARGET...] [--seconds 60] [--each N --total N] [--folder .cache/fuzz]     fuzz
    run.py --summary [--folder .cache/fuzz]                                                 tell what was run so far

BUILD is a folder with fuzz_<target> programs. In --folder are corpus/<target>/, which begins with tests/fuzz/corpus/<target>; logs/, one for
each target and build, from which the summary is made, so that a run may be stopped and begun again; and crashes/. With --each or --total the
targets take turns of --seconds until every one has EACH executions in this build and all together TOTAL.
"""

import argparse
import datetime
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/fuzz"
TARGETS = sorted(path.stem.removeprefix("target_") for path in HERE.glob("target_*.cpp"))
MAX_SIZES = {"tokenizer_json": 2048, "tekken_json": 1024, "rank_file": 512, "regex": 200}  # else 256: beyond it executions only get slower
DICTIONARIES = {"tokenizer_json": "json", "tekken_json": "json", "rank_file": "json", "regex": "regex"}  # else text


def command(build, target, seconds, folder):
    corpus = folder / "corpus" / target
    subprocess.run([sys.executable, HERE / "corpus.py", "unpack", HERE / "corpus" / target, corpus], check=True)
    (folder / "crashes").mkdir(parents=True, exist_ok=True)
    # Inputs stay as long as they are found, and the choice among them costs no more than an execution. Time is no failure where others run, too.
    return [build / f"fuzz_{target}", f"-max_total_time={seconds}", "-len_control=0", f"-max_len={MAX_SIZES.get(target, 256)}", "-reduce_inputs=0",
            "-entropic=0", "-timeout=600", "-rss_limit_mb=6000", f"-dict={HERE / 'dictionaries' / DICTIONARIES.get(target, 'text')}",
            f"-artifact_prefix={folder / 'crashes' / target}-", "-print_final_stats=1", corpus]


def fuzz(build, target, seconds, folder):
    """One turn; False if something was found."""
    log = folder / "logs" / f"{target}.{build.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    with log.open("a") as file:
        print(f"turn: {datetime.datetime.now().isoformat(timespec='seconds')} commit {commit}", file=file, flush=True)
        before = os.times()
        result = subprocess.run([str(part) for part in command(build, target, seconds, folder)], stdout=file, stderr=subprocess.STDOUT)
        after = os.times()
        took = after.children_user + after.children_system - before.children_user - before.children_system
        print(f"turn ended: status {result.returncode}, {took:.1f} s of processor time", file=file)
    return result.returncode == 0


def read_logs(folder):
    """(target, build) -> executions, bytes, processor seconds, turns that failed."""
    rows = {}
    for log in sorted((folder / "logs").glob("*.log")):
        target, build = log.name.removesuffix(".log").split(".", 1)
        text = log.read_text(errors="replace")
        counts = [(int(n), float(mean)) for n, mean in re.findall(r"^counts: (\d+) inputs, mean ([\d.]+) bytes", text, re.M)]
        ends = [(int(status), float(took)) for status, took in re.findall(r"^turn ended: status (-?\d+), ([\d.]+) s", text, re.M)]
        rows[target, build] = (sum(n for n, _ in counts), sum(n * mean for n, mean in counts), sum(took for _, took in ends),
                               sum(status != 0 for status, _ in ends))
    return rows


def print_summary(folder):
    rows = read_logs(folder)
    print(f"{'target':<16}{'build':<18}{'executions':>13}{'per s of CPU':>14}{'mean bytes':>12}{'crashes':>9}")
    for (target, build), (executions, size, took, failures) in rows.items():
        print(f"{target:<16}{build:<18}{executions:>13,}{executions / took if took else 0:>14,.0f}{size / executions if executions else 0:>12.1f}{failures:>9}")
    for build in sorted({build for _, build in rows}):
        total = [sum(row[i] for (_, b), row in rows.items() if b == build) for i in range(4)]
        print(f"{'all':<16}{build:<18}{total[0]:>13,}{total[0] / total[2] if total[2] else 0:>14,.0f}{total[1] / total[0] if total[0] else 0:>12.1f}{total[3]:>9}")
    crashes = sorted((folder / "crashes").glob("*"))
    for crash in crashes:
        print(f"found: {crash}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=pathlib.Path)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--each", type=int, default=0)
    parser.add_argument("--total", type=int, default=0)
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / ".cache/fuzz")
    parser.add_argument("--summary", action="store_true")
    options = parser.parse_args()
    folder = options.folder.resolve()
    if options.summary:
        return print_summary(folder)
    build, targets = options.build.resolve(), options.targets or TARGETS
    unknown = set(targets) - set(TARGETS)
    if unknown:
        sys.exit(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    if not options.each and not options.total:
        found = [target for target in targets if not fuzz(build, target, options.seconds, folder)]
    else:
        found = []
        while len(found) < len(targets):
            done = {target: read_logs(folder).get((target, build.name), (0,))[0] for target in targets if target not in found}
            behind = [target for target in done if done[target] < options.each]
            if not behind and sum(done.values()) >= options.total:
                break
            for target in behind or done:  # a target that has found something waits until that is mended
                if not fuzz(build, target, options.seconds, folder):
                    found.append(target)
    print_summary(folder)
    if found:
        sys.exit(f"found something: {', '.join(found)}; see {folder / 'logs'} and {folder / 'crashes'}")


if __name__ == "__main__":
    main()
