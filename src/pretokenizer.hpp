// Text -> pretokens: the scanners of a kernel where the pattern is known, else PCRE2.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "phases/phases.hpp"
#include "scan/dispatch.hpp"
#include "scan/scan_scalar.hpp"
#include "split_cascade.hpp"
#include "text.hpp"

namespace bpe {

struct Context;

// Gives the pretokens of one text, in order.
class PretokenSource {
 public:
  // Up to `capacity` more pretokens, none of them empty; 0 if there are no more. Throws Failure(MATCH_FAILED).
  virtual size_t next(Span* spans, size_t capacity) = 0;

 protected:
  ~PretokenSource() = default;
};

class Pretokenizer {
 public:
  // engine: "" for the fastest, "pcre2", "scalar", or the name of a kernel. Throws Failure(UNSUPPORTED_ENGINE) and what SplitCascade
  // throws.
  Pretokenizer(const SplitRules& rules, std::string_view engine);
  // tiktoken's rule.
  Pretokenizer(std::string_view pattern, std::string_view engine) : Pretokenizer(tiktoken_rules(pattern), engine) {}

  const char* engine() const { return kernel_ ? kernel_->name : next_ ? "scalar" : "pcre2"; }
  // What the chunks are worked on with: as fast as the engine.
  const Phases& phases() const { return *phases_; }
  // The vectorised scanner; nullptr: Splitter gives the pretokens.
  ScanFunction* scan() const { return kernel_ ? kernel_->scan[size_t(*known_)] : nullptr; }
  bool is_known_pattern() const { return known_.has_value(); }
  std::optional<Pattern> known_pattern() const { return known_; }
  // What matches by PCRE2; nullptr: the pattern is known, and scanned.
  const SplitCascade* cascade() const { return compiled_.get(); }
  // The end of the pretoken of a known pattern that begins at `at`.
  size_t end_of_pretoken(Text text, size_t at) const { return size_t(scalar_scanner(*known_)(text.data + at, text.end()) - text.data); }

  // The pretokens of a whole text.
  class Splitter final : public PretokenSource {
   public:
    Splitter(const Pretokenizer& pretokenizer, Text text, Context& context);
    Splitter(const Splitter&) = delete;
    Splitter& operator=(const Splitter&) = delete;
    size_t next(Span* spans, size_t capacity) override;

   private:
    size_t scan(Span* spans, size_t capacity);

    const Pretokenizer& pretokenizer_;
    Text text_;
    size_t at_ = 0;  // where the next pretoken begins
    std::optional<SplitCascade::Pieces> pieces_;  // by PCRE2
    ScanState state_;
    bool is_scanned_;  // by the kernel
  };

 private:
  std::optional<Pattern> known_;
  const Kernel* kernel_ = nullptr;          // of a known pattern, unless another engine is wanted
  NextPretoken next_ = nullptr;             // of a known pattern, unless PCRE2 is wanted
  std::unique_ptr<SplitCascade> compiled_;  // else
  const Phases* phases_;
};

}  // namespace bpe
