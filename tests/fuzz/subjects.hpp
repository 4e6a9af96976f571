// The encodings that the targets try, small and large, each opened at its first use and kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "encoding.hpp"
#include "handle.hpp"
#include "special_tokens.hpp"

namespace fuzz {

// One encoding, by each engine that can split its text: the first is the slow and plain one.
struct Subject {
  std::vector<const token_ranker_t*> engines;
  bool is_lossless;  // decode(encode(x)) == x

  const bpe::Encoding& plain() const { return engines[0]->encoding; }
  const bpe::Encoding& any(size_t choice) const { return engines[choice % engines.size()]->encoding; }
};

// choice: any number.
const Subject& subject(size_t choice);
inline constexpr size_t subject_count = 20;

// Special tokens to allow: none, all, or some of them, by any number.
struct Selection {
  std::vector<uint32_t> indices;
  bpe::SpecialSelection selection;

  Selection(const bpe::Encoding& encoding, size_t choice);
  Selection(const Selection&) = delete;
  Selection& operator=(const Selection&) = delete;
};

}  // namespace fuzz
