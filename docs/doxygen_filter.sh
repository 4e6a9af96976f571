#!/bin/sh
# What Doxygen is to see of a header, which is written for people: a comment behind a member or a macro belongs to it, and the parameters
# that share a description are separated by commas alone.
exec sed -E \
  -e '/^ *\*/!s@^([^/]*[^ /][^/]*)/\* @\1/**< @' \
  -e ':again' -e 's/(@param [a-z_,]+), ([a-z_]+(,| {2}))/\1,\2/' -e 't again' "$1"
