#!/bin/sh
set -eu
folder=$(dirname "$TOKEN_RANKER_LIBRARY")
"${CC:-cc}" -std=c99 -O2 -Wall -Wextra -pedantic -Werror -I "$TOKEN_RANKER_INCLUDE" tokens.c \
  "$TOKEN_RANKER_LIBRARY" -Wl,-rpath,"$folder" -o "$1/tokens"
exec "$1/tokens"
