#!/bin/sh
# fetch_pcre2.sh DESTINATION: puts the source of PCRE2 10.46 (Unicode 16.0.0) into that directory, for TOKEN_RANKER_PCRE2_SOURCE_DIR.
# It comes from the crate pcre2-sys, through cargo; the files are checked against the hash below. Does nothing if they are there.
set -eu

version=0.2.10
expected=2f44678d7f8752ef2d40e094deb1f91b948856b4f846b8a81017a41c7a0f9af6

[ $# -eq 1 ] || { echo "usage: $0 DESTINATION" >&2; exit 2; }
destination=$1

# The hash of a tree: that of the list of its files with their hashes.
tree_hash() { (cd "$1" && LC_ALL=C find ./deps ./include ./src -type f | LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1); }

if [ -f "$destination/src/pcre2_compile.c" ]; then
  [ "$(tree_hash "$destination")" != "$expected" ] || exit 0
elif [ -d "$destination" ] && [ -n "$(ls -A "$destination")" ]; then
  echo "$0: $destination holds something else: remove it or choose another directory" >&2
  exit 1
fi

for directory in "${CARGO_HOME:-$HOME/.cargo}/bin" /usr/local/cargo/bin; do
  PATH=$PATH:$directory
done
if ! command -v cargo >/dev/null; then
  sudo=
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  # Debian 12's package cargo is too old for the present index of crates; where there is a cargo-web, that one is newer.
  package=cargo
  ! apt-cache show cargo-web >/dev/null 2>&1 || package=cargo-web
  echo "$0: installing $package, to fetch the source of PCRE2" >&2
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$package" >&2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/src"
: >"$work/src/lib.rs"
cat >"$work/Cargo.toml" <<END
[package]
name = "fetch_pcre2"
version = "0.0.0"
edition = "2018"
[dependencies]
pcre2-sys = "=$version"
END
(cd "$work" && cargo vendor --quiet --versioned-dirs vendor >/dev/null)
source=$work/vendor/pcre2-sys-$version/upstream

actual=$(tree_hash "$source")
if [ "$actual" != "$expected" ]; then
  echo "$0: pcre2-sys $version is not the expected source: SHA-256 $actual, expected $expected" >&2
  exit 1
fi

# Copied beside the destination first, so that an interrupted run leaves no half of it.
mkdir -p "$(dirname "$destination")"
rm -rf "$destination.part"
cp -R "$source" "$destination.part"
rm -rf "$destination"
mv "$destination.part" "$destination"
