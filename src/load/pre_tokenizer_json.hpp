// The pre_tokenizer and normalizer of a tokenizer.json.
#pragma once

#include "json_value.hpp"
#include "split_rule.hpp"

namespace bpe {

struct PreTokenizer {
  SplitRules rules;         // at least one
  bool adds_blank = false;  // in front of a text that does not begin with one
};

// Split, Digits, ByteLevel, and sequences of them that end in ByteLevel. Throws Failure(BAD_VALUE), Failure(UNSUPPORTED_FEATURE).
// Source: tokenizers, pre_tokenizers/.
PreTokenizer read_pre_tokenizer(const JsonPlace& place);

// Whether text is brought to NFC: null, NFC, and sequences of them. Throws as above.
bool read_normalizer(const JsonPlace& place);

}  // namespace bpe
