# Provides token_ranker_pcre2 (alias pcre2::static): a static, position independent PCRE2 whose Unicode version is that of the references.
#
# The system's library is taken if it has exactly that version, which can only be found out by running it; else PCRE2 is compiled from
# TOKEN_RANKER_PCRE2_SOURCE_DIR, in one of two layouts:
#   <dir>/include/{config.h,pcre2.h}, <dir>/src/*.c, <dir>/deps/sljit          the crate pcre2-sys, folder `upstream`
#   <dir>/src/{config.h.generic,pcre2.h.generic,*.c.generic}, <dir>/deps/sljit  PCRE2's own release (10.45 and later)
include_guard(GLOBAL)
enable_language(C)

set(TOKEN_RANKER_PCRE2_SOURCE_DIR "" CACHE PATH "Source of PCRE2 10.46, used where the system's PCRE2 has another Unicode version")
option(TOKEN_RANKER_FETCH_PCRE2 "Where no source of PCRE2 is given, fetch it with cargo into .cache/pcre2" OFF)
set(TOKEN_RANKER_PCRE2_UNICODE_VERSION 16.0.0)

function(token_ranker_find_system_pcre2 result)
  set(${result} FALSE PARENT_SCOPE)
  if(CMAKE_CROSSCOMPILING)
    return()
  endif()
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(TOKEN_RANKER_PKG_PCRE2 QUIET libpcre2-8)
  endif()
  find_path(TOKEN_RANKER_PCRE2_INCLUDE_DIR pcre2.h HINTS ${TOKEN_RANKER_PKG_PCRE2_INCLUDEDIR})
  find_library(TOKEN_RANKER_PCRE2_LIBRARY NAMES ${CMAKE_STATIC_LIBRARY_PREFIX}pcre2-8${CMAKE_STATIC_LIBRARY_SUFFIX}
               HINTS ${TOKEN_RANKER_PKG_PCRE2_LIBDIR})
  mark_as_advanced(TOKEN_RANKER_PCRE2_INCLUDE_DIR TOKEN_RANKER_PCRE2_LIBRARY)
  if(NOT TOKEN_RANKER_PCRE2_INCLUDE_DIR OR NOT TOKEN_RANKER_PCRE2_LIBRARY)
    return()
  endif()

  # Run at every configuration: the library may have been upgraded since the last one.
  set(probe ${CMAKE_BINARY_DIR}/CMakeFiles/token_ranker_pcre2_probe)
  file(WRITE ${probe}/probe.c [[
#define PCRE2_CODE_UNIT_WIDTH 8
#define PCRE2_STATIC
#include <pcre2.h>
#include <stdio.h>
int main(void) {
  char version[32] = "";
  pcre2_config(PCRE2_CONFIG_UNICODE_VERSION, version);
  puts(version);
  return 0;
}
]])
  unset(TOKEN_RANKER_PCRE2_PROBE_RAN CACHE)
  unset(TOKEN_RANKER_PCRE2_PROBE_COMPILED CACHE)
  try_run(TOKEN_RANKER_PCRE2_PROBE_RAN TOKEN_RANKER_PCRE2_PROBE_COMPILED ${probe} ${probe}/probe.c
          CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${TOKEN_RANKER_PCRE2_INCLUDE_DIR}
          LINK_LIBRARIES ${TOKEN_RANKER_PCRE2_LIBRARY} RUN_OUTPUT_VARIABLE version)
  if(NOT TOKEN_RANKER_PCRE2_PROBE_COMPILED OR NOT TOKEN_RANKER_PCRE2_PROBE_RAN EQUAL 0)
    return()
  endif()
  string(STRIP "${version}" version)
  if(version STREQUAL TOKEN_RANKER_PCRE2_UNICODE_VERSION)
    set(${result} TRUE PARENT_SCOPE)
  else()
    message(STATUS "System PCRE2 has Unicode ${version}, not ${TOKEN_RANKER_PCRE2_UNICODE_VERSION}: not used")
  endif()
endfunction()

