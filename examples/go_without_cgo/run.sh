#!/bin/sh
set -eu
export GOTOOLCHAIN=local CGO_ENABLED=0
go build -o "$1/tokens" .
exec "$1/tokens"
