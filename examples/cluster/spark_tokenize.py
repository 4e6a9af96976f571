"""Tokenises a Parquet table of texts into a Parquet table of token lists, with Apache Spark. Nothing is installed on the workers.

    spark-submit --master spark://HOST:7077 spark_tokenize.py --library libtoken_ranker.so --keep id INPUT OUTPUT

token_ranker.py, libtoken_ranker.so and token_column.py go to the workers with addPyFile and addFile. Texts reach Python as Arrow batches
(mapInArrow), tokens go back as Arrow. Spark runs a task again whose worker was lost, and shows only the output of tasks that ended: the
table is whole when its file _SUCCESS is there. Spark from 3.5 on.
"""

import argparse
import sys

from py4j.protocol import Py4JError
from pyspark import SparkFiles
from pyspark.errors import PySparkException
from pyspark.sql import Observation, SparkSession, functions
from pyspark.sql.types import ArrayType, IntegerType, StructField, StructType

import token_column

# Tokens are written as they are: a dictionary of them takes time and makes the file larger.
WRITING = {"compression": "zstd", f"parquet.enable.dictionary#{token_column.TOKENS}.list.element": "false"}


def ship(context, options):
    """Sends the files that a worker needs; returns by which name it opens the encoding."""
    files = token_column.files_to_ship(options)
    context.addPyFile(files["module"])
    context.addPyFile(files["worker"])
    context.addFile(files["library"])
    if "vocabulary" not in files:
        return options.encoding
    context.addFile(files["vocabulary"])
    return files["vocabulary"]


def tokenised(frame, column, keep, encoding_name, special):
    """The frame of the columns to keep and of tokens, array<int>, in the place of texts."""
    keep = [name for name in keep if name != column]
    kept = [frame.schema[name] for name in keep]
    schema = StructType([*kept, StructField(token_column.TOKENS, ArrayType(IntegerType()))])

    def tokenise(batches):
        import os

        from token_column import open_encoding, with_tokens  # as shipped

        shipped = SparkFiles.get(os.path.basename(encoding_name))
        encoding = open_encoding(shipped if os.path.isfile(shipped) else encoding_name)
        for batch in batches:
            yield with_tokens(batch, column, encoding, special)

    return frame.select(*keep, column).mapInArrow(tokenise, schema)


def run(spark, options):
    """Returns rows, rows that are not null, and tokens: counted on the way."""
    encoding_name = ship(spark.sparkContext, options)
    frame = spark.read.parquet(options.input)
    token_column.check_columns(options, frame.columns, [field.dataType.simpleString() for field in frame.schema])
    observed = Observation()
    tokens = functions.col(token_column.TOKENS)
    counts = [functions.count("*").alias("rows"), functions.count(tokens).alias("texts"),
              functions.sum(functions.when(tokens.isNotNull(), functions.size(tokens))).alias("tokens")]  # fmt: skip
    result = tokenised(frame, options.column, options.keep, encoding_name, options.special).observe(observed, *counts)
    result.write.options(**WRITING).parquet(options.output)  # fails if the output exists
    return observed.get


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    token_column.add_arguments(parser)
    options = parser.parse_args(arguments)
    spark = SparkSession.builder.appName("token_ranker").getOrCreate()
    try:
        counts = run(spark, options)
    except (ValueError, PySparkException, Py4JError) as error:
        print(f"spark_tokenize.py: {token_column.story_of(error)}", file=sys.stderr)
        return 1
    finally:
        spark.stop()
    print(f"{options.output}: {counts['rows']} rows, {counts['texts']} texts, {counts['tokens'] or 0} tokens")
    return 0


if __name__ == "__main__":
    sys.exit(main())
