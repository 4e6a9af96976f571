#!/bin/sh
# JNA_JAR: jna.jar, which Debian has in the package libjna-java.
set -eu
jar=${JNA_JAR:-/usr/share/java/jna.jar}
javac -encoding UTF-8 -Xlint:all -d "$1" -cp "$jar" Tokens.java
exec java -cp "$jar:$1" Tokens
