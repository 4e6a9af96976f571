"""What is built here once: an installation, a release archive and a wheel. BUILD is the folder of a finished build."""

import os
import subprocess
import sys
import tarfile

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("TOKEN_RANKER_BUILD", os.path.join(ROOT, "build"))


def run(*command, **options):
    """Runs it; its output, both streams, or a failure that shows them. Nothing leads to the library of the build."""
    variables = {name: value for name, value in os.environ.items() if name not in ("TOKEN_RANKER_LIBRARY", "PYTHONPATH", "LD_LIBRARY_PATH")}
    variables.update(options.pop("variables", {}))
    result = subprocess.run([*map(str, command)], env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    output = result.stdout.decode("utf-8", "replace")
    assert result.returncode == 0, "%s\n%s" % (" ".join(map(str, command)), output)
    return output


@pytest.fixture(scope="session")
def installation(tmp_path_factory):
    """The prefix of `cmake --install`."""
    prefix = tmp_path_factory.mktemp("installation")
    run("cmake", "--build", BUILD, "--target", "token_ranker", "token_ranker_static")
    run("cmake", "--install", BUILD, "--prefix", prefix)
    return prefix


@pytest.fixture(scope="session")
def release(tmp_path_factory):
    """The unpacked release archive."""
    folder = tmp_path_factory.mktemp("release")
    run("cmake", "--build", BUILD, "--target", "token_ranker")
    archive = run(os.path.join(ROOT, "cmake", "release_archive.sh"), BUILD, folder / "packed").strip()
    with tarfile.open(archive) as tar:
        tar.extractall(str(folder))
    return folder / os.path.basename(archive)[: -len(".tar.gz")]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel that pip makes of the source."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", "--wheel-dir", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return path
