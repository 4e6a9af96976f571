#!/bin/sh
set -eu
folder=$(dirname "$TOKEN_RANKER_LIBRARY")
export GOTOOLCHAIN=local GOFLAGS=-mod=mod CGO_ENABLED=1
export CGO_CFLAGS="-I$TOKEN_RANKER_INCLUDE" CGO_LDFLAGS="-L$folder -Wl,-rpath,$folder"
go build -o "$1/tokens" .
exec "$1/tokens"
