// The characters outside ASCII of a block, one by one. Included by block_scan.hpp.
//
// bytes: the block; look_behind and look_ahead bytes around it can be read. non_ascii: which of its bytes are not ASCII.
// block: in, the sets of its ASCII bytes, bit i = byte i; out, the sets of all its characters, and how many they are.
// Returns how bytes map to characters.

// All sets from bytes to characters.
template <class Pattern, class Compressor>
SCAN_INLINE void compress_block(CharacterBlock& block, const Compressor& characters) {
  const auto compress = [&](uint64_t& mask) { mask = characters.compress(mask); };
  if constexpr (Pattern::tells_letters_apart) {
    compress(block.upper);
    compress(block.lower);
    compress(block.caseless);
    compress(block.mark);
  } else {
    compress(block.letter);
  }
  if constexpr (Pattern::tells_symbols) {
    compress(block.caseless);
    compress(block.symbol);
    compress(block.ascii_symbol);
    compress(block.cjk);
  }
  compress(block.number);
  compress(block.white);
  compress(block.space);
  if constexpr (Pattern::has_contractions) compress(block.apostrophe);
  if constexpr (Pattern::absorbs_newlines) compress(block.newline);
  if constexpr (Pattern::absorbs_slashes) compress(block.slash);
  if constexpr (Pattern::tells_han) compress(block.han);
}

// Ends either function: starts = first bytes of characters, codes = sets of those outside ASCII at their first bytes.
template <class Simd, class Pattern>
SCAN_INLINE typename Simd::Compressor finish_characters(const uint8_t* codes, uint64_t starts, uint64_t cut, CharacterBlock& block) {
  Simd::template add_codes<Pattern>(codes, block);
  const typename Simd::Compressor characters(starts);
  compress_block<Pattern>(block, characters);
  block.cut = cut ? characters.compress(cut) : 0;
  block.count = unsigned(__builtin_popcountll(starts));
  return characters;
}

// Of a character outside ASCII.
template <class Pattern>
SCAN_INLINE uint8_t code_of(uint32_t code_point) {
  return Pattern::codes.others[class_byte(code_point)];
}

// A character of three bytes, well-formed.
SCAN_INLINE uint32_t read_wide_character(const uint8_t* at) {
  return uint32_t(at[0] & 15) << 12 | uint32_t(at[1] & 63) << 6 | (at[2] & 63u);
}

// Whatever the bytes are: one outside well-formed UTF-8 is a character without sets.
template <class Simd, class Pattern>
[[gnu::noinline]] typename Simd::Compressor read_any_characters(const uint8_t* bytes, uint64_t non_ascii, const SafeSplit* cuts,
                                                                ScanCarry& carry, CharacterBlock& block) {
  uint8_t codes[64] = {};
  uint64_t continuations = (uint64_t{1} << carry.overhang) - 1;
  uint64_t cut = 0;
  int wide_end = carry.is_wide ? int(carry.overhang) : -1;  // behind the last character of three bytes
  uint32_t wide = carry.is_wide ? read_wide_character(bytes + carry.overhang - 3) : 0;
  unsigned end = unsigned(carry.overhang);
  for (uint64_t left = non_ascii & ~continuations; left; left &= ~continuations & (left - 1)) {
    const unsigned at = unsigned(__builtin_ctzll(left));
    const Character character = read_character(bytes + at, bytes + at + ScanState::look_ahead);
    codes[at] = code_of<Pattern>(character.code_point);
    continuations |= ((uint64_t{1} << character.size) - 2) << at;
    end = at + character.size;
    if (character.size == 3) {
      if (cuts && wide_end == int(at) && cuts->may_cut(wide, character.code_point)) cut |= uint64_t{1} << at;
      wide_end = int(end);
      wide = character.code_point;
    }
  }
  carry.overhang = end > 64 ? end - 64 : 0;
  carry.is_wide = wide_end >= 64;
  return finish_characters<Simd, Pattern>(codes, ~continuations, cut, block);
}

