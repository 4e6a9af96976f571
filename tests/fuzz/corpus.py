"""Corpora of the fuzz targets as files of their own, and back.

    corpus.py unpack CORPUS FOLDER      a file for each input; files that are there stay
    corpus.py pack CORPUS FOLDER...     all files of the folders, without those whose bytes are there already
    corpus.py pack CORPUS FOLDER... --bytes N    the same, but no more of them than have N bytes

A corpus is one file: for each input a line "name size", that many bytes, and a line end. Inputs are in the order of their names; those whose
name is a hash were found by libFuzzer.
"""

import argparse
import pathlib


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


def pack(corpus, folders, most=None):
    inputs, size = {}, 0
    for folder in folders:
        for path in sorted(folder.iterdir()):
            data = path.read_bytes()
            if data in inputs or (most and size + len(data) > most):
                continue
            inputs[data] = path.name
            size += len(data)
    with corpus.open("wb") as file:
        for data, name in sorted(inputs.items(), key=lambda item: item[1]):
            file.write(b"%s %d\n%s\n" % (name.encode(), len(data), data))
    print(f"{corpus}: {len(inputs)} inputs, {corpus.stat().st_size} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("pack", "unpack"))
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("folders", type=pathlib.Path, nargs="+")
    parser.add_argument("--bytes", type=int)
    options = parser.parse_args()
    if options.command == "unpack":
        unpack(options.corpus, options.folders[0])
    else:
        pack(options.corpus, options.folders, options.bytes)
