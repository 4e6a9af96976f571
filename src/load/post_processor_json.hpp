// The post_processor of a tokenizer.json: what it puts before and after the tokens of one text.
#pragma once

#include <cstdint>
#include <vector>

#include "json_value.hpp"

namespace bpe {

struct Surroundings {
  std::vector<uint32_t> before, after;
};

// TemplateProcessing, RobertaProcessing, BertProcessing, ByteLevel (nothing), and sequences. Throws Failure(BAD_VALUE),
// Failure(UNSUPPORTED_FEATURE).
// Source: tokenizers, processors/.
Surroundings read_post_processor(const JsonPlace& place);

}  // namespace bpe
