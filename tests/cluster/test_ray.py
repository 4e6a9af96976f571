"""examples/cluster/ray_tokenize.py on a cluster of two nodes of Ray, each with one processor."""

import os
import subprocess
import sys

import pytest
from conftest import EXAMPLES, FILES, LIBRARY, MODULE, ROWS, TellingModule

PROGRAM = os.path.join(EXAMPLES, "ray_tokenize.py")


@pytest.fixture(scope="module")
def cluster():
    os.environ.update(RAY_AUTH_MODE="disabled", RAY_USAGE_STATS_ENABLED="0")
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 100 << 20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=node)
    cluster.add_node(num_cpus=1, object_store_memory=100 << 20)
    yield cluster.address
    cluster.shutdown()


def run(address, *arguments):
    # A task for each file, not for each 128 MB.
    environment = dict(os.environ, RAY_DATA_PARQUET_BIN_PACKING_BYTES="1000000", RAY_DATA_DISABLE_PROGRESS_BARS="1")
    command = [sys.executable, PROGRAM, "--address", address, "--library", LIBRARY, *arguments]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")


@pytest.mark.parametrize("victim", [None, "worker"])
def test_same_as_serial_also_when_a_worker_is_killed(cluster, table, tmp_path, victim):
    module, output = TellingModule(tmp_path, victim, 2), str(tmp_path / "output")
    result = run(cluster, "--module", module.path, "--keep", "id", table.path, output)
    assert result.returncode == 0, result.stdout + result.stderr
    table.check(output)
    assert result.stdout.endswith(f"{output}: {FILES * ROWS} rows\n")
    assert module.has_killed() == bool(victim)
    opened, folders = module.told("open")
    batches, _ = module.told("batch")
    assert len(opened) == len(set(opened)) == len(set(batches)), "a process has opened more than one handle"
    assert len(batches) >= FILES > len(opened), "no process has worked on two files: nothing shows that it keeps its handle"
    assert all(folder != os.path.dirname(module.path) for folder in folders), "the module was found where it is, not where it was shipped"


@pytest.mark.parametrize(
    "arguments, story",
    [
        (["--column", "body"], "has no column 'body'; it has: id, text, name"),
        (["--column", "id"], "the column 'id' is of int64, not of texts"),
        (["--encoding", "no_such"], "no_such is no encoding, no model and no file"),
    ],
)
def test_errors_say_what_is_wrong(cluster, table, tmp_path, arguments, story):
    output = str(tmp_path / "output")
    result = run(cluster, "--module", MODULE, *arguments, table.path, output)
    assert result.returncode == 1
    told = [line for line in result.stderr.splitlines() if line.startswith("ray_tokenize.py: ")]
    assert len(told) == 1 and story in told[0]
    assert not os.path.exists(os.path.join(output, "_SUCCESS"))


def test_an_output_that_exists_is_left_alone(cluster, table, tmp_path):
    (tmp_path / "kept").write_text("kept")
    result = run(cluster, "--module", MODULE, table.path, str(tmp_path))
    assert result.returncode == 1 and f"ray_tokenize.py: {tmp_path} exists" in result.stderr
    assert os.listdir(tmp_path) == ["kept"]
