#!/bin/sh
set -eu
export CARGO_TARGET_DIR="$1"
exec cargo run --quiet --release --offline
