#!/usr/bin/env python3
"""Where the time of a cluster goes: each step of "texts in Parquet to tokens in Parquet" alone, and the whole job of Spark and of Ray.

    ./dev bench-cluster [--bytes N] [--encoding NAME] [--rounds N] [--output FILE]

The texts are the documents of bench/large_file.py. A rate is that of one core: bytes of text for each second of processor time, of all
processes of the step together, so it holds where a machine is shared, too; what a process waits for is not in it. The median of the rounds
counts. Sizes of the output are by token. From the rates follows what 1 PB takes. The tokens of the two clusters are compared with those of
one process; ends with status 1 if they differ.
"""

import argparse
import glob
import os
import shutil
import statistics
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, ".cache", "cluster")
LIBRARY = os.path.join(ROOT, "build", "libtoken_ranker.so")
MODULE = os.path.join(ROOT, "py", "token_ranker.py")
FILE_SIZE = 25_000_000  # bytes of text in a file of the table
BATCH_ROWS = 2000
CORES = 2
PB = 1_000_000_000_000_000

sys.path[:0] = [os.path.join(ROOT, folder) for folder in ("bench", "corpora", "examples/cluster", "py")]
os.environ["TOKEN_RANKER_LIBRARY"] = LIBRARY
os.environ.update(RAY_AUTH_MODE="disabled", RAY_USAGE_STATS_ENABLED="0", RAY_DATA_DISABLE_PROGRESS_BARS="1")
os.environ["RAY_DATA_PARQUET_BIN_PACKING_BYTES"] = str(FILE_SIZE)  # tasks for all cores, though the table is small
os.environ.update(SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable)

import pyarrow
import token_column
import token_ranker
from pyarrow import parquet


def make_table(size):
    """The folder of the table; made if it is not there."""
    import large_file

    path, about = large_file.assembled(size)
    folder = os.path.join(FOLDER, f"texts_{size}")
    if not os.path.isdir(folder):
        shutil.rmtree(folder + ".part", ignore_errors=True)
        os.makedirs(folder + ".part")
        texts, bytes_of_texts, rows = [], 0, 0

        def write():
            part = pyarrow.table({"id": pyarrow.array(range(rows, rows + len(texts))), "text": texts})
            parquet.write_table(part, f"{folder}.part/{rows:08}.parquet", compression="zstd")

        for text in large_file.documents_in(path):
            texts.append(text)
            bytes_of_texts += len(text)
            if bytes_of_texts >= FILE_SIZE:
                write()
                rows, texts, bytes_of_texts = rows + len(texts), [], 0
        if texts:
            write()
        os.rename(folder + ".part", folder)
    return folder, about["bytes"] - about["documents"]  # without the separators


