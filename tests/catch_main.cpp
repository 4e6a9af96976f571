// Catch2 of version 2: its implementation and main.
#define CATCH_CONFIG_MAIN
#include "catch.hpp"
