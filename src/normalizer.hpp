// What becomes of a text of a tokenizer.json between two added tokens, before it is split.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "normalize_nfc.hpp"
#include "text.hpp"

namespace bpe {

class Normalizer {
 public:
  Normalizer() = default;
  // is_absent: bytes without a token, which no UTF-8 has; each becomes U+FFFD, as in text that was decoded with replacement.
  // adds_blank: in front of a text that does not begin with one.
  Normalizer(bool has_nfc, bool adds_blank, const std::array<bool, 256>& is_absent);

  bool has_nfc() const { return has_nfc_; }
  bool adds_blank() const { return adds_blank_; }
  bool replaces_bytes() const { return replaces_bytes_; }
  bool changes_nothing() const { return !has_nfc_ && !adds_blank_ && !replaces_bytes_; }
  const char* name() const;  // for people; "" if there is none
  // Tokens that one byte of text can become.
  size_t max_growth() const;

  // Memory for a text at each step.
  struct Buffers {
    std::string replaced, composed, prefixed;
    size_t memory_size() const { return replaced.capacity() + composed.capacity() + prefixed.capacity(); }
  };
  // The text itself, or a changed copy in the buffers, valid until their next use for this step.
  Text replace_absent(Text text, Buffers& buffers, std::vector<Change>* changes = nullptr) const;
  Text normalize(Text text, Buffers& buffers) const;  // after replace_absent
  Text prefix(Text text, Buffers& buffers) const;
  // Bytes at the beginning of a text that may go on, and that ends with a whole character, which are normalised alone as in the whole. What
  // is behind them is a run of characters that may join the first of them.
  size_t settled_size(Text text) const { return has_nfc_ ? settled_nfc_size(text) : text.size; }

 private:
  bool has_nfc_ = false, adds_blank_ = false, replaces_bytes_ = false;
  std::array<bool, 256> is_absent_ = {};
};

}  // namespace bpe
