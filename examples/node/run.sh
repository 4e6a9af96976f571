#!/bin/sh
set -eu
cp package.json token_ranker.js tokens.js "$1"
cd "$1"
[ -d node_modules/koffi ] || npm install --no-audit --no-fund --loglevel=error
exec node tokens.js
