"""What a measurement was made on: processor, system, compiler, versions."""

import glob
import hashlib
import os
import platform
import re
import subprocess


def first_line(path, default=""):
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().strip()
    except OSError:
        return default


def field_of(path, name):
    """The value of the first line `name: value` of a file."""
    try:
        with open(path, encoding="utf-8") as file:
            return next((line.split(":", 1)[1].strip() for line in file if line.split(":", 1)[0].strip() == name), "")
    except OSError:
        return ""


def output_of(*command):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def caches():
    """Like "L1d 48K, L2 2048K, L3 32768K" of the first processor."""
    found = []
    for folder in sorted(glob.glob("/sys/devices/system/cpu/cpu0/cache/index*")):
        kind, level = first_line(folder + "/type"), first_line(folder + "/level")
        if kind != "Instruction":
            found.append(f"L{level}{'d' if kind == 'Data' else ''} {first_line(folder + '/size')}")
    return ", ".join(found)


def compiler_of(build):
    """Compiler and flags of a build folder, and the SHA-256 of its library."""
    entries = {}
    try:
        with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as file:
            entries = dict(re.findall(r"^(CMAKE_\w+):\w+=(.*)$", file.read(), re.MULTILINE))
        with open(os.path.join(build, "libtoken_ranker.so"), "rb") as file:
            library = hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return {}
    version = output_of(entries.get("CMAKE_CXX_COMPILER", "c++"), "--version").split("\n")[0]
    return {"compiler": version, "build type": entries.get("CMAKE_BUILD_TYPE", ""), "library SHA-256": library}


def describe(root):
    processor = field_of("/proc/cpuinfo", "model name") or platform.machine()
    return {
        "processor": processor,
        "processors": len(os.sched_getaffinity(0)),
        "caches": caches(),
        "governor": first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "not shown"),
        "hypervisor": "yes" if " hypervisor" in field_of("/proc/cpuinfo", "flags") else "no",
        "memory": field_of("/proc/meminfo", "MemTotal"),
        "huge pages": first_line("/sys/kernel/mm/transparent_hugepage/enabled"),
        "load before": first_line("/proc/loadavg"),
        "system": platform.platform(),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        **compiler_of(os.path.join(root, "build")),
        "revision": output_of("git", "-C", root, "describe", "--always", "--dirty"),
    }


def short_name(processor):
    """For names of files: "AMD EPYC 9R14" -> "amd-epyc-9r14"."""
    return "-".join(re.findall(r"[a-z0-9]+", re.sub(r"\((r|tm)\)", " ", processor.lower())))
