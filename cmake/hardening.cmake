# What the compiler and the linker can do against mistakes in the library, where it costs nothing that can be measured: bench/hardening.sh
# compares. tests/capi/hardening.sh looks for it in the built library.
#   compiler   stack protector, stack probes, checked functions of the C library
#   linker     tables that are read-only once the library is loaded, all symbols bound then, no executable stack, code on pages of its own
# Branch protection (-fcf-protection) has no effect unless every object file has it, and those of the C library that Debian 12 links into
# each shared library have not.
include_guard(GLOBAL)
include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)

option(TOKEN_RANKER_HARDENING "Compile with stack protector, stack probes and checked functions of the C library" ON)

set(token_ranker_hardening_options)
if(TOKEN_RANKER_HARDENING AND NOT WIN32)
  foreach(option IN ITEMS -fstack-protector-strong -fstack-clash-protection)
    string(MAKE_C_IDENTIFIER "TOKEN_RANKER_HAS${option}" has_option)
    check_cxx_compiler_flag(${option} ${has_option})
    if(${has_option})
      list(APPEND token_ranker_hardening_options $<$<COMPILE_LANGUAGE:C,CXX>:${option}>)
    endif()
  endforeach()
  # It needs optimisation, and the sanitizers check the same in their own way.
  if(NOT TOKEN_RANKER_SANITIZE AND NOT TOKEN_RANKER_FUZZ)
    set(is_checked $<AND:$<COMPILE_LANGUAGE:C,CXX>,$<NOT:$<CONFIG:Debug>>>)
    list(APPEND token_ranker_hardening_options "$<${is_checked}:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>")
  endif()
endif()

set(token_ranker_hardening_link_options)
if(NOT WIN32 AND NOT APPLE)
  set(token_ranker_hardening_link_options -Wl,-z,defs,-z,relro,-z,now,-z,noexecstack)
  check_linker_flag(CXX -Wl,-z,separate-code TOKEN_RANKER_HAS_SEPARATE_CODE)  # that of Zig has not
  if(TOKEN_RANKER_HAS_SEPARATE_CODE)
    list(APPEND token_ranker_hardening_link_options -Wl,-z,separate-code)
  endif()
endif()
