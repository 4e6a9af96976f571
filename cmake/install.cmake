# What is installed, by component:
#   default    include/, lib/ with both libraries, the CMake package and the pkg-config file:  cmake --install build
#   python     token_ranker.py, its type information and the library, for the wheel (pyproject.toml)
#   release    a folder of everything that a release is: cmake/release_archive.sh
include_guard(GLOBAL)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# PCRE2 is part of the archive where it was compiled here; the system's is named to whoever links.
add_library(token_ranker_static STATIC $<TARGET_OBJECTS:token_ranker_objects>)
set_target_properties(token_ranker_static PROPERTIES OUTPUT_NAME token_ranker)
target_include_directories(token_ranker_static INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
target_compile_definitions(token_ranker_static INTERFACE TOKEN_RANKER_STATIC)
target_link_libraries(token_ranker_static INTERFACE Threads::Threads)
set(TOKEN_RANKER_LIBS_PRIVATE "-lstdc++ -lm -pthread")
if(APPLE)
  set(TOKEN_RANKER_LIBS_PRIVATE "-lc++")
endif()
get_target_property(pcre2_type token_ranker_pcre2 TYPE)
if(pcre2_type STREQUAL "STATIC_LIBRARY")
  target_sources(token_ranker_static PRIVATE $<TARGET_OBJECTS:token_ranker_pcre2>)
else()
  target_link_libraries(token_ranker_static INTERFACE pcre2-8)
  string(PREPEND TOKEN_RANKER_LIBS_PRIVATE "-lpcre2-8 ")
endif()

# ---- The list of what is inside (SPDX), with the versions of this build --------------------------------------------------------------
function(token_ranker_read_version result header first second third)
  file(READ ${header} text)
  set(version "")
  foreach(macro IN ITEMS ${first} ${second} ${third})
    if(text MATCHES "#define ${macro}[ \t]+([0-9]+)")
      list(APPEND version ${CMAKE_MATCH_1})
    endif()
  endforeach()
  list(JOIN version . version)
  set(${result} ${version} PARENT_SCOPE)
endfunction()

get_target_property(pcre2_include token_ranker_pcre2 INTERFACE_INCLUDE_DIRECTORIES)
token_ranker_read_version(TOKEN_RANKER_PCRE2_VERSION ${pcre2_include}/pcre2.h PCRE2_MAJOR PCRE2_MINOR "")
set(json_header ${TOKEN_RANKER_JSON_INCLUDE_DIR}/nlohmann/detail/abi_macros.hpp)
if(NOT EXISTS ${json_header})
  set(json_header ${TOKEN_RANKER_JSON_INCLUDE_DIR}/nlohmann/json.hpp)
endif()
token_ranker_read_version(TOKEN_RANKER_JSON_VERSION ${json_header}
                          NLOHMANN_JSON_VERSION_MAJOR NLOHMANN_JSON_VERSION_MINOR NLOHMANN_JSON_VERSION_PATCH)
set(TOKEN_RANKER_RUNTIME_LICENCE "Apache-2.0 WITH LLVM-exception")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(TOKEN_RANKER_RUNTIME_LICENCE "GPL-3.0-or-later WITH GCC-exception-3.1")
endif()
# The time of the template: configuring again changes nothing.
file(TIMESTAMP ${CMAKE_CURRENT_LIST_DIR}/sbom.spdx.json.in TOKEN_RANKER_SBOM_CREATED "%Y-%m-%dT%H:%M:%SZ" UTC)
configure_file(cmake/sbom.spdx.json.in sbom.spdx.json @ONLY)
set(sbom ${CMAKE_CURRENT_BINARY_DIR}/sbom.spdx.json)

# ---- Header, libraries, CMake package, pkg-config file -----------------------------------------------------------------------------
set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/token_ranker)
install(FILES include/token_ranker.h include/token_ranker.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS token_ranker token_ranker_static EXPORT token_ranker INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT token_ranker NAMESPACE token_ranker:: FILE token_ranker-targets.cmake DESTINATION ${package_directory})
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/token_ranker-config.cmake "include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(\${CMAKE_CURRENT_LIST_DIR}/token_ranker-targets.cmake)
")
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/token_ranker-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/token_ranker-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/token_ranker-config-version.cmake
        DESTINATION ${package_directory})
# The prefix as seen from the file, so that an installation may be moved.
file(RELATIVE_PATH TOKEN_RANKER_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/token_ranker.pc.in token_ranker.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/token_ranker.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE NOTICE ${sbom} DESTINATION ${CMAKE_INSTALL_DOCDIR})

# ---- Wheel -------------------------------------------------------------------------------------------------------------------------
# A module of a single file cannot be marked as typed (PEP 561), so type checkers get a package of stubs: the file itself, which has all
# the hints. A stub may have bodies; they are not looked at.
install(TARGETS token_ranker LIBRARY DESTINATION . COMPONENT python EXCLUDE_FROM_ALL
        RUNTIME DESTINATION . COMPONENT python EXCLUDE_FROM_ALL)
install(FILES py/token_ranker.py DESTINATION . COMPONENT python EXCLUDE_FROM_ALL)
install(FILES py/token_ranker.py DESTINATION token_ranker-stubs RENAME __init__.pyi COMPONENT python EXCLUDE_FROM_ALL)

# ---- Release -----------------------------------------------------------------------------------------------------------------------
install(TARGETS token_ranker LIBRARY DESTINATION . COMPONENT release EXCLUDE_FROM_ALL
        RUNTIME DESTINATION . COMPONENT release EXCLUDE_FROM_ALL)
install(FILES py/token_ranker.py include/token_ranker.h include/token_ranker.hpp README.md CHANGELOG.md LICENSE NOTICE ${sbom}
        DESTINATION . COMPONENT release EXCLUDE_FROM_ALL)
