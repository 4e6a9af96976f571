// The scan of a text in blocks of 64 bytes, for one instruction set. No include guard: each kernel includes this once, inside its own
// namespace and target region, so that all of it is compiled for that instruction set.
//
//   for each block:
//     masks of the classes of its bytes
//     if not all ASCII: masks of the classes of its characters, which are the bytes that begin one, side by side
//     starts = pattern(masks, carry)      algebra on characters; `carry` is what the block before leaves behind
//     back from characters to bytes, and the set bits to offsets
//
// The words of that algebra, common to the patterns:
//   white run       characters of \s, less those that a rest run absorbs
//   segment         a part of it without newlines
//   rest run        [^\s\p{L}\p{N}]+ and, in cl100k and o200k, the newlines (o200k: and slashes) behind it, which it absorbs
//   lone            a rest character that is a start: it leads the word that follows, if one does
//
// `Simd` is the instruction set:
//   classify<Pattern>(bytes, block)             the sets of ASCII characters, bit i = byte i; returns the mask of the other bytes
//   classify_non_ascii<Pattern>(…)              one of the functions of read_characters.hpp, or faster
//   at_least(bytes, value)                      for read_well_formed_characters; bit i: byte i is not less
//   add_codes<Pattern>(codes, block)            adds the sets of characters outside ASCII, given by codes[64]
//   Compressor                                  as BitCompressor
//   copy_tail(to, from, size)                   pad_with_spaces, or faster
//   store_starts(starts, base, mask, count)     base + i for each of the `count` bits of mask; may store up to 64 entries
//
// `Pattern` (r50k.hpp, cl100k.hpp, o200k.hpp, deepseek3.hpp) has find_starts, says which sets it asks for and which codes its characters have, and
// which letters may be cut.

// What a pattern asks for beside letters, numbers, white space and U+0020. Patterns derive from it and say what is otherwise for them.
struct PatternSets {
  static constexpr bool tells_letters_apart = false;  // upper, lower, caseless, mark; else letter
  static constexpr bool has_contractions = true;      // apostrophe
  static constexpr bool absorbs_newlines = true;      // newline
  static constexpr bool absorbs_slashes = false;      // slash
  static constexpr bool tells_han = false;            // han
  static constexpr bool tells_symbols = false;        // symbol, ascii_symbol, cjk; letter is of ASCII, caseless all others and marks
  // Whether a character of this class byte, other than white space, is as good as the end of the text.
  static constexpr bool ends_piece(uint8_t) { return false; }
};

// The sets that a pattern asks for, out of the codes of characters. has(set): which characters have it. ascii: which are ASCII.
template <class Pattern, class Has>
SCAN_INLINE void read_sets(CharacterBlock& block, uint64_t ascii, const Has& has) {
  if constexpr (Pattern::tells_letters_apart) {
    const uint64_t newline_or_caseless = has(code::newline), space_or_mark = has(code::space);
    block.upper = has(code::upper);
    block.lower = has(code::lower);
    block.caseless = newline_or_caseless & ~ascii;
    block.mark = space_or_mark & ~ascii;
    block.newline = newline_or_caseless & ascii;
    block.space = space_or_mark & ascii;
  } else if constexpr (Pattern::tells_symbols) {
    const uint64_t newline_or_caseless = has(code::newline), space_or_symbol = has(code::space);
    block.letter = has(code::letter);
    block.caseless = newline_or_caseless & ~ascii;
    block.symbol = space_or_symbol & ~ascii;
    block.newline = newline_or_caseless & ascii;
    block.space = space_or_symbol & ascii;
    block.ascii_symbol = has(code::ascii_symbol);
    block.cjk = has(code::cjk) & ~ascii;
  } else {
    block.letter = has(code::letter);
    if constexpr (Pattern::absorbs_newlines) block.newline = has(code::newline);
    block.space = has(code::space);
  }
  block.number = has(code::number);
  block.white = has(code::white);
  if constexpr (Pattern::has_contractions) block.apostrophe = has(code::apostrophe);
  if constexpr (Pattern::absorbs_slashes) block.slash = has(code::slash);
  if constexpr (Pattern::tells_han) block.han = has(code::han) & ~ascii;
}

// The same for characters outside ASCII, beside the others of the block. Sets that only ASCII has stay as they are. Asks for single bits
// only.
template <class Pattern, class Has>
SCAN_INLINE void add_sets(CharacterBlock& block, const Has& has) {
  if constexpr (Pattern::tells_letters_apart) {
    block.upper |= has(code::upper);
    block.lower |= has(code::lower);
    block.caseless = has(code::caseless);
    block.mark = has(code::mark);
  } else if constexpr (Pattern::tells_symbols) {
    block.caseless = has(code::caseless);
    block.symbol = has(code::symbol);
    block.cjk = has(code::cjk);
  } else {
    block.letter |= has(code::lower);
  }
  block.number |= has(code::number);
  block.white |= has(code::white);
  if constexpr (Pattern::tells_han) block.han = has(code::han);
}

