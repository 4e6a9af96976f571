"""examples/cluster/spark_tokenize.py on a local cluster of Spark: two executors, each a JVM with Python workers of its own."""

import os
import shlex
import subprocess
import sys

import pyspark
import pytest
from conftest import BATCH_ROWS, EXAMPLES, FILES, LIBRARY, MODULE, ROWS, TellingModule
from pyarrow import parquet

PROGRAM = os.path.join(EXAMPLES, "spark_tokenize.py")
SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.executor.memory": "640m",
    "spark.ui.enabled": "false",
    "spark.sql.files.maxPartitionBytes": "600000",  # more than a file, less than two: a task for each
    "spark.sql.files.openCostInBytes": "0",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH_ROWS),
}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "SPARK_HOME")}
ENVIRONMENT.update(SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable)


def options_of_spark(master, folder):
    settings = {**SETTINGS, "spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "warehouse")}
    pairs = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    return ["--master", master, "--driver-memory", "640m", *pairs]


def submit(tmp_path, *arguments):
    """Runs the program on two executors; its output, and what Spark logged."""
    home = tmp_path / "spark"  # the executors work below it
    home.mkdir()
    for name in os.listdir(os.path.dirname(pyspark.__file__)):
        (home / name).symlink_to(os.path.join(os.path.dirname(pyspark.__file__), name))
    command = [str(home / "bin" / "spark-submit"), *options_of_spark("local-cluster[2,1,640]", tmp_path)]
    command += [PROGRAM, *arguments]
    result = subprocess.run(command, env=dict(ENVIRONMENT, SPARK_HOME=str(home)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout, result.stderr


@pytest.mark.parametrize("victim, story", [("worker", "Python worker exited unexpectedly"), ("executor", "Lost executor")])
def test_same_as_serial_when_a_process_is_killed(table, tmp_path, victim, story):
    # In the middle of a task that is not the first one of its process.
    module, output = TellingModule(tmp_path, victim, ROWS // BATCH_ROWS * 3 // 2), str(tmp_path / "output")
    printed, log = submit(tmp_path, "--library", LIBRARY, "--module", module.path, "--keep", "id", table.path, output)
    assert module.has_killed() and story in log
    table.check(output)
    assert printed.endswith(f"{output}: {FILES * ROWS} rows, {table.texts} texts, {table.tokens_size} tokens\n")
    opened, folders = module.told("open")
    batches, _ = module.told("batch")
    assert len(opened) == len(set(opened)), "a process has opened more than one handle"
    assert set(batches) <= set(opened) and len(opened) >= 2
    assert len(batches) > FILES * ROWS // BATCH_ROWS, "no batch was done again"
    assert all(folder != os.path.dirname(module.path) for folder in folders), "the module was found where it is, not where it was shipped"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The module of the program, for runs in this process, on one local worker."""
    arguments = [*options_of_spark("local[1]", tmp_path_factory.mktemp("spark")), "pyspark-shell"]
    os.environ.update({name: ENVIRONMENT[name] for name in ("SPARK_LOCAL_IP", "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON")})
    os.environ["PYSPARK_SUBMIT_ARGS"] = shlex.join(arguments)
    sys.path.insert(0, EXAMPLES)
    import spark_tokenize

    return spark_tokenize


@pytest.mark.parametrize(
    "arguments, story",
    [
        (["--column", "body"], "has no column 'body'; it has: id, text, name"),
        (["--keep", "number"], "has no column 'number'; it has: id, text, name"),
        (["--column", "id"], "the column 'id' is of bigint, not of texts"),
        (["--special", "refuse"], "disallowed special token '<|endoftext|>'"),
        (["--encoding", "no_such"], "no_such is no encoding, no model and no file"),
        (["--library", "/nowhere/libtoken_ranker.so"], "/nowhere/libtoken_ranker.so does not exist"),
        (["--module", PROGRAM], "its name must be token_ranker.py"),
    ],
)  # fmt: skip
def test_errors_say_what_is_wrong(program, table, tmp_path, capfd, arguments, story):
    output = str(tmp_path / "output")
    assert program.main(["--library", LIBRARY, "--module", MODULE, *arguments, table.path, output]) == 1
    told = [line for line in capfd.readouterr().err.splitlines() if line.startswith("spark_tokenize.py: ")]
    assert len(told) == 1 and story in told[0]
    assert not os.path.exists(os.path.join(output, "_SUCCESS"))


def test_an_output_that_exists_is_left_alone(program, table, tmp_path, capfd):
    (tmp_path / "kept").write_text("kept")
    assert program.main(["--library", LIBRARY, "--module", MODULE, table.path, str(tmp_path)]) == 1
    assert "already exists" in capfd.readouterr().err
    assert os.listdir(tmp_path) == ["kept"]


def test_special_tokens_and_other_columns(program, table, tmp_path):
    output = str(tmp_path / "output")
    arguments = ["--special", "recognise", "--encoding", "gpt-4", "--keep", "name", "--keep", "id"]
    assert program.main(["--library", LIBRARY, "--module", MODULE, *arguments, table.path, output]) == 0
    rows = parquet.read_table(output)
    assert rows.column_names == ["name", "id", "tokens"] and rows.num_rows == FILES * ROWS
    assert all(name == f"name of {row}" for name, row in zip(rows["name"].to_pylist(), rows["id"].to_pylist()))
    assert any(tokens and 100257 in tokens for tokens in rows["tokens"].to_pylist())
