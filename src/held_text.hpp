// Text that a step of a stream holds back, because what becomes of it depends on what follows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "text.hpp"

namespace bpe {

class HeldText {
 public:
  void add(Text part) { bytes_.append(part.view()); }
  Text text() const { return Text(std::string_view(bytes_)); }
  bool is_empty() const { return bytes_.empty(); }
  size_t memory_size() const { return bytes_.capacity(); }

  // Whether enough has come since the last look. To look at all that is held for each byte that comes would cost the square of what is
  // held: a look at up to 64 bytes is always allowed, one at more when they have grown by an eighth. So all looks together cost some 64
  // bytes for each byte at most, and what is held is an eighth more than needed.
  bool is_worth_a_look() const { return bytes_.size() >= wanted_; }

  // The first bytes are done with; the others were looked at.
  void drop(size_t count) {
    bytes_.erase(0, count);
    if (bytes_.capacity() > kept_capacity && bytes_.size() < bytes_.capacity() / 4) bytes_.shrink_to_fit();
    wanted_ = bytes_.size() + std::max<size_t>(1, bytes_.size() < 64 ? 1 : bytes_.size() / 8);
  }

  void clear() {
    drop(bytes_.size());
    wanted_ = 0;
  }

 private:
  static constexpr size_t kept_capacity = size_t{256} << 10;

  std::string bytes_;
  size_t wanted_ = 0;
};

}  // namespace bpe
