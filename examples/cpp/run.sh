#!/bin/sh
set -eu
folder=$(dirname "$TOKEN_RANKER_LIBRARY")
"${CXX:-c++}" -std=c++17 -O2 -Wall -Wextra -pedantic -Werror -I "$TOKEN_RANKER_INCLUDE" tokens.cpp \
  "$TOKEN_RANKER_LIBRARY" -Wl,-rpath,"$folder" -o "$1/tokens"
exec "$1/tokens"
