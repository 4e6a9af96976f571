"""The release archive: a folder that works as it is, and the list of what is inside."""

import ctypes
import json
import re
import sys

from conftest import BUILD, ROOT, run


def test_what_is_there(release):
    names = "libtoken_ranker.so token_ranker.py token_ranker.h token_ranker.hpp README.md CHANGELOG.md LICENSE NOTICE sbom.spdx.json"
    assert sorted(path.name for path in release.iterdir()) == sorted(names.split())


def test_it_works_as_it_is(release):
    code = "import token_ranker; print(token_ranker.__file__, token_ranker.get_encoding('gpt2').encode('hello world'))"
    output = run(sys.executable, "-I", "-c", "import sys; sys.path.insert(0, %r); %s" % (str(release), code))
    assert output.split(maxsplit=1) == [str(release / "token_ranker.py"), "[31373, 995]\n"]
    assert run(sys.executable, "token_ranker.py", "encode", "-e", "gpt2", "LICENSE", cwd=str(release)).split()[0].isdigit()


def test_the_same_build_gives_the_same_bytes(release, tmp_path):
    archives = [run("%s/cmake/release_archive.sh" % ROOT, BUILD, tmp_path / folder).strip() for folder in "ab"]
    first, second = (open(archive, "rb").read() for archive in archives)
    assert first == second


def test_the_list_is_valid_and_complete(release):
    run(sys.executable, "-m", "spdx_tools.spdx.clitools.pyspdxtools", "--infile", release / "sbom.spdx.json")
    packages = {package["name"]: package for package in json.loads((release / "sbom.spdx.json").read_text())["packages"]}
    notice = (release / "NOTICE").read_text(encoding="utf-8")
    # An entry of NOTICE begins at the left margin, with two blanks or more between the name and what it is.
    entries = {re.sub(r" [0-9.]+$", "", name) for name in re.findall(r"^(\S+(?: \S+)*) {2,}\S", notice, re.M)}
    assert set(packages) == {"token_ranker", *entries}
    assert all(package["versionInfo"] for package in packages.values())


def test_the_list_has_the_versions_of_the_library(release):
    packages = {package["name"]: package for package in json.loads((release / "sbom.spdx.json").read_text())["packages"]}
    library = (release / "libtoken_ranker.so").read_bytes()
    version = packages["PCRE2"]["versionInfo"]
    assert re.search(rb"\x00%s 20\d\d-\d\d-\d\d\x00" % version.encode(), library)
    assert "PCRE2 %s " % version in (release / "NOTICE").read_text(encoding="utf-8")
    function = ctypes.CDLL(str(release / "libtoken_ranker.so")).token_ranker_version
    function.restype = ctypes.c_char_p
    assert packages["token_ranker"]["versionInfo"] == function().decode()
    # The parser names its version in its symbols, which are gone; the compiler names its own.
    compiler = packages["C++ runtime"]["versionInfo"].encode()
    assert re.search(rb"(GCC: \([^)]*\)|clang version) %s" % re.escape(compiler), library)
