#include "encoder.hpp"

#include <algorithm>

namespace bpe {
namespace {

// Starts of pretokens are 32-bit numbers within a chunk; a pretoken beyond this size is encoded on its own.
constexpr size_t giant_size = size_t{1} << 30;

// Appends the tokens of one pretoken. False: the sink wants no more.
bool encode_piece(const Vocabulary& vocabulary, Text pretoken, MergeScratch& scratch, TokenSink& sink) {
  const uint32_t whole = vocabulary.find(pretoken);
  const std::span<const uint32_t> ranks = whole != no_rank ? std::span(&whole, 1) : merge(vocabulary, pretoken, scratch);
  if (uint32_t* tokens = sink.room(ranks.size())) {
    for (size_t i = 0; i < ranks.size(); i++) tokens[i] = vocabulary.number(ranks[i]);
  }
  return sink.add(ranks.size());
}

// Appends the tokens of text without special tokens. False: the sink wants no more.
bool encode_ordinary(const Encoding& encoding, Text text, Context& context, TokenSink& sink) {
  const Vocabulary& vocabulary = encoding.vocabulary();
  Chunk& chunk = context.encoder.chunk();
  Pretokenizer::Splitter splitter(encoding.pretokenizer(), text, context);
  constexpr size_t max_spans = Chunk::capacity / 2;  // each may bring a gap before it
  Span spans[max_spans];
  size_t end = 0;
  while (const size_t count = splitter.next(spans, max_spans)) {
    const size_t origin = end;
    size_t size = 0;
    chunk.gaps.clear();
    for (size_t n = 0; n < count; n++) {
      if (spans[n].begin > end) {
        chunk.gaps.push_back(uint16_t(size));
        chunk.starts[size++] = uint32_t(end - origin);
      }
      chunk.starts[size++] = uint32_t(spans[n].begin - origin);
      end = spans[n].end;
    }
    chunk.starts[size] = uint32_t(end - origin);
    chunk.size = size;
    if (!context.encoder.encode_chunk(vocabulary, encoding.pretokenizer().phases(), text.part(origin, text.size), sink)) return false;
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
    if (uint32_t* token = sink.room(1)) *token = encoding.special_tokens()[match.index].token;
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
  encode_piece(encoding.vocabulary(), pretoken, context->encoder.merge_scratch(), sink);
}

}  // namespace bpe
