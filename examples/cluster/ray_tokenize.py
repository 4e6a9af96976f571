"""Tokenises a Parquet table of texts into a Parquet table of token lists, with Ray Data. Nothing is installed on the workers.

    python ray_tokenize.py --address auto --library libtoken_ranker.so --keep id INPUT OUTPUT

token_ranker.py, libtoken_ranker.so and token_column.py go to the workers as the working directory of the job. A task reads a part of
the table, tokenises it (map_batches) and writes it, all in one process, so no text and no token crosses the object store; a process
keeps its handle from task to task. (Actors would hold it too, but texts would have to be sent to them.) Ray runs a task again whose
worker was lost, and its file has the same name then. The table is whole when its file _SUCCESS is there.
"""

import argparse
import os
import shutil
import sys
import tempfile

import pyarrow
import ray
from pyarrow import fs

import token_column


def tokenise(table, encoding_name, column, special):
    from token_column import open_encoding, with_tokens  # as shipped, into the working directory

    return with_tokens(table, column, open_encoding(encoding_name), special)


def run(options):
    filesystem, path = fs.FileSystem.from_uri(options.output) if "://" in options.output else (fs.LocalFileSystem(), options.output)
    if filesystem.get_file_info(path).type != fs.FileType.NotFound:
        raise ValueError(f"{options.output} exists: name another folder, or remove it")
    columns = [*(name for name in options.keep if name != options.column), options.column]
    schema = ray.data.read_parquet(options.input).schema().base_schema
    token_column.check_columns(options, schema.names, [str(type_) for type_ in schema.types])
    name = os.path.basename(options.encoding) if os.path.isfile(options.encoding) else options.encoding
    tokens = ray.data.read_parquet(options.input, columns=columns).map_batches(
        tokenise,
        fn_kwargs={"encoding_name": name, "column": options.column, "special": options.special},
        batch_format="pyarrow",
        batch_size=None,  # a block as it was read
    )
    # Tokens are written as they are: a dictionary of them takes time and makes the file larger.
    tokens.write_parquet(options.output, compression="zstd", use_dictionary=columns[:-1])
    with filesystem.open_output_stream(f"{path}/_SUCCESS"):
        pass
    return filesystem, path


def count_rows(filesystem, path):
    """From the ends of the files: no row is read."""
    from pyarrow import dataset

    return dataset.dataset(path, filesystem=filesystem, format="parquet").count_rows()


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    token_column.add_arguments(parser)
    parser.add_argument("--address", help="of a cluster, or auto (default: a cluster of this machine, for this job)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        try:
            for file in token_column.files_to_ship(options).values():
                shutil.copy(file, folder)
            ray.init(address=options.address, runtime_env={"working_dir": folder}, log_to_driver=False)
            filesystem, path = run(options)
            print(f"{options.output}: {count_rows(filesystem, path)} rows")
        except (ValueError, OSError, pyarrow.ArrowException, ray.exceptions.RayError) as error:
            print(f"ray_tokenize.py: {token_column.story_of(error)}", file=sys.stderr)
            return 1
        finally:
            ray.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
