#include "token_spans.hpp"

#include <algorithm>
#include <utility>

#include "ordinary_encoder.hpp"

namespace bpe {
namespace {

// From places in a changed text back to those in the text that it was made of.
class ChangeMap {
 public:
  // A text that begins at `origin` of the other one.
  explicit ChangeMap(size_t origin) : origin_(origin) {}
  std::vector<Change>& changes() { return changes_; }

  Span back(Span span) const { return {back(span.begin, false), back(span.end, true)}; }

 private:
  size_t back(size_t place, bool is_end) const {
    // The last change that begins before the place, or at it if something begins there.
    const auto is_behind = [&](size_t at, const Change& change) { return is_end ? at <= change.to.begin : at < change.to.begin; };
    const auto next = std::upper_bound(changes_.begin(), changes_.end(), place, is_behind);
    if (next == changes_.begin()) return origin_ + place;
    const Change& change = *(next - 1);
    if (place >= change.to.end && !(is_end && place == change.to.end)) return origin_ + change.from.end + (place - change.to.end);
    return origin_ + (is_end ? change.from.end : change.from.begin);
  }

  const size_t origin_;
  std::vector<Change> changes_;
};

class RecordedPretokens final : public PretokenSource {
 public:
  RecordedPretokens(PretokenSource& source, std::vector<Span>& spans) : source_(source), spans_(spans) {}
  size_t next(Span* spans, size_t capacity) override {
    const size_t count = source_.next(spans, capacity);
    spans_.insert(spans_.end(), spans, spans + count);
    return count;
  }

 private:
  PretokenSource& source_;
  std::vector<Span>& spans_;
};

class Recorder {
 public:
  Recorder(const Encoding& encoding, TokenSpans& result, bool wants_ends)
      : encoding_(encoding), context_(encoding.contexts()), result_(result), wants_ends_(wants_ends) {}

  Context& context() const { return *context_; }

  void add_token(uint32_t token, Span span) {
    *result_.tokens.room(1) = token;
    result_.tokens.add(1);
    result_.spans.push_back(span);
    if (wants_ends_) result_.ends_pretoken.push_back(true);
  }

  // place(span of the run) is the span of the original text.
  template <class Place>
  void add_ordinary(Text run, const Place& place) {
    const size_t first = result_.tokens.size();
    std::vector<Span> pretokens = {{0, run.size}};
    if (wants_ends_ || encoding_.pretokenizer().cascade()) {
      // What PCRE2 matches may leave text unmatched.
      pretokens.clear();
      Pretokenizer::Splitter splitter(encoding_.pretokenizer(), run, *context_);
      RecordedPretokens recorded(splitter, pretokens);
      encode_pretokens(encoding_, run, recorded, *context_, result_.tokens);
    } else {
      encode_ordinary(encoding_, run, *context_, result_.tokens);
    }
    auto pretoken = pretokens.begin();
    for (size_t i = first, at = 0; i < result_.tokens.size(); i++) {
      if (i == first || at == pretoken->end) {
        if (i > first) ++pretoken;
        at = pretoken->begin;
      }
      const size_t end = at + encoding_.decoder().token_size(result_.tokens.data()[i]);
      result_.spans.push_back(place(Span{at, end}));
      at = end;
      if (wants_ends_) result_.ends_pretoken.push_back(at == pretoken->end);
    }
  }

 private:
  const Encoding& encoding_;
  const ContextPool::Loan context_;
  TokenSpans& result_;
  const bool wants_ends_;
};

void encode_by_rules(const Encoding& encoding, Text text, SpecialSelection allowed, TokenSpans& result, bool wants_ends) {
  const Normalizer& normalizer = encoding.normalizer();
  const AddedTokens::Search added(encoding.added(), allowed);
  Recorder recorder(encoding, result, wants_ends);
  const auto encode_run = [&](Text run, Span) {
    // Two steps, each with its own places.
    ChangeMap replaced_map(size_t(run.data - text.data)), composed_map(0);
    Normalizer::Buffers& buffers = recorder.context().normalized;
    const Text replaced = normalizer.replace_absent(run, buffers, &replaced_map.changes());
    const Text normalized = normalizer.has_nfc() ? normalize_nfc(replaced, buffers.composed, &composed_map.changes()) : replaced;
    const auto back = [&](Span span) { return replaced_map.back(composed_map.back(span)); };
    const auto encode_normalized = [&](Text part, Span) {
      const size_t begin = size_t(part.data - normalized.data);
      const Text prefixed = normalizer.prefix(part, buffers);
      const size_t blank = prefixed.size - part.size;
      recorder.add_ordinary(prefixed, [&](Span span) {
        return back({begin + (span.begin - std::min(span.begin, blank)), begin + (span.end - std::min(span.end, blank))});
      });
      return true;
    };
    const auto add_token = [&](uint32_t token, Span span) {
      recorder.add_token(token, back(span));
      return true;
    };
    return added.run(AddedTokens::in_normalized_text, normalized, encode_normalized, add_token);
  };
  const auto add_token = [&](uint32_t token, Span span) {
    recorder.add_token(token, span);
    return true;
  };
  added.run(AddedTokens::in_text, text, encode_run, add_token);
}

}  // namespace

void encode_with_spans(const Encoding& encoding, Text text, SpecialSelection allowed, TokenSpans& result, bool wants_ends) {
  if (encoding.has_text_rules()) return encode_by_rules(encoding, text, allowed, result, wants_ends);
  const SpecialTokens::Finder finder(encoding.special_tokens(), allowed);
  Recorder recorder(encoding, result, wants_ends);
  for (size_t at = 0; at < text.size;) {
    const SpecialMatch match = finder.find(text, at);
    const size_t end = match.is_found() ? match.begin : text.size;
    if (at < end) recorder.add_ordinary(text.part(at, end), [&](Span span) { return Span{at + span.begin, at + span.end}; });
    if (!match.is_found()) return;
    recorder.add_token(encoding.special_tokens()[match.index].token, {match.begin, match.end});
    at = match.end;
  }
}

}  // namespace bpe
