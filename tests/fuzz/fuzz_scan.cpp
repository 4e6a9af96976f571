// All supported kernels against the scalar scanner, on any bytes; the first three choose capacity, cuts and how often the text is repeated,
// which makes runs that cross blocks.
#include <cstdio>
#include <cstdlib>

#include "../scan_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const test::SafeSplit cuts[4] = {test::make_random_cuts(1, 0), test::make_random_cuts(2, 1), test::make_random_cuts(3, 2),
                                          test::make_random_cuts(4, 4)};
  if (size < 3) return 0;
  const size_t capacity = bpe::scan_min_capacity + data[0];
  const test::SafeSplit& some_cuts = cuts[data[1] % 4];
  const size_t repeats = 1 + data[2] % 8 * (data[2] % 2);
  std::string text;
  for (size_t i = 0; i < repeats; i++) text.append(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::string difference = test::find_difference(text, some_cuts, capacity);
  if (!difference.empty()) {
    std::fprintf(stderr, "%s\n", difference.c_str());
    std::abort();
  }
  return 0;
}
