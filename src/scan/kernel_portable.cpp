// Any 64-bit machine: eight characters at a time are looked up, and the eight bytes of their sets transposed.
//
//   codes of bytes 0..7    word, byte i = sets of character i
//   transposed             word, byte s = set s of characters 0..7
//   eight such words       transposed once more, by bytes: word s = set s of characters 0..63
#include <cstring>

#include "bit_compress.hpp"
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

  static uint64_t find_non_ascii(const uint8_t* bytes) {
    uint64_t mask = 0;
    for (unsigned i = 0; i < 64; i++) mask |= uint64_t{bytes[i]} >> 7 << i;
    return mask;
  }

  template <class Pattern>
  SCAN_INLINE static uint64_t classify(const uint8_t* bytes, CharacterBlock& block) {
    uint64_t sets[8];
    uint64_t any = 0;
    for (unsigned row = 0; row < 8; row++) {
      uint64_t codes = 0;
      for (unsigned i = 0; i < 8; i++) {
        const uint8_t byte = bytes[8 * row + i];
        any |= byte;
        codes |= uint64_t{byte_codes[byte]} << (8 * i);
      }
      sets[row] = transpose_bits(codes);
    }
    transpose_bytes(sets);
    const auto set = [&](uint8_t code) { return sets[__builtin_ctz(code)]; };
    block.upper = set(code::upper);
    block.lower = set(code::lower);
    block.letter = block.upper | block.lower;
    block.number = set(code::number);
    block.white = set(code::white);
    block.newline = set(code::newline);
    block.space = set(code::space);
    block.apostrophe = set(code::apostrophe);
    block.slash = set(code::slash);
    return any < 0x80 ? 0 : find_non_ascii(bytes);
  }

  template <class Pattern>
  SCAN_INLINE static BitCompressor classify_non_ascii(const uint8_t* bytes, uint64_t non_ascii, const SafeSplit* cuts, ScanCarry& carry,
                                                      CharacterBlock& block) {
    return read_characters<Portable, Pattern>(bytes, non_ascii, cuts, carry, block);
  }

  SCAN_INLINE static void store_starts(uint32_t* starts, uint32_t base, uint64_t mask, size_t) {
    for (; mask; mask &= mask - 1) *starts++ = base + uint32_t(__builtin_ctzll(mask));
  }

 private:
  static constexpr auto byte_codes = [] {
    std::array<uint8_t, 256> codes = {};
    for (size_t byte = 0; byte < ascii_codes.size(); byte++) codes[byte] = ascii_codes[byte];
    return codes;
  }();
};

size_t scan_r50k(ScanState& state, uint32_t* starts, size_t capacity) { return scan_blocks<Portable, R50k>(state, starts, capacity); }
size_t scan_cl100k(ScanState& state, uint32_t* starts, size_t capacity) { return scan_blocks<Portable, Cl100k>(state, starts, capacity); }
size_t scan_o200k(ScanState& state, uint32_t* starts, size_t capacity) { return scan_blocks<Portable, O200k>(state, starts, capacity); }

}  // namespace bpe::portable
