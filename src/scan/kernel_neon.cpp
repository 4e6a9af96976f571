// NEON: ASCII by table look-ups in four vectors of 16 bytes (character_block.hpp, code), other characters one by one.
#if defined(__aarch64__)

#include <arm_neon.h>

#include <algorithm>
#include <cstring>

#include "bit_compress.hpp"
#include "character_block.hpp"
#include "safe_split.hpp"
#include "scanner.hpp"

namespace bpe::neon {

#include "block_scan.hpp"

struct Neon {
  using Compressor = BitCompressor;

  // 64 bytes.
  struct Bytes {
    uint8x16_t parts[4];
  };

  // Bit i: byte i is not 0; all bytes are 0 or 255. Each gives its place in a group of eight, and three rounds of adding neighbours join
  // them.
  SCAN_INLINE static uint64_t mask_of(const Bytes& where) {
    static constexpr uint8_t places[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t place = vld1q_u8(places);
    uint8x16_t found[4];
    for (unsigned i = 0; i < 4; i++) found[i] = vandq_u8(where.parts[i], place);
    const uint8x16_t pairs = vpaddq_u8(vpaddq_u8(found[0], found[1]), vpaddq_u8(found[2], found[3]));
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(pairs, pairs)), 0);
  }

  // Bit i: byte i has a bit of `set`.
  SCAN_INLINE static uint64_t test(const Bytes& bytes, uint8_t set) {
    Bytes where;
    for (unsigned i = 0; i < 4; i++) where.parts[i] = vtstq_u8(bytes.parts[i], vdupq_n_u8(set));
    return mask_of(where);
  }

  SCAN_INLINE static Bytes load(const uint8_t* bytes) {
    return {{vld1q_u8(bytes), vld1q_u8(bytes + 16), vld1q_u8(bytes + 32), vld1q_u8(bytes + 48)}};
  }

  SCAN_INLINE static uint64_t at_least(const uint8_t* text, uint8_t value) {
    const Bytes bytes = load(text);
    Bytes where;
    for (unsigned i = 0; i < 4; i++) where.parts[i] = vcgeq_u8(bytes.parts[i], vdupq_n_u8(value));
    return mask_of(where);
  }

  template <class Pattern>
  SCAN_INLINE static uint64_t classify(const uint8_t* text, CharacterBlock& block) {
    const uint8x16x4_t low = vld1q_u8_x4(Pattern::codes.ascii.data());
    const uint8x16x4_t high = vld1q_u8_x4(Pattern::codes.ascii.data() + 64);
    const Bytes bytes = load(text);
    Bytes codes;
    for (unsigned i = 0; i < 4; i++) {
      // An index beyond a table of 64 gives 0.
      codes.parts[i] = vorrq_u8(vqtbl4q_u8(low, bytes.parts[i]), vqtbl4q_u8(high, veorq_u8(bytes.parts[i], vdupq_n_u8(64))));
    }
    read_sets<Pattern>(block, ~uint64_t{0}, [&](uint8_t set) { return test(codes, set); });

    const uint8x16_t any = vorrq_u8(vorrq_u8(bytes.parts[0], bytes.parts[1]), vorrq_u8(bytes.parts[2], bytes.parts[3]));
    return vmaxvq_u8(any) < 0x80 ? 0 : test(bytes, 0x80);
  }

  template <class Pattern>
  SCAN_INLINE static void add_codes(const uint8_t* codes_of_others, CharacterBlock& block) {
    const Bytes codes = load(codes_of_others);
    add_sets<Pattern>(block, [&](uint8_t set) { return test(codes, set); });
  }

  template <class Pattern>
  SCAN_INLINE static Compressor classify_non_ascii(const uint8_t* text, uint64_t non_ascii, const SafeSplit* cuts, ScanCarry& carry,
                                                   CharacterBlock& block) {
    return read_well_formed_characters<Neon, Pattern>(text, non_ascii, cuts, carry, block);
  }

  SCAN_INLINE static void copy_tail(uint8_t* to, const uint8_t* from, size_t size) { pad_with_spaces(to, from, size); }

  // In eights, so that there is no branch on each of them; what is stored behind the last one has no meaning. The highest bit keeps the
  // count of zeros defined.
  SCAN_INLINE static void store_starts(uint32_t* starts, uint32_t base, uint64_t mask, size_t count) {
    constexpr uint64_t highest = uint64_t{1} << 63;
    for (size_t at = 0; at < count; at += 8) {
      for (size_t i = at; i < at + 8; i++, mask &= mask - 1) starts[i] = base + uint32_t(__builtin_ctzll(mask | highest));
    }
  }
};

extern constexpr Scanners scanners = make_scanners<Neon>();

}  // namespace bpe::neon

#endif
