// Text -> starts of pretokens, 64 bytes at a time: the interface of the vectorised scanners.
//
//   ScanState state;
//   state.start(text, cuts);
//   while (!state.is_done) count = scan(state, starts, capacity);      // the next starts; the first one of a text is 0
//
// Every kernel gives exactly the splits of scan_scalar.hpp, on any bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "scan_scalar.hpp"
#include "text.hpp"

namespace bpe {

struct Phases;
struct Transcoders;
struct SafeSplit;

// What a block of 64 bytes has to know of the characters before it. Unless said otherwise a field is 0 or 1 and is about the last of
// them. block_scan.hpp explains the words.
struct ScanCarry {
  uint64_t joins_letter;   // a letter behind it is no start
  uint64_t joins_number;   // a number behind it is no start (r50k)
  uint64_t joins_rest;     // a rest character behind it is no start
  uint64_t is_white;       // white space that no rest run has absorbed
  uint64_t is_newline;     // and a newline
  uint64_t absorbs;        // a newline behind it belongs to its rest run
  uint64_t is_absorbed;    // such a newline, or (o200k) a slash behind one
  uint64_t is_word;        // o200k: of a word, so that a contraction may follow
  uint64_t is_rest_run;    // o200k: a mark behind it belongs to its rest run
  uint64_t is_lower;       // o200k: a lowercase letter, or a caseless one behind a lowercase one
  uint64_t is_caseless;    // o200k: a caseless letter that is not is_lower
  uint64_t is_han_run;     // kimi: of a run of Han
  uint64_t is_cjk;         // deepseek3: of kana and ideographs
  uint64_t is_other;       // deepseek3: neither white space nor letter, mark, number or symbol
  uint64_t takes_letters;  // deepseek3: an ASCII letter behind it belongs to its pretoken, and nothing else does
  uint64_t is_cuttable;    // of cuttable_letters
  uint64_t is_wide;        // a well-formed character of three bytes
  uint64_t numbers;        // bit 63: it is a number; bit 62: so is the one before, …
  uint64_t number_starts;  // likewise: starts a group of up to three numbers
  uint64_t contraction;    // bit i: character i of this block is a letter of a contraction
  uint64_t overhang;       // the first bytes of this block, 0..3, that belong to it
};

// One left-to-right scan of one text. Plain data.
struct ScanState {
  static constexpr size_t look_ahead = 4;               // a block may read as many bytes behind its end
  static constexpr size_t look_behind = 4;              // and before its begin
  static constexpr size_t tail_size = 64 + look_ahead;  // where fewer bytes are left, they are scanned in `tail`

  Text text;
  const SafeSplit* cuts;  // not nullptr: where it allows, letters are cut, too; nullptr: starts of pretokens only
  size_t origin;          // starts are relative to this offset of the text; the caller may add to it between calls
  bool is_done;           // all starts are out; the last pretoken ends with the text

  size_t position;       // of the next block
  size_t tail_position;  // of tail[look_behind], or none
  ScanCarry carry;       // set where position is not 0
  // A block that was copied is loaded again at once: from one cache line.
  alignas(64) uint8_t aligning_tail[64 - look_behind];
  uint8_t tail[look_behind + 2 * (64 + look_ahead)];  // the end of the text, then spaces

  static constexpr size_t none = ~size_t{0};

  void start(Text whole, const SafeSplit* cuts_or_null) {
    text = whole;
    cuts = cuts_or_null;
    origin = 0;
    is_done = whole.size == 0;
    position = 0;
    tail_position = none;
  }
};

// Stores the starts of further pretokens relative to state.origin, in order, and returns how many; each is certain. Entries of `starts`
// behind them may change up to its capacity, which is at least scan_min_capacity. Sets is_done when no more will come. Returns without
// is_done when the capacity might not suffice for one more block, or when a start might not fit in 31 bits: then nothing comes before
// the caller has added to the origin, at most up to state.position.
using ScanFunction = size_t(ScanState& state, uint32_t* starts, size_t capacity);
inline constexpr size_t scan_min_capacity = 64;

using Scanners = std::array<ScanFunction*, pattern_count>;  // [Pattern]

// The scanners for one instruction set.
struct Kernel {
  const char* name;                 // as in TOKEN_RANKER_KERNEL=avx2
  bool (*is_supported)() noexcept;  // the CPU has it and the operating system saves its registers
  const Scanners& scan;
  const Phases* phases;             // what follows the scan, with the same instructions
  const Transcoders* transcoders;   // what may precede it
};

}  // namespace bpe
