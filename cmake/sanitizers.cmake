# The sanitizers of a build: TOKEN_RANKER_SANITIZE, one of
#   OFF      none
#   address  AddressSanitizer with LeakSanitizer, and UndefinedBehaviorSanitizer; ON means the same
#   thread   ThreadSanitizer
# Sets token_ranker_sanitizer_options, and token_ranker_sanitizer_options_of_pcre2 for C that is not the project's.
include_guard(GLOBAL)

set(TOKEN_RANKER_SANITIZE OFF CACHE STRING "Sanitizers to build with: address (and undefined behaviour), thread, or OFF")
set_property(CACHE TOKEN_RANKER_SANITIZE PROPERTY STRINGS OFF address thread)

set(token_ranker_sanitizer_options)
set(token_ranker_sanitizer_options_of_pcre2)
if(TOKEN_RANKER_SANITIZE STREQUAL "address" OR TOKEN_RANKER_SANITIZE STREQUAL "ON")
  set(token_ranker_sanitizer_options -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  set(token_ranker_sanitizer_options_of_pcre2 -fsanitize=address -fno-omit-frame-pointer)
elseif(TOKEN_RANKER_SANITIZE STREQUAL "thread")
  # PCRE2 asks once whether the system allows executable memory, and notes the answer, always the same one, without an atomic.
  set(token_ranker_sanitizer_options -fsanitize=thread -fno-omit-frame-pointer)
elseif(TOKEN_RANKER_SANITIZE)
  message(FATAL_ERROR "TOKEN_RANKER_SANITIZE=${TOKEN_RANKER_SANITIZE}: address, thread or OFF")
endif()
