#!/bin/sh
# JAVA_22_HOME: a JDK from version 22 on. Exits with 77 if there is none: examples/java_jna is for older ones.
set -eu
[ -n "${JAVA_22_HOME:-}" ] || { echo "no JDK from version 22 on"; exit 77; }
"$JAVA_22_HOME/bin/javac" -encoding UTF-8 -Xlint:all,-restricted -Werror -d "$1" Tokens.java
exec "$JAVA_22_HOME/bin/java" --enable-native-access=ALL-UNNAMED -Dstdout.encoding=UTF-8 -cp "$1" Tokens
