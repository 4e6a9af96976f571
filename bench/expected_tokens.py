"""What every token stream is compared with before it is timed: count and SHA-256 of tiktoken's tokens, as uint32.

They are computed once for each text and encoding and kept in corpora/fetched/.tokens/. For a tokenizer that differs, the number of
tokens of tiktoken that it does not have at the same place in the text.
"""

import json
import os
import tempfile

import peers

FOLDER = os.path.join(peers.ROOT, "corpora", "fetched", ".tokens")


class ExpectedTokens:
    """start(name, encoding) gives a process with a tokenizer, to be closed."""

    def __init__(self, start, version):
        self.start = start
        self.version = version

    def of(self, encoding, command, digest):
        """{"count", "sha256"} for the texts that a command of the worker makes; `digest` is theirs, as the worker says."""
        path = os.path.join(FOLDER, f"{encoding}-tiktoken-{self.version}-{digest[:16]}.json")
        if os.path.exists(path):
            with open(path, encoding="ascii") as file:
                return json.load(file)
        with self.start(peers.REFERENCE, encoding) as worker:
            worker.open()
            worker.ask(**command)
            answer = worker.ask("tokens", kind="array")
        os.makedirs(FOLDER, exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            json.dump(answer, file)
        return answer

    def differing(self, worker, kind, encoding, command):
        """How many tokens of tiktoken's the worker's tokenizer does not have at their place."""
        import numpy

        sizes = token_sizes(encoding)
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("expected", "found")]
            with self.start(peers.REFERENCE, encoding) as reference:
                reference.open()
                reference.ask(**command)
                reference.ask("tokens", kind="array", path=paths[0])
            worker.ask("tokens", kind=kind, path=paths[1])
            expected, found = (numpy.fromfile(path, numpy.uint32) for path in paths)
        return int(len(numpy.setdiff1d(places(expected, sizes), places(found, sizes))))


def token_sizes(encoding):
    """Bytes of each token, as an array; 0 where there is none."""
    import numpy

    opened = peers.import_token_ranker().get_encoding(encoding)
    sizes = numpy.zeros(opened.max_token_value + 1, numpy.uint64)
    for token, rank in opened._mergeable_ranks.items():
        sizes[rank] = len(token)
    return sizes


def places(tokens, sizes):
    """A number for each token that tells both the token and where it ends."""
    import numpy

    known = numpy.where(tokens < len(sizes), tokens, 0)
    return numpy.cumsum(sizes[known]) << numpy.uint64(24) | tokens
