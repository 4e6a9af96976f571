// pext and pdep in software (after Hacker's Delight, 7-4): bits of a mask move by 1, 2, 4, … 32 places; which ones move in which step
// depends only on the selection, so it is worked out once for it and then applied to many masks.
#pragma once

#include <cstdint>

namespace bpe {

class BitCompressor {
 public:
  explicit BitCompressor(uint64_t selected) : selected_(selected) {
    uint64_t left = selected;
    uint64_t gaps = ~selected << 1;  // a bit moves by the number of gaps below it; here: prefix parities of what is left of them
    for (unsigned step = 0; step < 6; step++) {
      uint64_t odd = gaps ^ (gaps << 1);
      for (unsigned shift = 2; shift < 64; shift *= 2) odd ^= odd << shift;
      moves_[step] = odd & left;
      left = (left ^ moves_[step]) | (moves_[step] >> (1u << step));
      gaps &= ~odd;
    }
  }

  // The selected bits of a mask, side by side from bit 0.
  uint64_t compress(uint64_t mask) const {
    mask &= selected_;
    for (unsigned step = 0; step < 6; step++) {
      const uint64_t moving = mask & moves_[step];
      mask = (mask ^ moving) | (moving >> (1u << step));
    }
    return mask;
  }

  // The inverse: bit i goes to the place of the selected bit i.
  uint64_t expand(uint64_t mask) const {
    for (unsigned step = 6; step-- > 0;) {
      const uint64_t moved = mask << (1u << step);
      mask = (mask & ~moves_[step]) | (moved & moves_[step]);
    }
    return mask & selected_;
  }

 private:
  uint64_t selected_;
  uint64_t moves_[6];
};

}  // namespace bpe
