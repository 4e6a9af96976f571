#!/bin/sh
# zig_toolchain.sh TARGET DIRECTORY: makes a CMake toolchain file of the Zig compiler for a target such as x86_64-linux-gnu.2.17, and prints
# its path. ZIG: the compiler ("zig"); the wheel `ziglang` has it as `python -m ziglang`. With it one system builds for every other.
set -eu

[ $# -eq 2 ] || { echo "usage: $0 TARGET DIRECTORY" >&2; exit 2; }
target=$1
mkdir -p "$2"
directory=$(cd "$2" && pwd)

# CMake takes compilers of one word only.
for tool in cc c++ ar ranlib; do
  options=
  case $tool in c*) options="-target $target" ;; esac
  printf '#!/bin/sh\nexec %s %s %s "$@"\n' "${ZIG:-zig}" "$tool" "$options" >"$directory/$tool"
  chmod +x "$directory/$tool"
done

case $target in
  *-linux-*) system=Linux ;;
  *-windows-*) system=Windows ;;
  *-macos*) system=Darwin ;;
  *) echo "$0: what system is $target?" >&2; exit 2 ;;
esac
cat >"$directory/toolchain.cmake" <<END
# Setting the system makes this a cross build: nothing is taken from, or run on, the system that builds.
set(CMAKE_SYSTEM_NAME $system)
set(CMAKE_SYSTEM_PROCESSOR ${target%%-*})
set(CMAKE_C_COMPILER "$directory/cc")
set(CMAKE_CXX_COMPILER "$directory/c++")
set(CMAKE_ASM_COMPILER "$directory/cc")
set(CMAKE_AR "$directory/ar" CACHE FILEPATH "")
set(CMAKE_RANLIB "$directory/ranlib" CACHE FILEPATH "")
END
echo "$directory/toolchain.cmake"
