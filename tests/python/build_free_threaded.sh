#!/usr/bin/env bash
# Builds a CPython 3.13 without a global lock, in .cache/python-free-threaded, where the tests find it: some ten minutes on two cores.
# No package of Debian has one, so it is made of the source of Debian 13's python3.13. It needs gcc, make, xz-utils, dpkg-dev and libffi-dev.
set -euo pipefail
cache=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)/.cache
# Where the system's own packages come from.
mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m 1 '/debian/*$')

# An apt of its own, which knows Debian 13's sources and leaves the system's lists alone.
work=$cache/python-free-threaded-build
mkdir -p "$work"/{lists/partial,archives/partial,build}
cd "$work"
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" > sources.list
apt=(apt-get -q -o Dir::State="$work" -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work" -o Dir::Etc::SourceList="$work/sources.list"
  -o Dir::Etc::SourceParts=/nonexistent -o Dir::State::Status=/dev/null -o APT::Sandbox::User=root)
"${apt[@]}" update
"${apt[@]}" source --download-only --tar-only python3.13
tar -xJf python3.13_*.orig.tar.xz
cd build
../Python-3.13.*/configure -q --prefix="$cache/python-free-threaded" --disable-gil --without-ensurepip --disable-test-modules CFLAGS=-O1
make -s -j "$(nproc)"
make -s install > /dev/null
"$cache/python-free-threaded/bin/python3" -c 'import sys, ctypes; assert not sys._is_gil_enabled(); print(sys.version)'
