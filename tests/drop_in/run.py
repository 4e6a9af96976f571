"""run.py LIBRARY CACHE: runs test suites of packages that use tiktoken, unchanged, with token_ranker in its place.

With the Python of a virtual environment that has requirements.txt, and is for this alone: tiktoken's code is removed from it (its metadata
stays, packages ask for it) and a .pth file calls install_as_tiktoken() whenever Python starts. The suites come with the source
distributions, which go to CACHE. The last line is "drop-in: N passed, N failed", in tests.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Package and version, which requirements.txt has too; arguments of pytest in the source distribution. Left out is what needs the network,
# or a conftest.py that needs more packages.
SUITES = [
    ("mistral_common", "1.13.1", ["tests/test_tekken.py", "tests/test_tokenize_v3.py", "tests/test_mistral_tokenizer.py",
                                  "--deselect", "tests/test_mistral_tokenizer.py::TestMistralToknizer::test_from_hf_hub"]),
    ("langchain_text_splitters", "1.1.3", ["tests/unit_tests/test_text_splitters.py", "tests/integration_tests/test_text_splitter.py",
                                           "--deselect", "tests/integration_tests/test_text_splitter.py::test_huggingface_tokenizer"]),
    ("langchain_openai", "1.7.4", ["tests/unit_tests/test_token_counts.py", "--noconftest", "-o", "addopts="]),
]  # fmt: skip


def put_in_place(library):
    site = sysconfig.get_path("purelib")
    if sys.prefix == sys.base_prefix or not os.path.isdir(site):
        sys.exit("run.py: needs a virtual environment of its own: it replaces tiktoken")
    shutil.rmtree(os.path.join(site, "tiktoken"), ignore_errors=True)
    for file, name in ((os.path.join(ROOT, "py", "token_ranker.py"), "token_ranker.py"), (library, "libtoken_ranker.so")):
        # Moved there: this very Python may have mapped the file that is there now.
        shutil.copy(file, os.path.join(site, name + ".part"))
        os.replace(os.path.join(site, name + ".part"), os.path.join(site, name))
    with open(os.path.join(site, "token_ranker_in_place_of_tiktoken.pth"), "w") as file:
        file.write("import token_ranker; token_ranker.install_as_tiktoken()\n")


def source_of(package, version, cache):
    folder = os.path.join(cache, "%s-%s" % (package, version))
    if not os.path.isdir(folder):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", package]
        subprocess.run([*command, "--dest", cache, "%s==%s" % (package, version)], check=True)
        (archive,) = glob.glob(folder + ".tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(cache)
    return folder


def run_pytest(name, arguments, folder, environment):
    """Prints and returns the numbers of tests that passed and failed; a suite of which none passed counts as one failure more."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *arguments]
    result = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    counts = {kind: int(number) for number, kind in re.findall(r"(\d+) (\w+)", result.stdout.rstrip().rpartition("\n")[2])}
    passed = counts.get("passed", 0) + counts.get("xpassed", 0)
    failed = counts.get("failed", 0) + counts.get("errors", counts.get("error", 0))
    failed += (result.returncode != 0 or passed == 0) and not failed
    if failed:
        print(result.stdout)
    print("%s: %d passed, %d failed, %d skipped" % (name, passed, failed, counts.get("skipped", 0)), flush=True)
    return passed, failed


def main():
    library, cache = map(os.path.abspath, sys.argv[1:])
    put_in_place(library)
    os.makedirs(cache, exist_ok=True)
    without = ("TOKEN_RANKER_LIBRARY", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in without}
    environment.update(HF_HUB_OFFLINE="1", OPENAI_API_KEY="none", PYTHONIOENCODING="utf-8")
    results = [run_pytest("examples", [os.path.dirname(os.path.abspath(__file__))], ROOT, environment)]
    for package, version, arguments in SUITES:
        results.append(run_pytest("%s %s" % (package, version), arguments, source_of(package, version, cache), environment))
    passed, failed = map(sum, zip(*results))
    print("drop-in: %d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
