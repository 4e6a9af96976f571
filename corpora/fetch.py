#!/usr/bin/env python3
"""Makes the larger texts in corpora/fetched/ from packages of Debian 12, which stay in the package archive.

    python3 corpora/fetch.py        dictionary.txt, the third text of the talk; its SHA-256 is pinned below
    python3 corpora/fetch.py all    that, and about 105 MB of prose, source code and some forty languages for the exactness tests

A package becomes text in three steps: its members are chosen by path, each is turned to plain text by a reader, and the texts, in the
order of their paths, are cut at a line end. Equal packages so give equal texts; MANIFEST.tsv there says which packages they were.
A text that is there and matches its line of MANIFEST.tsv is left alone.
"""

import fnmatch
import gzip
import hashlib
import html
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile

FETCHED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fetched")
MANIFEST = os.path.join(FETCHED, "MANIFEST.tsv")

DICTIONARY_PACKAGE_VERSION = "0.48.5+nmu2"
DICTIONARY_SHA256 = "ed639f41b73f374e6b4a6f2fcf6e99a1390392b4162b9dd96e14cb0a133065f6"
DICTIONARY_WORDS = 731_000
KB = 1000


# ---- Readers: the bytes of one member -> text; None if it is not UTF-8 -------------------------------------------------------------------


