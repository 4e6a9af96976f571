"""A table of texts, what a serial run makes of it, and copies of token_ranker.py that tell and kill. Nothing of token_ranker is installed.

TOKEN_RANKER_LIBRARY leads to the library, here alone: the workers must find what the jobs ship.
"""

import importlib.util
import os
import random
import signal
import sys

import pyarrow
import pytest
from pyarrow import parquet

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBRARY = os.path.abspath(os.environ.pop("TOKEN_RANKER_LIBRARY", os.path.join(ROOT, "build", "libtoken_ranker.so")))
MODULE = os.path.join(ROOT, "py", "token_ranker.py")
EXAMPLES = os.path.join(ROOT, "examples", "cluster")
FILES, ROWS, BATCH_ROWS = 8, 400, 50  # of the table: files, rows in each, rows in a batch of Spark

assert importlib.util.find_spec("token_ranker") is None, "token_ranker is installed here: then it proves nothing that workers find it"


def serial_encoding(name):
    spec = importlib.util.spec_from_file_location("token_ranker_of_the_test", MODULE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    os.environ["TOKEN_RANKER_LIBRARY"] = LIBRARY
    try:
        spec.loader.exec_module(module)
    finally:
        del os.environ["TOKEN_RANKER_LIBRARY"]
    return module.get_encoding(name)


class Table:
    def __init__(self, folder):
        rng = random.Random(20280)
        letters = "abcdefghijklmnopqrstuvwxyz"
        pieces = [" ", "漢字", "\n", "\0", "é", "<|endoftext|>", "12345", "it's", " Größe", "\U0001f999"]
        pieces += [" " + "".join(rng.choices(letters, k=9)) for _ in range(5000)]
        sizes = [rng.choice([None, 0, 1, 3, 30, 30, 2000, 2000]) for _ in range(FILES * ROWS)]
        texts = [None if size is None else "".join(rng.choices(pieces, k=size)) for size in sizes]
        texts[ROWS + 7] = "a giant among small ones. " * 100_000
        self.path = str(folder)
        for i in range(FILES):
            rows = range(i * ROWS, (i + 1) * ROWS)
            names = [f"name of {row}" for row in rows]
            part = pyarrow.table({"id": pyarrow.array(rows), "text": texts[rows.start : rows.stop], "name": names})
            parquet.write_table(part, folder / f"{i}.parquet", compression="zstd")
        encoding = serial_encoding("o200k_base")
        self.tokens = [None if text is None else encoding.encode_ordinary(text) for text in texts]
        self.texts = sum(text is not None for text in texts)
        self.tokens_size = sum(map(len, filter(None, self.tokens)))

    def check(self, output):
        """The output has every row once, with the tokens of the serial run; and nothing is left of what was unfinished."""
        names = os.listdir(output)
        assert "_SUCCESS" in names
        assert [name for name in names if not name.endswith((".parquet", ".crc")) and name != "_SUCCESS"] == []
        rows = parquet.read_table(output)
        assert rows.column_names == ["id", "tokens"] and str(rows.schema.field("tokens").type.value_type) == "int32"
        rows = rows.sort_by("id")
        assert rows["id"].to_pylist() == list(range(FILES * ROWS))
        assert rows["tokens"].to_pylist() == self.tokens
        assert rows["tokens"].null_count == FILES * ROWS - self.texts > 0


@pytest.fixture(scope="session")
def table(tmp_path_factory):
    return Table(tmp_path_factory.mktemp("table"))


# Put behind token_ranker.py. Each handle and each batch is a line with the process and the folder of the module.
TELLING = """
_log, _victim, _die_at, _calls = {log!r}, {victim!r}, {die_at!r}, 0
_open_builtin, _plain_encode_arrow = Encoding._builtin, Encoding.encode_arrow


def _tell(what):
    with open(_log, "a") as file:
        file.write(f"{{what}} {{os.getpid()}} {{os.path.dirname(__file__)}}\\n")


def _parent_of(process):
    with open(f"/proc/{{process}}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def _kill_once():
    try:
        os.close(os.open(_log + ".killed", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    worker = os.getpid()  # its parent is pyspark.daemon, and that one's the executor
    os.kill(worker if _victim == "worker" else _parent_of(_parent_of(worker)), {signal})
    while _victim == "executor":  # until the end of the executor ends this one
        threading.Event().wait(0.1)


def _telling_builtin(name):
    _tell("open")
    return _open_builtin(name)


def _telling_encode_arrow(self, *arguments, **keywords):
    global _calls
    _calls += 1
    _tell("batch")
    if _victim and _calls >= _die_at:
        _kill_once()
    return _plain_encode_arrow(self, *arguments, **keywords)


Encoding._builtin, Encoding.encode_arrow = _telling_builtin, _telling_encode_arrow
"""


class TellingModule:
    """A token_ranker.py whose path is `path`. victim: "worker" or "executor" is killed, once, before batch number die_at of a process."""

    def __init__(self, folder, victim=None, die_at=0):
        self.path, self.log = str(folder / "token_ranker.py"), str(folder / "log")
        with open(MODULE, encoding="utf-8") as file:
            source = file.read()
        source += TELLING.format(log=self.log, victim=victim, die_at=die_at, signal=int(signal.SIGKILL))
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(source)

    def told(self, what):
        """The processes that did so, in order, and the folders of their modules."""
        with open(self.log, encoding="utf-8") as file:
            lines = [line.split(maxsplit=2) for line in file.read().splitlines()]
        found = [(process, folder) for name, process, folder in lines if name == what]
        return [process for process, _ in found], {folder for _, folder in found}

    def has_killed(self):
        return os.path.exists(self.log + ".killed")
