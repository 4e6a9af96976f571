"""Corpora of the fuzz targets as files of their own, and back.

    corpus.py unpack CORPUS FOLDER      a file for each input; files that are there stay
    corpus.py pack CORPUS FOLDER...     all files of the folders, without those whose bytes are there already

A corpus is one file: for each input a line "name size", that many bytes, and a line end. Inputs are in the order of their names; those whose
name is a hash were found by libFuzzer.
"""

import pathlib
import sys


def read(corpus):
    inputs, at = {}, 0
    while at < len(corpus):
        end = corpus.index(b"\n", at)
        name, size = corpus[at:end].decode().rsplit(" ", 1)
        inputs[name] = corpus[end + 1 : end + 1 + int(size)]
        at = end + 1 + int(size) + 1
    return inputs


def unpack(corpus, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in read(corpus.read_bytes()).items():
        if not (folder / name).exists():
            (folder / name).write_bytes(data)


def pack(corpus, folders):
    inputs = {}
    for folder in folders:
        for path in sorted(folder.iterdir()):
            inputs.setdefault(path.read_bytes(), path.name)
    with corpus.open("wb") as file:
        for data, name in sorted(inputs.items(), key=lambda item: item[1]):
            file.write(b"%s %d\n%s\n" % (name.encode(), len(data), data))
    print(f"{corpus}: {len(inputs)} inputs, {corpus.stat().st_size} bytes")


if __name__ == "__main__":
    command, corpus, *folders = sys.argv[1], *map(pathlib.Path, sys.argv[2:])
    if command == "unpack":
        unpack(corpus, folders[0])
    elif command == "pack":
        pack(corpus, folders)
    else:
        sys.exit(__doc__)
