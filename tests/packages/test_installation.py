"""`cmake --install`: what is there, and that programs use it, found by CMake and by pkg-config."""

import os
import re
import shutil

import pytest
from conftest import ROOT, run

EXAMPLES = os.path.join(ROOT, "examples")


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_is_there(installation):
    found = [re.sub(r"^lib/[^/]*-linux-[^/]*/", "lib/", name) for name in files(installation)]
    expected = """
        include/token_ranker.h include/token_ranker.hpp lib/libtoken_ranker.a lib/libtoken_ranker.so lib/pkgconfig/token_ranker.pc
        share/doc/token_ranker/LICENSE share/doc/token_ranker/NOTICE share/doc/token_ranker/sbom.spdx.json
        lib/cmake/token_ranker/token_ranker-config.cmake lib/cmake/token_ranker/token_ranker-config-version.cmake
        lib/cmake/token_ranker/token_ranker-targets.cmake lib/cmake/token_ranker/token_ranker-targets-release.cmake
    """
    assert found == sorted(expected.split())


def test_cmake_package(installation, tmp_path):
    consumer = os.path.join(ROOT, "tests", "packages", "consumer")
    run("cmake", "-S", consumer, "-B", tmp_path, "-G", "Ninja", "-DCMAKE_PREFIX_PATH=%s" % installation, "-DEXAMPLES=%s" % EXAMPLES)
    run("cmake", "--build", tmp_path)
    assert "100% tests passed, 0 tests failed out of 4" in run("ctest", "--test-dir", tmp_path)
    for name, is_linked in (("c_token_ranker", True), ("c_token_ranker_static", False)):
        assert ("libtoken_ranker.so" in run("ldd", tmp_path / name)) == is_linked


@pytest.mark.parametrize("is_static", [False, True], ids=["shared", "static"])
def test_pkg_config(installation, tmp_path, is_static):
    prefix = tmp_path / "moved"
    shutil.copytree(str(installation), str(prefix))
    (description,) = prefix.rglob("token_ranker.pc")
    (library,) = prefix.rglob("libtoken_ranker.so")
    if is_static:
        library.unlink()
    variables = {"PKG_CONFIG_PATH": str(description.parent)}
    assert run("pkg-config", "--modversion", "token_ranker", variables=variables).strip().startswith("0.")
    flags = run("pkg-config", "--cflags", "--libs", *["--static"] * is_static, "token_ranker", variables=variables).split()
    program = tmp_path / "tokens"
    run("cc", "-std=c99", os.path.join(EXAMPLES, "c", "tokens.c"), "-o", program, *flags, "-Wl,-rpath,%s" % library.parent)
    assert run(program).startswith("3193 52715 11 ")
    assert ("libtoken_ranker.so" in run("ldd", program)) != is_static
