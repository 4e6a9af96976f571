// Any 64-bit machine: eight characters at a time are looked up, and the eight bytes of their sets transposed.
//
//   codes of bytes 0..7    word, byte i = sets of character i
//   transposed             word, byte s = set s of characters 0..7
//   eight such words       transposed once more, by bytes: word s = set s of characters 0..63
#include <algorithm>
#include <bit>
#include <cstring>

#include "bit_compress.hpp"
#include "byte_hash.hpp"
#include "character_block.hpp"
#include "safe_split.hpp"
#include "scanner.hpp"

namespace bpe::portable {

#include "block_scan.hpp"

struct Portable {
  using Compressor = BitCompressor;

  // Exchanges bits (i, j) and (j, i) of an 8 x 8 matrix; row i is byte i.
  SCAN_INLINE static uint64_t transpose_bits(uint64_t rows) {
    const auto exchange = [&](unsigned distance, uint64_t places) {
      const uint64_t changed = (rows ^ (rows >> distance)) & places;
      rows ^= changed ^ (changed << distance);
    };
    exchange(7, 0x00AA00AA00AA00AA);
    exchange(14, 0x0000CCCC0000CCCC);
    exchange(28, 0x00000000F0F0F0F0);
    return rows;
  }

  // The same for bytes of eight words.
  SCAN_INLINE static void transpose_bytes(uint64_t (&rows)[8]) {
    const auto exchange = [&](unsigned distance, uint64_t places) {
      for (unsigned i = 0; i < 8; i++) {
        if (i & distance) continue;
        const uint64_t changed = ((rows[i] >> (8 * distance)) ^ rows[i + distance]) & places;
        rows[i] ^= changed << (8 * distance);
        rows[i + distance] ^= changed;
      }
    };
    exchange(1, 0x00FF00FF00FF00FF);
    exchange(2, 0x0000FFFF0000FFFF);
    exchange(4, 0x00000000FFFFFFFF);
  }

  // Bytes that begin with as many ones as `least`, which has zeros behind them: those that are not less.
  SCAN_INLINE static uint64_t at_least(const uint8_t* bytes, uint8_t least) {
    const unsigned ones = unsigned(std::countl_one(least));
    uint64_t mask = 0;
    for (unsigned i = 0; i < 64; i += 8) {
      const uint64_t word = load_8(bytes + i);
      uint64_t found = word & 0x8080808080808080;
      for (unsigned one = 1; one < ones; one++) found &= word << one;
      mask |= (found >> 7) * 0x0102040810204080 >> 56 << i;  // the multiplication brings bit 8 k to bit 56 + k
    }
    return mask;
  }

  // Row s: bit i is set s of character i. code_of(i) is the code of character i.
  struct Sets {
    uint64_t rows[8];

    template <class CodeOf>
    SCAN_INLINE explicit Sets(CodeOf code_of) {
      for (unsigned row = 0; row < 8; row++) {
        uint64_t codes = 0;
        for (unsigned i = 0; i < 8; i++) codes |= uint64_t{code_of(8 * row + i)} << (8 * i);
        rows[row] = transpose_bits(codes);
      }
      transpose_bytes(rows);
    }

    SCAN_INLINE uint64_t operator()(uint8_t set) const {
      return set == code::letter ? rows[0] | rows[1] : rows[__builtin_ctz(set)];
    }
  };

  template <class Pattern>
  SCAN_INLINE static uint64_t classify(const uint8_t* bytes, CharacterBlock& block) {
    static constexpr auto codes = [] {
      std::array<uint8_t, 256> by_byte = {};
      for (size_t byte = 0; byte < 128; byte++) by_byte[byte] = Pattern::codes.ascii[byte];
      return by_byte;
    }();
    uint8_t any = 0;
    const Sets sets([&](unsigned i) {
      any |= bytes[i];
      return codes[bytes[i]];
    });
    read_sets<Pattern>(block, ~uint64_t{0}, sets);
    return any < 0x80 ? 0 : at_least(bytes, 0x80);
  }

  template <class Pattern>
  static void add_codes(const uint8_t* codes, CharacterBlock& block) {
    add_sets<Pattern>(block, Sets([&](unsigned i) { return codes[i]; }));
  }

  template <class Pattern>
  SCAN_INLINE static BitCompressor classify_non_ascii(const uint8_t* bytes, uint64_t non_ascii, const SafeSplit* cuts, ScanCarry& carry,
                                                      CharacterBlock& block) {
    return read_well_formed_characters<Portable, Pattern>(bytes, non_ascii, cuts, carry, block);
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

extern constexpr Scanners scanners = make_scanners<Portable>();

}  // namespace bpe::portable
