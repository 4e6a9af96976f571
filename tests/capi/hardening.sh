#!/bin/sh
# Looks in a shared library for what cmake/hardening.cmake asks for: hardening.sh READELF LIBRARY [compiled]
# compiled: also for what the compiler has put in.
set -eu
export LC_ALL=C
segments=$("$1" -lW "$2")
dynamic=$("$1" -dW "$2")
symbols=$("$1" --dyn-syms -W "$2")
failed=0

# check WHAT TEXT [!] PATTERN: whether a line of the text matches, or none does.
check() {
  if [ "$3" = ! ]; then
    ! printf '%s\n' "$2" | grep -Eq "$4" && return
  else
    printf '%s\n' "$2" | grep -Eq "$3" && return
  fi
  echo "$1: not so"
  failed=1
}

check "tables are read-only after loading" "$segments" '^ *GNU_RELRO '
check "all symbols are bound when it is loaded" "$dynamic" 'FLAGS.*(BIND_NOW|NOW)'
check "the stack is marked" "$segments" '^ *GNU_STACK '
check "the stack is not executable" "$segments" ! '^ *GNU_STACK .* R?W?E +0x'
check "there is code" "$segments" '^ *LOAD .* R E +0x'
check "no segment is writable and executable" "$segments" ! '^ *LOAD .* R?WE +0x'
check "code is not on pages of data" "$segments" '^ *LOAD .* R +0x'
check "no code is changed when it is loaded" "$dynamic" ! 'TEXTREL'
check "no folder of libraries is named" "$dynamic" ! '\((RPATH|RUNPATH)\)'
if [ "${3:-}" = compiled ]; then
  check "there is a stack protector" "$symbols" ' __stack_chk_fail'
  check "functions of the C library are checked" "$symbols" ' __[a-z]+_chk(@|$)'
fi
exit "$failed"
