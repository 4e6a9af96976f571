#!/bin/sh
# release_archive.sh BUILD_DIRECTORY OUTPUT_DIRECTORY: makes token_ranker-<version>-<system>-<processor>.tar.gz of a build: the library,
# token_ranker.py, the headers, licences and the list of what is inside. The same build gives the same bytes. Prints its path.
set -eu

[ $# -eq 2 ] || { echo "usage: $0 BUILD_DIRECTORY OUTPUT_DIRECTORY" >&2; exit 2; }
cached() { sed -n "s/^$2:[A-Z]*=//p" "$1/CMakeCache.txt"; }
system() { sed -n "s/^set($2 \"\\(.*\\)\")/\\1/p" "$1"/CMakeFiles/*/CMakeSystem.cmake; }
version=$(cached "$1" CMAKE_PROJECT_VERSION)
name="token_ranker-$version-$(system "$1" CMAKE_SYSTEM_NAME | tr '[:upper:]' '[:lower:]')-$(system "$1" CMAKE_SYSTEM_PROCESSOR)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$1" --component release --strip --prefix "$work/$name" >/dev/null
chmod -R u=rwX,go=rX "$work/$name"
mkdir -p "$2"
tar --create --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 "$name" |
  gzip --no-name --best >"$2/$name.tar.gz"
echo "$2/$name.tar.gz"