// A block of ASCII: its characters are its bytes.
struct AllBytes {
  SCAN_INLINE uint64_t expand(uint64_t mask) const { return mask; }
};

#include "read_characters.hpp"

// `seeds` and the bits of `runs` that follow them without a gap; seeds are in runs.
SCAN_INLINE uint64_t flood(uint64_t runs, uint64_t seeds) { return (runs & ((runs + seeds) ^ runs)) | seeds; }

// The letters of the contractions that begin at these apostrophes. They are taken out of the other sets, which makes whatever follows
// them a start. follows_word: only behind a character that is not of a contraction itself.
template <bool ignores_case, class Characters>
SCAN_INLINE uint64_t find_contractions(uint64_t apostrophes, const uint8_t* bytes, const Characters& characters, bool follows_word,
                                       const CharacterBlock& block, ScanCarry& carry) {
  uint64_t letters = carry.contraction;
  carry.contraction = 0;
  uint64_t at = characters.expand(apostrophes);
  for (; apostrophes; apostrophes &= apostrophes - 1, at &= at - 1) {
    const uint64_t apostrophe = apostrophes & -apostrophes;
    if (follows_word && (letters << 1 & apostrophe)) continue;
    const unsigned size = contraction_size<ignores_case>(bytes + __builtin_ctzll(at) + 1);
    const uint64_t ones = (uint64_t{1} << size) - 1;
    const unsigned before = unsigned(__builtin_ctzll(apostrophe));
    letters |= ones << before << 1 & block.all();
    carry.contraction |= ones >> (block.count - 1 - before);
  }
  return letters;
}

// The characters behind others of a set, one place or more, of which the carry tells for the block before.
SCAN_INLINE uint64_t behind(uint64_t set, uint64_t carried, unsigned places = 1) { return set << places | carried >> (64 - places); }

// Starts of groups of up to three numbers.
SCAN_INLINE uint64_t find_number_groups(uint64_t numbers, const ScanCarry& carry) {
  const uint64_t behind_one = behind(numbers, carry.numbers);
  uint64_t starts = numbers & ~behind_one;
  const uint64_t fourth = numbers & behind_one & behind(numbers, carry.numbers, 2);  // a start if the third one before is
  uint64_t next = behind(starts, carry.number_starts, 3) & fourth;
  starts |= next;  // without a branch: years are frequent, longer numbers are not
  while ((next = next << 3 & fourth)) starts |= next;
  return starts;
}

SCAN_INLINE uint64_t number_groups(const CharacterBlock& block, ScanCarry& carry) {
  const uint64_t starts = find_number_groups(block.number, carry);
  carry.numbers = block.number << (64 - block.count);
  carry.number_starts = starts << (64 - block.count);
  return starts;
}

// Starts of groups of as many numbers.
template <unsigned numbers>
SCAN_INLINE uint64_t number_starts(const CharacterBlock& block, ScanCarry& carry) {
  static_assert(numbers == 1 || numbers == 3);
  return numbers == 1 ? block.number : number_groups(block, carry);
}

// The characters before white space or the end of the text, or before one of `ends`. Right only where they are white.
template <class Pattern>
SCAN_INLINE uint64_t before_white_or_end(const CharacterBlock& block, uint64_t ends, const Beyond& beyond) {
  return (block.white | ends) >> 1 | beyond.is_white<Pattern>(block.last(block.white)) << (block.count - 1);
}

// Starts in white runs where newlines matter: \s*[\r\n]+|\s+(?!\S)|\s+. A run starts; so does its last segment, behind its last newline;
// so does its last character, unless it is a newline or the text ends.
// ends: characters that are as good as the end of the text.
// starts_at_text_end: whether that last segment is a start if it ends with the text.
template <class Pattern>
SCAN_INLINE uint64_t white_starts(const CharacterBlock& block, uint64_t white, uint64_t newline, uint64_t ends, ScanCarry& carry,
                                  const Beyond& beyond, bool starts_at_text_end) {
  const uint64_t segment = white & ~newline;
  const uint64_t before_white = before_white_or_end<Pattern>(block, ends, beyond);
  uint64_t behind_newline = segment & (newline << 1 | carry.is_newline);
  // An addition carries from the first character of a segment to what follows its last one.
  const uint64_t sum = segment + behind_newline;
  if (block.last(segment & ~sum)) {  // one reaches the end of the block
    const Beyond::SegmentEnd end = beyond.find_segment_end(beyond.next, beyond.end);
    if (end == Beyond::SegmentEnd::newline || (end == Beyond::SegmentEnd::text && !starts_at_text_end)) {
      behind_newline &= ~(uint64_t{1} << (63 - __builtin_clzll(behind_newline)));
    }
  }
  for (uint64_t refuted = sum & newline; refuted; refuted &= refuted - 1) {
    const uint64_t before = behind_newline & ((refuted & -refuted) - 1);
    behind_newline &= ~(uint64_t{1} << (63 - __builtin_clzll(before)));
  }
  const uint64_t starts = (white & ~(white << 1 | carry.is_white)) | behind_newline | (segment & ~before_white);
  carry.is_white = block.last(white);
  carry.is_newline = block.last(newline);
  return starts;
}