function(token_ranker_add_pcre2_from_source source)
  set(excluded pcre2_jit_match.c pcre2_jit_misc.c pcre2_ucptables.c  # parts that other files include
               pcre2test.c pcre2grep.c pcre2demo.c pcre2posix.c pcre2posix_test.c pcre2_jit_test.c pcre2_fuzzsupport.c
               pcre2_dftables.c pcre2_printint.c pcre2_printint_inc.c)
  file(GLOB files CONFIGURE_DEPENDS ${source}/src/*.c)
  foreach(name IN LISTS excluded)
    list(REMOVE_ITEM files ${source}/src/${name})
  endforeach()
  set(include ${source}/include)
  if(NOT EXISTS ${include}/pcre2.h)
    set(include ${CMAKE_BINARY_DIR}/token_ranker_pcre2)
    configure_file(${source}/src/config.h.generic ${include}/config.h COPYONLY)
    configure_file(${source}/src/pcre2.h.generic ${include}/pcre2.h COPYONLY)
    configure_file(${source}/src/pcre2_chartables.c.dist ${include}/pcre2_chartables.c COPYONLY)
    list(REMOVE_ITEM files ${source}/src/pcre2_chartables.c)
    list(APPEND files ${include}/pcre2_chartables.c)
  endif()

  add_library(token_ranker_pcre2 STATIC ${files})
  set_target_properties(token_ranker_pcre2 PROPERTIES
    POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden INTERPROCEDURAL_OPTIMIZATION OFF)
  target_include_directories(token_ranker_pcre2 SYSTEM PUBLIC ${include})
  target_include_directories(token_ranker_pcre2 PRIVATE ${source}/src ${source}/deps)
  target_compile_definitions(token_ranker_pcre2 PUBLIC PCRE2_STATIC PRIVATE
    PCRE2_CODE_UNIT_WIDTH=8 HAVE_CONFIG_H=1 HAVE_STDLIB_H=1 HAVE_MEMMOVE=1 STDC_HEADERS=1 SUPPORT_PCRE2_8=1 SUPPORT_UNICODE=1 SUPPORT_JIT=1
    $<$<PLATFORM_ID:Windows>:HAVE_WINDOWS_H=1> $<$<NOT:$<CONFIG:Debug>>:NDEBUG>)
  # Optimised in every configuration: the tests go over all of Unicode. Its warnings are not ours to mend.
  target_compile_options(token_ranker_pcre2 PRIVATE -O2 -w -ffunction-sections -fdata-sections
    ${token_ranker_hardening_options} ${token_ranker_sanitizer_options_of_pcre2})

  # This allocator maps each compiled pattern by itself, never writable and executable at once, and takes no lock to release it: a
  # child of fork can free a handle whatever other threads of its parent were doing.
  if(NOT APPLE)
    target_compile_definitions(token_ranker_pcre2 PRIVATE SLJIT_WX_EXECUTABLE_ALLOCATOR=1)
  endif()
  if(NOT WIN32)
    set(THREADS_PREFER_PTHREAD_FLAG ON)
    find_package(Threads REQUIRED)
    target_link_libraries(token_ranker_pcre2 PUBLIC Threads::Threads)
  endif()
endfunction()

token_ranker_find_system_pcre2(token_ranker_use_system_pcre2)
if(NOT token_ranker_use_system_pcre2 AND NOT TOKEN_RANKER_PCRE2_SOURCE_DIR AND TOKEN_RANKER_FETCH_PCRE2)
  execute_process(COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/fetch_pcre2.sh ${PROJECT_SOURCE_DIR}/.cache/pcre2 COMMAND_ERROR_IS_FATAL ANY)
  set(TOKEN_RANKER_PCRE2_SOURCE_DIR ${PROJECT_SOURCE_DIR}/.cache/pcre2)
endif()
if(token_ranker_use_system_pcre2)
  message(STATUS "PCRE2: the system's, ${TOKEN_RANKER_PCRE2_LIBRARY}")
  add_library(token_ranker_pcre2 INTERFACE)
  target_include_directories(token_ranker_pcre2 SYSTEM INTERFACE ${TOKEN_RANKER_PCRE2_INCLUDE_DIR})
  target_link_libraries(token_ranker_pcre2 INTERFACE ${TOKEN_RANKER_PCRE2_LIBRARY})
  target_compile_definitions(token_ranker_pcre2 INTERFACE PCRE2_STATIC)
elseif(EXISTS "${TOKEN_RANKER_PCRE2_SOURCE_DIR}/src/pcre2_compile.c")
  message(STATUS "PCRE2: compiled from ${TOKEN_RANKER_PCRE2_SOURCE_DIR}")
  token_ranker_add_pcre2_from_source(${TOKEN_RANKER_PCRE2_SOURCE_DIR})
elseif(TOKEN_RANKER_PCRE2_SOURCE_DIR)
  message(FATAL_ERROR "TOKEN_RANKER_PCRE2_SOURCE_DIR=${TOKEN_RANKER_PCRE2_SOURCE_DIR} holds no PCRE2: src/pcre2_compile.c is missing. "
          "Run cmake/fetch_pcre2.sh <directory> (./dev does) and give that directory.")
else()
  message(FATAL_ERROR "No PCRE2 with Unicode ${TOKEN_RANKER_PCRE2_UNICODE_VERSION} and a static library on this system. "
          "Run ./dev, which provides its source, or cmake/fetch_pcre2.sh <directory> and configure with "
          "-DTOKEN_RANKER_PCRE2_SOURCE_DIR=<directory>. The unpacked release 10.46 of PCRE2 will do as well.")
endif()
add_library(pcre2::static ALIAS token_ranker_pcre2)
