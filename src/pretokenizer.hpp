// Text -> pretokens: a scanner where the pattern is known, else PCRE2.
#pragma once

#include <memory>
#include <string_view>

#include "context.hpp"
#include "pattern_pcre2.hpp"
#include "phases/phases.hpp"
#include "scan/scan_scalar.hpp"
#include "text.hpp"

namespace bpe {

class Pretokenizer {
 public:
  // engine: "" for the fastest, "scalar" or "pcre2". Throws Failure(UNSUPPORTED_ENGINE) and what Pcre2Pattern throws.
  Pretokenizer(std::string_view pattern, std::string_view engine);

  const char* engine() const { return scan_ ? "scalar" : "pcre2"; }
  bool is_known_pattern() const { return scan_; }
  // What the chunks are worked on with: as fast as the engine.
  const Phases& phases() const { return *phases_; }

  // The pretokens of one text, in order.
  class Splitter {
   public:
    Splitter(const Pretokenizer& pretokenizer, Text text, Context& context);
    // Up to `capacity` more pretokens; 0 at the end of the text. Throws Failure(MATCH_FAILED).
    size_t next(Span* spans, size_t capacity);

   private:
    Text text_;
    size_t at_ = 0;
    NextPretoken scan_;
    Pcre2Matcher* matcher_ = nullptr;
  };

 private:
  const Phases* phases_ = nullptr;
  NextPretoken scan_ = nullptr;             // not null: the pattern is known
  std::unique_ptr<Pcre2Pattern> compiled_;  // else
};

}  // namespace bpe