// Copies for the call, so that what the caller has can stay in registers.
template <class Simd, class Pattern>
SCAN_INLINE typename Simd::Compressor read_characters(const uint8_t* bytes, uint64_t non_ascii, const SafeSplit* cuts, ScanCarry& carry,
                                                      CharacterBlock& block) {
  ScanCarry new_carry = carry;
  CharacterBlock new_block = block;
  const auto characters = read_any_characters<Simd, Pattern>(bytes, non_ascii, cuts, new_carry, new_block);
  carry = new_carry;
  block = new_block;
  return characters;
}

// SafeSplit::may_cut, negated, as a bit and without a branch: the answers of a text follow no rule.
SCAN_INLINE uint64_t find_uncuttable(const SafeSplit& cuts, uint32_t before, uint32_t code_point) {
  const uint32_t hash = SafeSplit::pair_hash(before, code_point);
  return (cuts.pairs[hash / 64] >> (hash % 64) | cuts.partial[code_point >> 12 & 15] >> (before & 63)) & 1;
}

// The same, faster where all of the block is well-formed. Masks show that each leading byte has the continuation bytes that it needs, and
// that there are no others; the code points show that no form is too long and that there are no surrogates.
template <class Simd, class Pattern>
SCAN_INLINE typename Simd::Compressor read_well_formed_characters(const uint8_t* bytes, uint64_t non_ascii, const SafeSplit* cuts,
                                                                  ScanCarry& carry, CharacterBlock& block) {
  uint8_t codes[64] = {};
  const uint64_t leads = Simd::at_least(bytes, 0xC0), long_leads = Simd::at_least(bytes, 0xE0), longest_leads = Simd::at_least(bytes, 0xF0);
  const uint64_t wide = long_leads & ~longest_leads;
  const uint64_t expected = leads << 1 | long_leads << 2 | longest_leads << 3 | ((uint64_t{1} << carry.overhang) - 1);
  const uint64_t expected_behind = leads >> 63 | long_leads >> 62 | longest_leads >> 61;
  const auto is_continuation = [&](unsigned i) { return uint64_t{(bytes[i] & 0xC0) == 0x80}; };
  const uint64_t behind = is_continuation(64) | is_continuation(65) << 1 | is_continuation(66) << 2;
  bool is_malformed = (expected ^ leads ^ non_ascii) | (expected_behind & ~behind);

  uint64_t uncuttable = 0;
  const uint64_t cut_candidates = cuts ? wide & (wide << 3 | carry.is_wide << carry.overhang) : 0;
  uint32_t before = carry.is_wide ? read_wide_character(bytes + carry.overhang - 3) : 0;
  for (uint64_t left = is_malformed ? 0 : leads; left; left &= left - 1) {
    const unsigned at = unsigned(__builtin_ctzll(left));
    const uint32_t lead = bytes[at], second = bytes[at + 1] & 63u, third = bytes[at + 2] & 63u;
    const bool is_long = lead >= 0xE0;
    uint32_t code_point = is_long ? (lead & 15) << 12 | second << 6 | third : (lead & 31) << 6 | second;
    if (lead >= 0xF0) {
      code_point = read_character(bytes + at, bytes + at + ScanState::look_ahead).code_point;
      is_malformed |= code_point == bad_byte;
    } else {
      is_malformed |= (code_point < (is_long ? 0x800 : 0x80)) | (code_point - 0xD800 < 0x800);
    }
    codes[at] = code_of<Pattern>(code_point);
    if (cut_candidates) {
      uncuttable |= find_uncuttable(*cuts, before, code_point) << at;
      before = code_point;
    }
  }
  if (is_malformed) [[unlikely]] {
    return read_characters<Simd, Pattern>(bytes, non_ascii, cuts, carry, block);
  }

  const uint64_t starts = leads | ~non_ascii;
  carry.overhang = uint64_t(__builtin_popcountll(expected_behind));
  carry.is_wide = wide >> (63 - __builtin_clzll(starts)) & 1;
  return finish_characters<Simd, Pattern>(codes, starts, cut_candidates & ~uncuttable, block);
}