def processor_seconds():
    """Of this process, of all that come from it, and of those of them that have ended."""
    parents, seconds = {}, {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        process = int(path.split("/")[2])
        parents[process], seconds[process] = int(fields[1]), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def is_own(process):
        while process and process != os.getpid():
            process = parents.get(process, 0)
        return bool(process)

    return sum(seconds[process] for process in list(parents) if is_own(process))


class Measures:
    """(step, seconds of the processor, seconds) of each round."""

    def __init__(self, rounds):
        self.rounds, self.samples = rounds, {}

    def measure(self, step, function, warm_up=False):
        if warm_up:
            function()
        for _ in range(self.rounds):
            begin, processor = time.perf_counter(), processor_seconds()
            result = function()
            sample = processor_seconds() - processor, time.perf_counter() - begin
            self.samples.setdefault(step, []).append(sample)
            print(f"cluster.py: {step}: {sample[0]:.2f} s of the processor, {sample[1]:.2f} s", file=sys.stderr)
        return result

    def median(self, step, which=0):
        return statistics.median(sample[which] for sample in self.samples[step])


# ---- One process -------------------------------------------------------------------------------------------------------------------


def files_of(folder):
    return sorted(glob.glob(os.path.join(folder, "*.parquet")))


def batches_of(folder):
    for file in files_of(folder):
        with parquet.ParquetFile(file) as opened:
            yield from opened.iter_batches(BATCH_ROWS, columns=["text"], use_threads=False)


def write_tokens(batches, path, **options):
    with parquet.ParquetWriter(path, pyarrow.schema([("tokens", token_column.LISTS)]), **options) as writer:
        for lists in batches:
            writer.write_batch(pyarrow.record_batch([lists], ["tokens"]))
    return os.path.getsize(path)


WRITINGS = {
    "zstd, as pyarrow does by itself: with a dictionary": {"compression": "zstd"},
    "zstd, bytes of a token apart (BYTE_STREAM_SPLIT)": {
        "compression": "zstd", "use_dictionary": False, "column_encoding": {"tokens.list.element": "BYTE_STREAM_SPLIT"},
    },
    "zstd, plain, as the examples write": {"compression": "zstd", "use_dictionary": False},
    "not compressed, plain": {"compression": "none", "use_dictionary": False},
}  # fmt: skip


def measure_one_process(measures, folder, encoding, output):
    """Returns the tokens of all, and bytes for a token by the way in which they are written."""
    texts = measures.measure("read Parquet (zstd)", lambda: [batch["text"] for batch in batches_of(folder)])
    lists = measures.measure("encode_arrow", lambda: [encoding.encode_arrow(text, num_threads=1) for text in texts], warm_up=True)
    lists = [token_column.as_int32(part) for part in lists]
    tokens = sum(len(part.flatten()) for part in lists)
    sizes = {}
    for name, options in WRITINGS.items():
        path = os.path.join(output, "written.parquet")
        sizes[name] = measures.measure(f"write Parquet: {name}", lambda: write_tokens(lists, path, **options)) / tokens

    def whole():
        encoded = (token_column.with_tokens(batch, "text", encoding)["tokens"] for batch in batches_of(folder))
        write_tokens(encoded, os.path.join(output, "whole.parquet"), compression="zstd", use_dictionary=False)

    measures.measure("one process: read, encode, write", whole)
    for output_format in ("parquet", "npy"):
        def run(output_format=output_format):
            target = os.path.join(output, output_format)
            token_ranker.encode_files(files_of(folder), encoding, target, output_format=output_format, num_threads=1, overwrite=True)

        measures.measure(f"encode_files to {output_format}", run)
    return tokens, sizes


# ---- The clusters ------------------------------------------------------------------------------------------------------------------


def options_of(folder, encoding_name):
    parser = argparse.ArgumentParser()
    token_column.add_arguments(parser)
    return parser.parse_args(["--library", LIBRARY, "--module", MODULE, "--encoding", encoding_name, folder, "-"])


def same(batches):
    return batches


def as_binary(encoding_name):
    """For mapInArrow: the tokens of a text as one value, their bytes. Spark's writer of Parquet takes each number of a list on its own."""

    def tokenise(batches):
        import pyarrow.compute
        from token_column import open_encoding

        encoding = open_encoding(encoding_name)
        for batch in batches:
            lists = encoding.encode_arrow(batch.column(0), num_threads=1)
            ends = pyarrow.compute.multiply(lists.offsets, 4).cast(pyarrow.int32())
            buffers = [lists.buffers()[0], ends.buffers()[1], lists.values.buffers()[1]]
            yield pyarrow.record_batch([pyarrow.Array.from_buffers(pyarrow.binary(), len(lists), buffers)], ["tokens"])

    return tokenise


def measure_spark(measures, folder, encoding_name, output):
    import pyspark
    import spark_tokenize
    from pyspark.sql import SparkSession

    home, installed = os.path.join(output, "spark_home"), os.path.dirname(pyspark.__file__)
    os.makedirs(home)  # the executors work below it
    for name in os.listdir(installed):
        os.symlink(os.path.join(installed, name), os.path.join(home, name))
    os.environ["SPARK_HOME"] = home
    settings = {
        "spark.driver.host": "127.0.0.1", "spark.driver.memory": "1g", "spark.executor.memory": "1g", "spark.ui.enabled": "false",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH_ROWS), "spark.log.level": "ERROR", "spark.local.dir": output,
    }  # fmt: skip
    builder = SparkSession.builder.master(f"local-cluster[{CORES},1,1024]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark_tokenize.ship(spark.sparkContext, options_of(folder, encoding_name))
    frame = spark.read.parquet(folder)
    texts = frame.select("text")
    tokens = spark_tokenize.tokenised(frame, "text", [], encoding_name, "ordinary")
    path = os.path.join(output, "spark")

    def to_nowhere(result):
        return lambda: result.write.format("noop").mode("overwrite").save()

    measures.measure("Spark: read", to_nowhere(texts), warm_up=True)
    measures.measure("Spark: read, to Python and back", to_nowhere(texts.mapInArrow(same, texts.schema)), warm_up=True)
    measures.measure("Spark: read, to Python, encode, back", to_nowhere(tokens), warm_up=True)
    binary = texts.mapInArrow(as_binary(encoding_name), "tokens binary").write.mode("overwrite").option("compression", "zstd")
    measures.measure("Spark: the whole job, a list as one binary value", lambda: binary.parquet(path), warm_up=True)
    whole = spark_tokenize.tokenised(frame, "text", ["id"], encoding_name, "ordinary").write.mode("overwrite")
    measures.measure("Spark: the whole job", lambda: whole.options(**spark_tokenize.WRITING).parquet(path), warm_up=True)
    spark.stop()
    return path


def measure_ray(measures, folder, encoding_name, output):
    import ray
    import ray_tokenize
    path = os.path.join(output, "ray")
    options = options_of(folder, encoding_name)
    options.output, options.keep = path, ["id"]
    shipped = os.path.join(output, "shipped")
    os.makedirs(shipped)
    for file in [*token_column.files_to_ship(options).values(), ray_tokenize.__file__]:
        shutil.copy(file, shipped)
    settings = {"num_cpus": CORES, "include_dashboard": False, "object_store_memory": 300 << 20, "log_to_driver": False}
    ray.init(runtime_env={"working_dir": shipped}, **settings)

    def whole():
        shutil.rmtree(path, ignore_errors=True)
        ray_tokenize.run(options)

    measures.measure("Ray: the whole job", whole, warm_up=True)
    ray.shutdown()
    return path


# ---- The report --------------------------------------------------------------------------------------------------------------------


def report_lines(measures, size, tokens, sizes, encoding_name, is_same, described):
    yield f"{size / 1e6:.0f} MB of text, {tokens} tokens of {encoding_name}: {size / tokens:.2f} bytes of text for a token."
    about = f"{described['processor']}, {described['processors']} processors, load before: {described['load before']}"
    yield f"{about}; medians of {measures.rounds}."
    yield f"Tokens of Spark and Ray: {'those of one process' if is_same else 'DIFFERENT'}."
    yield ""
    yield "| step | MB/s for each core | core-hours for 1 PB | seconds, wall |"
    yield "|---|---:|---:|---:|"
    for step in measures.samples:
        rate = size / max(measures.median(step), 0.01)
        yield f"| {step} | {rate / 1e6:,.0f} | {PB / rate / 3600:,.0f} | {measures.median(step, 1):.2f} |"
    yield ""
    yield "| tokens in Parquet | bytes for a token | TB for 1 PB of text |"
    yield "|---|---:|---:|"
    for name, bytes_of_token in sizes.items():
        yield f"| {name} | {bytes_of_token:.2f} | {PB / size * tokens * bytes_of_token / 1e12:,.0f} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bytes", type=int, default=200_000_000, help="of the texts (default: 200000000)")
    parser.add_argument("--encoding", default="o200k_base")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", help="write the report there too")
    options = parser.parse_args()
    import machine

    folder, size = make_table(options.bytes)
    described = machine.describe(ROOT)
    measures = Measures(options.rounds)
    output = os.path.join(FOLDER, "output")
    shutil.rmtree(output, ignore_errors=True)
    os.makedirs(output)
    tokens, sizes = measure_one_process(measures, folder, token_ranker.get_encoding(options.encoding), output)
    paths = [measure(measures, folder, options.encoding, output) for measure in (measure_spark, measure_ray)]
    serial = parquet.read_table(os.path.join(output, "whole.parquet"))["tokens"]
    is_same = all(parquet.read_table(path).sort_by("id")["tokens"].combine_chunks() == serial.combine_chunks() for path in paths)
    read = sum(map(os.path.getsize, files_of(folder)))
    report = "\n".join(report_lines(measures, size, tokens, sizes, options.encoding, is_same, described)) + "\n"
    report += f"\nThe texts are {read / size:.2f} bytes of Parquet (zstd) for each byte.\n"
    print(report, end="")
    shutil.rmtree(output, ignore_errors=True)
    if options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(report)
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
