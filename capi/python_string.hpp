// Reads the characters of a str where they are.
//
// Python keeps a str as one number a character (Latin-1, UCS-2 or UCS-4, the narrowest that fits all), right behind a header:
//
//   | reference count | type | size | hash | state | … | characters |          state: bits for the width, and whether all are ASCII
//
// The stable ABI shows them only as UTF-8, and takes as long to make it as an encoding to read it. So the header is looked at: where
// the type, the state and the characters stand is found by comparing strings whose contents are known, and tried on others. A Python
// that has them elsewhere is read as the stable ABI has it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "python_api.hpp"

namespace python {

// The characters of a str, as long as it lives. width: bytes each; 0: they cannot be read.
struct Characters {
  const void* data = nullptr;
  size_t size = 0;  // characters
  unsigned width = 0;
  bool is_ascii = false;
};

// Finds out how this Python stores strings; called once, by attach, with the lock. False with an exception set.
bool look_at_strings();

// Of an object of any type: width 0 if it is no str, one of a derived type, or none that is stored as above.
Characters characters_of(Object* object);

}  // namespace python
