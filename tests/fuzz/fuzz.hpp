// What the fuzz targets share.
//
// A target is a function that takes an input, which libFuzzer makes or a corpus has, and ends the program where something is not as it must
// be. The first bytes of an input choose what is done, the rest is the text. Nothing depends on the inputs before it but what is opened
// once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text.hpp"

namespace fuzz {

// Read from the front; zeros follow behind its end.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}

  size_t size() const { return size_t(end_ - at_); }
  uint8_t byte() { return at_ < end_ ? *at_++ : 0; }
  size_t below(size_t n) { return byte() % n; }
  bool flag() { return byte() & 1; }
  uint32_t word() {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) value = value << 8 | byte();
    return value;
  }
  // The next bytes, at most so many.
  std::string_view take(size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(at_), size < this->size() ? size : this->size());
    at_ += bytes.size();
    return bytes;
  }
  std::string_view rest() { return take(size()); }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
};

// Ends the program with a message.
[[noreturn, gnu::format(printf, 1, 2)]] void fail(const char* format, ...);

// The bytes as text for people, with escapes.
std::string shown(std::string_view bytes);

inline void require(bool is_so, const char* what) {
  if (!is_so) fail("%s", what);
}

// A program has all targets (the replay) or one (for libFuzzer); each registers itself.
struct Target {
  Target(const char* name, void (*run)(Input&));
  const char* name;
  void (*run)(Input&);
};
const std::vector<const Target*>& targets();

}  // namespace fuzz

#define FUZZ_TARGET(name)                              \
  static void run_##name(fuzz::Input& input);          \
  static const fuzz::Target target(#name, run_##name); \
  static void run_##name(fuzz::Input& input)
