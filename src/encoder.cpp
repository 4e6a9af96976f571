#include "encoder.hpp"

#include <algorithm>

namespace bpe {
namespace {

// Appends the tokens of one pretoken. False: the sink wants no more.
bool encode_piece(const Vocabulary& vocabulary, Text pretoken, MergeScratch& scratch, TokenSink& sink) {
  const uint32_t whole = vocabulary.find(pretoken);
  const std::span<const uint32_t> ranks = whole != no_rank ? std::span(&whole, 1) : merge(vocabulary, pretoken, scratch);
  uint32_t* tokens = sink.room(ranks.size());
  for (size_t i = 0; i < ranks.size(); i++) tokens[i] = vocabulary.number(ranks[i]);
  return sink.add(ranks.size());
}

// Appends the tokens of text without special tokens. False: the sink wants no more.
bool encode_ordinary(const Encoding& encoding, Text text, Context& context, TokenSink& sink) {
  constexpr size_t chunk = 256;
  Span spans[chunk];
  Pretokenizer::Splitter splitter(encoding.pretokenizer(), text, context);
  while (const size_t count = splitter.next(spans, chunk)) {
    for (size_t i = 0; i < count; i++) {
      if (!encode_piece(encoding.vocabulary(), text.part(spans[i].begin, spans[i].end), context.merge, sink)) return false;
    }
  }
  return true;
}

}  // namespace

void encode(const Encoding& encoding, Text text, SpecialSelection allowed, TokenSink& sink) {
  const SpecialTokens::Finder finder(encoding.special_tokens(), allowed);
  ContextPool::Loan context(encoding.contexts());
  for (size_t at = 0; at < text.size;) {
    const SpecialMatch match = finder.find(text, at);
    const size_t end = match.is_found() ? match.begin : text.size;
    if (at < end && !encode_ordinary(encoding, text.part(at, end), *context, sink)) return;
    if (!match.is_found()) return;
    *sink.room(1) = encoding.special_tokens()[match.index].token;
    if (!sink.add(1)) return;
    at = match.end;
  }
}

size_t count(const Encoding& encoding, Text text, SpecialSelection allowed, size_t limit) {
  TokenCounter counter(limit);
  encode(encoding, text, allowed, counter);
  return counter.count();
}

void encode_pretoken(const Encoding& encoding, Text pretoken, TokenSink& sink) {
  if (pretoken.size == 0) return;
  ContextPool::Loan context(encoding.contexts());
  encode_piece(encoding.vocabulary(), pretoken, context->merge, sink);
}

}  // namespace bpe