#include "r50k.hpp"

#include "cl100k.hpp"

#include "o200k.hpp"

#include "deepseek3.hpp"

// Copies the end of a text, fewer than tail_size bytes, and puts spaces behind it.
inline void pad_with_spaces(uint8_t* to, const uint8_t* from, size_t size) {
  std::memset(to, ' ', 64 + ScanState::look_ahead);
  if (size > 64) std::memset(to + 64, ' ', 64 + ScanState::look_ahead);
  std::memcpy(to, from, size);
}

// The block at this position, out of the padded copy of the end of the text.
template <class Simd>
SCAN_INLINE const uint8_t* tail_block(ScanState& state, size_t position) {
  uint8_t* const tail = state.tail + ScanState::look_behind;
  if (state.tail_position == ScanState::none) {
    state.tail_position = position;
    const uint8_t* const rest = state.text.data + position;
    if (position > 0) std::memcpy(state.tail, rest - ScanState::look_behind, ScanState::look_behind);
    Simd::copy_tail(tail, rest, state.text.size - position);
  }
  return tail + (position - state.tail_position);
}

// Asks for text that comes a little later, maybe behind its end: the hardware asks for lines of the same page only, and a new page would
// be waited for.
SCAN_INLINE void prefetch_text(const uint8_t* at) { __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(at) + 2048)); }

template <class Simd, class Pattern>
SCAN_INLINE size_t scan_blocks(ScanState& state, uint32_t* starts, size_t capacity) {
  constexpr size_t max_start = 0x7FFFFFFF;
  const Text text = state.text;
  ScanCarry carry = state.position == 0 ? ScanCarry{} : state.carry;
  size_t count = 0;
  size_t position = state.position;
  const size_t origin = state.origin;
  while (count + 64 <= capacity && position < text.size && position - origin <= max_start - 64) {
    const size_t left = text.size - position;
    const uint8_t* bytes = text.data + position;
    prefetch_text(bytes);
    if (left < ScanState::tail_size) [[unlikely]] {
      bytes = tail_block<Simd>(state, position);
    }

    CharacterBlock block = {};
    uint64_t found;
    const uint64_t non_ascii = Simd::template classify<Pattern>(bytes, block);
    if (!non_ascii) [[likely]] {
      block.count = 64;
      carry.overhang = carry.is_wide = 0;
      found = Pattern::find_starts(block, bytes, AllBytes(), carry, Beyond{text.data + position + std::min<size_t>(left, 64), text.end()});
    } else {
      const auto characters = Simd::template classify_non_ascii<Pattern>(bytes, non_ascii, state.cuts, carry, block);
      const Beyond beyond = {text.data + position + std::min<size_t>(left, 64 + carry.overhang), text.end()};
      found = Pattern::find_starts(block, bytes, characters, carry, beyond);
      const uint64_t letters = Pattern::cuttable_letters(block);
      found |= block.cut & letters & (letters << 1 | carry.is_cuttable);
      carry.is_cuttable = block.last(letters);
      found = characters.expand(found);
    }
    if (left < 64) [[unlikely]] {
      found &= (uint64_t{1} << left) - 1;
    }

    const size_t found_count = size_t(__builtin_popcountll(found));
    Simd::store_starts(starts + count, uint32_t(position - origin), found, found_count);
    count += found_count;
    position += left < 64 ? left : 64;
  }
  state.position = position;
  state.is_done = position == text.size;
  if (!state.is_done) state.carry = carry;  // most texts are done with the first call
  return count;
}

template <class Simd, class Pattern>
size_t scan_pattern(ScanState& state, uint32_t* starts, size_t capacity) {
  return scan_blocks<Simd, Pattern>(state, starts, capacity);
}

template <class Simd>
constexpr Scanners make_scanners() {
  return {scan_pattern<Simd, R50k>, scan_pattern<Simd, Cl100k>, scan_pattern<Simd, O200k>, scan_pattern<Simd, Llama3>,
          scan_pattern<Simd, Qwen2>, scan_pattern<Simd, Qwen35>, scan_pattern<Simd, Tekken>, scan_pattern<Simd, Kimi>,
          scan_pattern<Simd, Deepseek3>, scan_pattern<Simd, Starcoder>};
}
