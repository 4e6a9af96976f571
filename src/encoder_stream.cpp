#include "encoder_stream.hpp"

#include <algorithm>

#include "context.hpp"
#include "unicode/utf8.hpp"

namespace bpe {
EncoderStream::EncoderStream(const Encoding& encoding, SpecialSelection allowed)
    : encoding_(encoding),
      allowed_(allowed.is_all() || allowed.is_empty() ? std::vector<uint32_t>()
                                                      : std::vector<uint32_t>(allowed.indices, allowed.indices + allowed.size)),
      ordinary_(encoding) {
  const SpecialSelection copied = {allowed_.data(), allowed.size};
  if (encoding.has_text_rules())
    added_.emplace(encoding.added(), copied);
  else
    special_.emplace(encoding.special_tokens(), copied);
}

// body() with the stream cleared if it throws.
template <class Body>
bool EncoderStream::guarded(const Body& body) {
  try {
    return body();
  } catch (...) {
    clear();
    throw;
  }
}

bool EncoderStream::push(Text part, TokenSink& sink) {
  if (part.size == 0) return true;
  return guarded([&] {
    ContextPool::Loan context(encoding_.contexts());
    return special_ ? push_special(part, *context, sink) : push_added(AddedTokens::in_text, part, *context, sink);
  });
}

bool EncoderStream::finish(TokenSink& sink) {
  return guarded([&] {
    ContextPool::Loan context(encoding_.contexts());
    bool wants_more = true;
    if (special_) {
      // What was held because it might become a special token can still hold another one, which nothing makes longer.
      for (size_t at = 0; wants_more && at < special_held_.text().size;) {
        const Text text = special_held_.text();
        const SpecialMatch match = special_->find(text, at);
        const size_t end = match.is_found() ? match.begin : text.size;
        wants_more = ordinary_.push(text.part(at, end), *context, sink);
        if (!match.is_found()) break;
        wants_more = wants_more && add_special(match, *context, sink);
        at = match.end;
      }
      wants_more = wants_more && ordinary_.finish(*context, sink);
    } else {
      wants_more = finish_added(AddedTokens::in_text, *context, sink);
    }
    clear();
    return wants_more;
  });
}

void EncoderStream::clear() {
  special_held_.clear();
  for (AddedStep& step : added_steps_) step = {};
  unnormalized_.clear();
  ordinary_.clear();
}

size_t EncoderStream::memory_size() const {
  return special_held_.memory_size() + added_steps_[0].held.memory_size() + added_steps_[1].held.memory_size() +
         unnormalized_.memory_size() + ordinary_.memory_size();
}

bool EncoderStream::add_special(const SpecialMatch& match, Context& context, TokenSink& sink) {
  if (!ordinary_.finish(context, sink)) return false;
  ordinary_.skip(match.end - match.begin);
  return sink.put(encoding_.special_tokens()[match.index].token);
}

bool EncoderStream::push_special(Text part, Context& context, TokenSink& sink) {
  if (special_->max_size() == 0) return ordinary_.push(part, context, sink);
  // Without anything held the part is searched where it is.
  const bool is_copied = !special_held_.is_empty();
  if (is_copied) {
    special_held_.add(part);
    if (!special_held_.is_worth_a_look()) return true;
  }
  const Text text = is_copied ? special_held_.text() : part;
  size_t at = 0, searched = 0;
  for (;;) {
    const SpecialMatch match = special_->find_open(text, at, searched);
    const size_t end = match.is_found() ? match.begin : searched;
    if (!ordinary_.push(text.part(at, end), context, sink)) return false;
    if (!match.is_found()) break;
    if (!add_special(match, context, sink)) return false;
    at = match.end;
  }
  if (!is_copied) special_held_.add(part.part(searched, part.size));
  special_held_.drop(is_copied ? searched : 0);
  return true;
}

bool EncoderStream::push_added(AddedTokens::Stage stage, Text part, Context& context, TokenSink& sink) {
  if (!added_->has_stage(stage))
    return stage == AddedTokens::in_text ? push_normalized(part, context, sink) : ordinary_.push(part, context, sink);
  AddedStep& step = added_steps_[stage];
  step.held.add(part);
  return !step.held.is_worth_a_look() || search_added(stage, true, context, sink);
}

bool EncoderStream::search_added(AddedTokens::Stage stage, bool is_open, Context& context, TokenSink& sink) {
  AddedStep& step = added_steps_[stage];
  const Text held = step.held.text();
  const Text text = held.part(0, is_open ? size_of_whole_characters(held.data, held.size) : held.size);
  const auto on_text = [&](Text run, Span) {
    return stage == AddedTokens::in_text ? push_normalized(run, context, sink) : ordinary_.push(run, context, sink);
  };
  const auto on_token = [&](uint32_t token, Span) { return finish_run(stage, context, sink) && sink.put(token); };
  if (!added_->run(stage, text, step.progress, is_open, on_text, on_token)) return false;
  if (!is_open) return true;
  const size_t done = std::min(step.progress.taken, step.progress.next);
  const size_t dropped = done - std::min(done, AddedTokens::Search::look_behind);
  step.progress = {step.progress.taken - dropped, step.progress.next - dropped};
  step.held.drop(dropped);
  return true;
}

bool EncoderStream::finish_added(AddedTokens::Stage stage, Context& context, TokenSink& sink) {
  if (!search_added(stage, false, context, sink)) return false;
  added_steps_[stage] = {};
  return finish_run(stage, context, sink);
}

// A run between two tokens of this stage has ended.
bool EncoderStream::finish_run(AddedTokens::Stage stage, Context& context, TokenSink& sink) {
  if (stage == AddedTokens::in_normalized_text) return ordinary_.finish(context, sink);
  const Text rest = unnormalized_.text();
  if (rest.size > 0) {
    if (!push_added(AddedTokens::in_normalized_text, normalize_nfc(rest, context.normalized.composed), context, sink)) return false;
    unnormalized_.clear();
  }
  return finish_added(AddedTokens::in_normalized_text, context, sink);
}

bool EncoderStream::push_normalized(Text part, Context& context, TokenSink& sink) {
  const Normalizer& normalizer = encoding_.normalizer();
  const Text replaced = normalizer.replace_absent(part, context.normalized);
  if (!normalizer.has_nfc()) return push_added(AddedTokens::in_normalized_text, replaced, context, sink);
  unnormalized_.add(replaced);
  if (!unnormalized_.is_worth_a_look()) return true;
  const Text held = unnormalized_.text();
  const size_t settled = normalizer.settled_size(held.part(0, size_of_whole_characters(held.data, held.size)));
  if (settled > 0 &&
      !push_added(AddedTokens::in_normalized_text, normalize_nfc(held.part(0, settled), context.normalized.composed), context, sink))
    return false;
  unnormalized_.drop(settled);
  return true;
}

}  // namespace bpe