def read_plain(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def read_euc_jp(data):
    return data.decode("euc_jp", "replace")


def read_dictzip(data):
    return gzip.decompress(data).decode("utf-8", "replace")


def read_html(data):
    text = read_plain(data)
    if text is None:
        return None
    text = re.sub(r"(?is)<!--.*?-->|<(script|style|head)\b.*?</\1\s*>", "", text)
    text = html.unescape(re.sub(r"(?s)<[^>]*>", "", text))
    return re.sub(r"\n\s*\n+", "\n\n", text)


# Macros whose arguments are text; every other macro line is left out.
MAN_TEXT_MACROS = set("SH SS B I BR RB BI IB IR RI SM IP TP Nm Nd Sh Ss It Ar Fl Pa".split())
MAN_CHARACTERS = {
    "aq": "'", "dq": '"', "lq": "\u201c", "rq": "\u201d", "oq": "\u2018", "cq": "\u2019", "ga": "`", "ha": "^",
    "Fo": "\u00ab", "Fc": "\u00bb", "rs": "\\", "ti": "~",
    "bu": "\u2022", "em": "\u2014", "en": "\u2013", "co": "\u00a9", "mu": "\u00d7", "->": "\u2192",
}


def read_man_page(data):
    text = read_plain(gzip.decompress(data))
    if text is None:
        return None
    lines = []
    for line in text.split("\n"):
        macro = re.match(r"[.']\s*(\S*)\s*(.*)", line)
        if macro:
            if macro.group(1) not in MAN_TEXT_MACROS or not macro.group(2):
                continue
            line = macro.group(2).replace('"', "")
        line = re.sub(r"\\f(\[\w*\]|\(..|.)|\\s[-+]?\d|\\[&%/,|^c:]|\\\".*", "", line)
        line = re.sub(r"\\\((..)|\\\[(..)\]", lambda found: MAN_CHARACTERS.get(found.group(1) or found.group(2), ""), line)
        lines.append(re.sub(r"\\(.)", r"\1", line))
    return "\n".join(lines) + "\n"


def read_word_list(data):
    text = read_plain(data)
    return None if text is None else re.sub(r"(?m)[/\t].*$", "", text)


# ---- The texts -------------------------------------------------------------------------------------------------------

MAN = "*/man/*.gz"
HTML = "*.html"

# file: [(package, member paths, reader, most bytes)]. A path inside an archive inside the package follows the archive's path.
TEXTS = {
    "en_dict.txt": [("dict-gcide", "*/gcide.dict.dz", read_dictzip, 12_000 * KB)],
    "en_docs.txt": [
        ("perl-doc", "*.pod", read_plain, 7_000 * KB),
        ("debian-policy", HTML, read_html, 1_500 * KB),
        ("debian-reference-en", HTML, read_html, 2_000 * KB),
        ("developers-reference", HTML, read_html, 1_000 * KB),
        ("manpages", MAN, read_man_page, 2_000 * KB),
        ("manpages-dev", MAN, read_man_page, 3_000 * KB),
        ("dict-foldoc", "*/foldoc.dict.dz", read_dictzip, 3_000 * KB),
    ],
    "code_c.txt": [
        ("newlib-source", "*/newlib/lib[cm]/*.[ch]", read_plain, 11_000 * KB),
        ("lttng-modules-dkms", "*.[ch]", read_plain, 2_000 * KB),
        ("openafs-modules-dkms", "*.[ch]", read_plain, 3_000 * KB),
    ],
    "code_python.txt": [
        ("libpython3.11-stdlib", "*.py", read_plain, 6_000 * KB),
        ("libpython3.11-testsuite", "*.py", read_plain, 5_000 * KB),
        ("python3-django", "*.py", read_plain, 4_000 * KB),
    ],
    "ten_languages.txt": [
        *(("installation-guide-amd64", f"*/{language}/*.html", read_html, 1_600 * KB)
          for language in "de el es fr it nl pt ru sv vi".split()),
        *((f"manpages-{language}", MAN, read_man_page, 1_000 * KB)
          for language in "de el es fr it nl pt-br ru sv vi".split()),
    ],
    "multi.txt": [
        *((f"manpages-{language}", MAN, read_man_page, 900 * KB)
          for language in "cs da de el es fi fr hu id it mk nl pl pt-br ro ru sr sv tr uk vi".split()),
        *((f"hunspell-{language}", "*/hunspell/*.dic", read_word_list, 300 * KB)
          for language in "ar be bn gu he hi kk lo lv ml ne si sw te th".split()),
        ("dict-freedict-eng-ara", "*.dict.dz", read_dictzip, 500 * KB),
        ("dict-freedict-eng-hin", "*.dict.dz", read_dictzip, 500 * KB),
        ("fortunes-ru", "*/fortunes/*", read_plain, 500 * KB),
        ("debian-faq-pt", HTML, read_html, 300 * KB),
    ],
    "cjk.txt": [
        ("manpages-ja", MAN, read_man_page, 3_000 * KB),
        ("manpages-ja-dev", MAN, read_man_page, 1_500 * KB),
        ("manpages-zh", "*/zh_CN/*.gz", read_man_page, 2_000 * KB),
        ("manpages-zh", "*/zh_TW/*.gz", read_man_page, 1_500 * KB),
        ("debian-reference-ja", HTML, read_html, 1_000 * KB),
        ("debian-reference-zh-cn", HTML, read_html, 1_000 * KB),
        ("debian-reference-zh-tw", HTML, read_html, 1_000 * KB),
        ("debian-faq-ko", HTML, read_html, 500 * KB),
        ("hunspell-ko", "*/hunspell/*.dic", read_word_list, 1_500 * KB),
        ("fortunes-zh", "*/fortunes/*", read_plain, 1_500 * KB),
        ("edict", "*/edict/edict", read_euc_jp, 2_000 * KB),
    ],
    "unicode.txt": [
        ("unicode-data", "*/emoji/*.txt", read_plain, 1_500 * KB),
        ("unicode-data", "*BreakTest.txt", read_plain, 1_700 * KB),
    ],
}


def read_dictionary(data):
    """The dictionary without the indentation and the notes of source, which are lines like `[1913 Webster]`."""
    text = re.sub(r" {2,}", " ", re.sub(r"(?m)^ +", "", read_dictzip(data)))
    text = re.sub(r"(?m)^\[[^\]\n]*\]\n", "", text)
    words = 0
    size = 0
    for line in text.splitlines(keepends=True):
        words += len(line.split())
        size += len(line)
        if words >= DICTIONARY_WORDS:
            break
    return text[:size]


# ---- Packages --------------------------------------------------------------------------------------------------------


def fail(message):
    sys.exit(f"fetch.py: {message}")


def download(packages, directory):
    """Downloads Debian packages by their names; returns {name: path}."""
    if subprocess.run(["apt-cache", "show", *packages], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        print("fetch.py: refresh the package lists: apt-get update", file=sys.stderr)
        command = ["apt-get", "update", "-qq"]
        subprocess.run(command if os.geteuid() == 0 else ["sudo", *command], check=True, stdin=subprocess.DEVNULL)
    command = ["apt-get", "download", "-qq", *packages]
    if os.geteuid() == 0:
        command += ["-o", "APT::Sandbox::User=root"]
    subprocess.run(command, cwd=directory, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return {file.split("_")[0]: os.path.join(directory, file) for file in os.listdir(directory)}


def members(archive):
    """Yields (path, bytes) of every regular file of an opened tar archive and of the tar archives in it."""
    for entry in archive:
        if not entry.isfile():
            continue
        data = archive.extractfile(entry).read()
        if ".tar." in entry.name:
            with tarfile.open(fileobj=io.BytesIO(data)) as inner:
                for path, content in members(inner):
                    yield f"{entry.name}/{path}", content
        else:
            yield entry.name, data


def package_version(path):
    return subprocess.run(["dpkg-deb", "--field", path, "Version"], check=True, stdout=subprocess.PIPE).stdout.decode().strip()


def package_text(path, pattern, reader, most_bytes):
    tar = subprocess.run(["dpkg-deb", "--fsys-tarfile", path], check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        chosen = sorted((name, data) for name, data in members(archive) if fnmatch.fnmatchcase(name, pattern))
    texts = []
    size = 0
    for _, data in chosen:
        text = reader(data)
        if text is None:
            continue
        text = text.encode("utf-8")
        texts.append(text if text.endswith(b"\n") else text + b"\n")
        size += len(text)
        if size >= most_bytes:
            break
    text = b"".join(texts)
    return text if len(text) <= most_bytes else text[: text.rindex(b"\n", 0, most_bytes) + 1]


# ---- The manifest ----------------------------------------------------------------------------------------------------


def read_manifest():
    """MANIFEST.tsv as {file: (bytes, sha256, packages)}."""
    if not os.path.exists(MANIFEST):
        return {}
    with open(MANIFEST, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file][1:]
    return {row[0]: tuple(row[1:]) for row in rows}


def write_manifest(rows):
    with open(MANIFEST, "w", encoding="utf-8") as file:
        file.write("file\tbytes\tsha256\tpackages\n")
        for name in sorted(rows):
            file.write("\t".join((name, *rows[name])) + "\n")


def is_made(name, row):
    try:
        with open(os.path.join(FETCHED, name), "rb") as file:
            return row is not None and hashlib.sha256(file.read()).hexdigest() == row[1]
    except FileNotFoundError:
        return False


def make(name, parts, package_paths):
    """Writes one text from (package, pattern, reader, most bytes); returns its row of the manifest."""
    texts = []
    versions = {}
    for package, pattern, reader, most_bytes in parts:
        text = package_text(package_paths[package], pattern, reader, most_bytes)
        if not text:
            fail(f"the package {package} has no text in {pattern}")
        texts.append(text)
        versions[package] = package_version(package_paths[package])
    text = b"".join(texts)
    with open(os.path.join(FETCHED, name), "wb") as file:
        file.write(text)
    return str(len(text)), hashlib.sha256(text).hexdigest(), " ".join(f"{package}={version}" for package, version in versions.items())


def check_dictionary(row):
    """Refuses a dictionary.txt that is not the pinned one, unless Debian moved on to another version of the package."""
    if row[1] == DICTIONARY_SHA256:
        return
    message = f"dictionary.txt has the SHA-256 {row[1]}, not {DICTIONARY_SHA256}"
    if row[2] == f"dict-gcide={DICTIONARY_PACKAGE_VERSION}":
        os.remove(os.path.join(FETCHED, "dictionary.txt"))
        fail(message)
    print(f"fetch.py: warning: {message}: it was made from {row[2]}, not {DICTIONARY_PACKAGE_VERSION}", file=sys.stderr)


def main(arguments):
    if arguments not in ([], ["all"]):
        fail("usage: fetch.py [all]")
    wanted = {"dictionary.txt": [("dict-gcide", "*/gcide.dict.dz", read_dictionary, 10_000 * KB)]}
    if arguments:
        wanted.update(TEXTS)
    os.makedirs(FETCHED, exist_ok=True)
    rows = read_manifest()
    missing = [name for name in wanted if not is_made(name, rows.get(name))]
    packages = sorted({part[0] for name in missing for part in wanted[name]})
    with tempfile.TemporaryDirectory() as directory:
        if missing:
            print(f"fetch.py: download {len(packages)} Debian packages to make {', '.join(missing)}", file=sys.stderr)
            package_paths = download(packages, directory)
        for name in missing:
            rows[name] = make(name, wanted[name], package_paths)
            write_manifest(rows)
    check_dictionary(rows["dictionary.txt"])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        fail(f"`{' '.join(error.cmd)}` failed with status {error.returncode}")
