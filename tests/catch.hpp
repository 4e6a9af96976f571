// Catch2 of either major version: 3 has one header for each part and one for all, 2 is a single header.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
