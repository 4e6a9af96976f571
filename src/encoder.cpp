#include "encoder.hpp"

#include "ordinary_encoder.hpp"

namespace bpe {
namespace {

// A sink need not know of texts that are shorter.
constexpr size_t long_text = size_t{64} << 10;

// Text of an encoding with added tokens or a normaliser. False: the sink wants no more.
//
//   text -> runs between added tokens -> normalised -> runs between the added tokens that are normalised, too
bool encode_by_rules(const Encoding& encoding, Text text, SpecialSelection allowed, Context& context, TokenSink& sink) {
  const Normalizer& normalizer = encoding.normalizer();
  const AddedTokens::Search added(encoding.added(), allowed);
  const auto add_token = [&](uint32_t token, Span) { return sink.put(token); };
  const auto encode_normalized = [&](Text run, Span) {
    return encode_ordinary(encoding, normalizer.prefix(run, context.normalized), context, sink);
  };
  const auto encode_run = [&](Text run, Span) {
    return added.run(AddedTokens::in_normalized_text, normalizer.normalize(run, context.normalized), encode_normalized, add_token);
  };
  return added.run(AddedTokens::in_text, text, encode_run, add_token);
}

}  // namespace

void encode(const Encoding& encoding, Text text, SpecialSelection allowed, TokenSink& sink) {
  if (encoding.has_text_rules()) {
    ContextPool::Loan context(encoding.contexts(), text.size);
    encode_by_rules(encoding, text, allowed, *context, sink);
    return;
  }
  const SpecialTokens::Finder finder(encoding.special_tokens(), allowed);
  ContextPool::Loan context(encoding.contexts(), text.size);
  if (text.size >= long_text) sink.expect(text.size);
  for (size_t at = 0; at < text.size;) {
    const SpecialMatch match = finder.find(text, at);
    const size_t end = match.is_found() ? match.begin : text.size;
    if (at < end && !encode_ordinary(encoding, text.part(at, end), *context, sink)) return;
    if (!match.is_found()) return;
    if (!sink.put(encoding.special_tokens()[match.index].token)) return;
    at = match.end;
  }
}

void encode_pretoken(const Encoding& encoding, Text pretoken, TokenSink& sink) {
  if (pretoken.size == 0) return;
  ContextPool::Loan context(encoding.contexts());
  pretoken = encoding.normalizer().replace_absent(pretoken, context->normalized);
  encode_piece(encoding.vocabulary(), encoding.pretokenizer().phases(), pretoken, context->encoder.merge_scratch(), sink);
}

}  // namespace bpe
