#include "ordinary_stream.hpp"

#include "failure.hpp"
#include "ordinary_encoder.hpp"
#include "text_cut.hpp"
#include "unicode/utf8.hpp"

namespace bpe {
namespace {

// From so many bytes on a place for a cut is looked for.
constexpr size_t much_text = 4096;

// The certain pretokens of a known pattern.
class OpenPretokens final : public PretokenSource {
 public:
  OpenPretokens(NextPretoken next, Text text) : next_(next), text_(text) {}
  size_t next(Span* spans, size_t capacity) override {
    size_t count = 0;
    while (count < capacity && at_ < text_.size) {
      const uint8_t* const end = next_(text_.data + at_, text_.end());
      if (!end) break;
      spans[count++] = {at_, size_t(end - text_.data)};
      at_ = spans[count - 1].end;
    }
    return count;
  }
  size_t at() const { return at_; }

 private:
  const NextPretoken next_;
  const Text text_;
  size_t at_ = 0;
};

class MatchedPieces final : public PretokenSource {
 public:
  explicit MatchedPieces(SplitCascade::Pieces& pieces) : pieces_(pieces) {}
  size_t next(Span* spans, size_t capacity) override {
    size_t count = 0;
    while (count < capacity && pieces_.next(spans[count])) count++;
    return count;
  }

 private:
  SplitCascade::Pieces& pieces_;
};

// Where the last `count` characters before `at` begin.
size_t step_back(Text text, size_t at, size_t count) {
  for (; count > 0 && at > 0; count--) {
    size_t begin = at - 1;
    while (begin > 0 && at - begin < 4 && (text.data[begin] & 0xC0) == 0x80) begin--;
    at = begin + read_character(text.data + begin, text.end()).size == at ? begin : at - 1;
  }
  return at;
}

}  // namespace

bool OrdinaryStream::push(Text part, Context& context, TokenSink& sink) {
  if (part.size == 0) return true;
  if (!is_begun_ && encoding_.normalizer().adds_blank() && part.data[0] != ' ') held_.add(Text(" ", 1));
  is_begun_ = true;
  held_.add(part);
  if (!held_.is_worth_a_look()) return true;
  return encoding_.pretokenizer().cascade() ? encode_matched(true, context, sink) : encode_known(context, sink);
}

bool OrdinaryStream::encode_known(Context& context, TokenSink& sink) {
  const Text held = held_.text();
  const Text text = held.part(0, size_of_whole_characters(held.data, held.size));
  size_t done = 0;
  if (text.size >= much_text) {
    done = find_last_cut(no_special_, text);
    if (done > 0 && !encode_ordinary(encoding_, text.part(0, done), context, sink)) return false;
  }
  const Text rest = text.part(done, text.size);
  OpenPretokens pretokens(open_scanner(*encoding_.pretokenizer().known_pattern()), rest);
  const bool wants_more = encode_pretokens(encoding_, rest, pretokens, context, sink);
  drop(done + pretokens.at());
  return wants_more;
}

bool OrdinaryStream::encode_matched(bool is_open, Context& context, TokenSink& sink) try {
  const SplitCascade& cascade = *encoding_.pretokenizer().cascade();
  const Text held = held_.text();
  const Text text = held.part(0, is_open ? size_of_whole_characters(held.data, held.size) : held.size);
  cascade.make_matchers(context.matchers);
  SplitCascade::Pieces pieces(cascade, text, context.matchers, progress_, is_open);
  MatchedPieces pretokens(pieces);
  const bool wants_more = encode_pretokens(encoding_, text, pretokens, context, sink);
  if (!is_open || !wants_more) return wants_more;
  progress_ = pieces.progress();
  // A character behind another one is not at the beginning of the text.
  const size_t kept = step_back(text, progress_.at, cascade.look_behind());
  progress_ = {progress_.at - kept, progress_.searched - kept};
  drop(kept);
  return true;
} catch (const Failure& failure) {
  throw Failure(failure.status, origin_ + failure.offset, "%s", failure.what());
}

bool OrdinaryStream::finish(Context& context, TokenSink& sink) {
  const bool wants_more = encoding_.pretokenizer().cascade() ? encode_matched(false, context, sink)
                                                             : held_.is_empty() || encode_ordinary(encoding_, held_.text(), context, sink);
  drop(held_.text().size);
  held_.clear();
  is_begun_ = false;
  progress_ = {};
  return wants_more;
}

void OrdinaryStream::drop(size_t count) {
  held_.drop(count);
  origin_ += count;
}

void OrdinaryStream::clear() {
  held_.clear();
  origin_ = 0;
  is_begun_ = false;
  progress_ = {};
}

}  // namespace bpe
