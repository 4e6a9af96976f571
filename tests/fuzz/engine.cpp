// What libFuzzer calls: the one target of this program. Tells at the end how many inputs there were, and of what size.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

#include "fuzz.hpp"

namespace {

uint64_t inputs, bytes;

void print_counts() {
  if (inputs) std::fprintf(stderr, "counts: %" PRIu64 " inputs, mean %.1f bytes\n", inputs, double(bytes) / double(inputs));
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  std::atexit(print_counts);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  inputs++;
  bytes += size;
  fuzz::Input input(data, size);
  fuzz::targets()[0]->run(input);
  return 0;
}
