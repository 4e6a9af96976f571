#include "ordinary_encoder.hpp"

namespace bpe {
namespace {

// A PretokenValue counts tokens in 28 bits, and starts of pretokens are 32-bit numbers within a chunk: a pretoken beyond this size is
// encoded on its own.
constexpr size_t giant_size = (size_t{1} << 28) - 1;

// The pretokens of a chunk, each on its own. False: the sink wants no more.
bool encode_one_by_one(const Vocabulary& vocabulary, const Phases& phases, const Chunk& chunk, Text text, MergeScratch& scratch,
                       TokenSink& sink) {
  for (size_t i = 0; i < chunk.size; i++) {
    if (!encode_piece(vocabulary, phases, text.part(chunk.starts[i], chunk.starts[i + 1]), scratch, sink)) return false;
  }
  return true;
}

// Text whose pretokens come from the vectorised scanner. False: the sink wants no more.
bool encode_scanned(const Encoding& encoding, Text text, Context& context, TokenSink& sink) {
  const Vocabulary& vocabulary = encoding.vocabulary();
  const Phases& phases = encoding.pretokenizer().phases();
  Chunk& chunk = context.encoder.chunk();
  chunk.gaps.clear();
  ScanState state;
  state.start(text, encoding.safe_split());
  size_t origin = 0;  // where the chunk begins
  size_t known = 0;   // starts in the chunk: at first none, later that of the pretoken whose end the last chunk did not reach
  while (!state.is_done) {
    const size_t found = encoding.pretokenizer().scan()(state, chunk.starts + known, Chunk::capacity - known);
    const size_t count = known + found;
    const bool is_giant = state.is_done ? text.size - origin - chunk.starts[count - 1] > giant_size : found == 0;
    // Every pretoken but the last has an end.
    chunk.size = count - 1;
    if (state.is_done && !is_giant) {
      chunk.starts[count] = uint32_t(text.size - origin);
      chunk.size = count;
    }
    if (chunk.size > 0) {
      // A short text was scanned in a copy, behind which there is more to read.
      const bool is_copied = state.tail_position == 0;
      const Text rest =
          is_copied ? Text(state.tail + ScanState::look_behind, text.size).part(origin, text.size) : text.part(origin, text.size);
      const size_t readable = is_copied ? sizeof state.tail - ScanState::look_behind - origin : rest.size;
      // Where a pretoken may be a giant, the chunk is longer than one.
      const bool wants_more = chunk.starts[chunk.size] <= giant_size
                                  ? context.encoder.encode_chunk(vocabulary, phases, rest, sink, readable)
                                  : encode_one_by_one(vocabulary, phases, chunk, rest, context.encoder.merge_scratch(), sink);
      if (!wants_more) return false;
    }
    if (state.is_done && !is_giant) return true;

    origin += chunk.starts[count - 1];
    if (is_giant) {
      const size_t end = encoding.pretokenizer().end_of_pretoken(text, origin);
      if (!encode_piece(vocabulary, phases, text.part(origin, end), context.encoder.merge_scratch(), sink)) return false;
      text = text.part(end, text.size);
      state.start(text, encoding.safe_split());
      origin = known = 0;
      continue;
    }
    state.origin = origin;
    chunk.starts[0] = 0;
    known = 1;
  }
  return true;
}

}  // namespace

bool encode_piece(const Vocabulary& vocabulary, const Phases& phases, Text pretoken, MergeScratch& scratch, TokenSink& sink) {
  const uint32_t whole = vocabulary.find(pretoken);
  const std::span<const uint32_t> ranks = whole != no_rank ? std::span(&whole, 1) : merge(vocabulary, phases, pretoken, scratch);
  if (uint32_t* tokens = sink.room(ranks.size())) {
    for (size_t i = 0; i < ranks.size(); i++) tokens[i] = vocabulary.number(ranks[i]);
  }
  return sink.add(ranks.size());
}

bool encode_pretokens(const Encoding& encoding, Text text, PretokenSource& pretokens, Context& context, TokenSink& sink) {
  const Vocabulary& vocabulary = encoding.vocabulary();
  Chunk& chunk = context.encoder.chunk();
  constexpr size_t max_spans = Chunk::capacity / 2;  // each may bring a gap before it
  Span spans[max_spans];
  size_t origin = 0, end = 0, size = 0;
  const auto encode_chunk = [&] {
    chunk.starts[size] = uint32_t(end - origin);
    chunk.size = size;
    const bool wants_more =
        size == 0 || context.encoder.encode_chunk(vocabulary, encoding.pretokenizer().phases(), text.part(origin, text.size), sink);
    chunk.gaps.clear();
    origin = end;
    size = 0;
    return wants_more;
  };
  chunk.gaps.clear();
  while (const size_t count = pretokens.next(spans, max_spans)) {
    for (size_t n = 0; n < count; n++) {
      const Span& span = spans[n];
      if (span.end - origin > giant_size) {
        if (!encode_chunk()) return false;
        origin = end = span.end;
        if (!encode_piece(vocabulary, encoding.pretokenizer().phases(), text.part(span.begin, span.end), context.encoder.merge_scratch(),
                          sink))
          return false;
        continue;
      }
      if (span.begin > end) {
        chunk.gaps.push_back(uint16_t(size));
        chunk.starts[size++] = uint32_t(end - origin);
      }
      chunk.starts[size++] = uint32_t(span.begin - origin);
      end = span.end;
    }
    if (!encode_chunk()) return false;
  }
  return true;
}

bool encode_ordinary(const Encoding& encoding, Text text, Context& context, TokenSink& sink) {
  if (encoding.pretokenizer().scan()) return encode_scanned(encoding, text, context, sink);
  Pretokenizer::Splitter splitter(encoding.pretokenizer(), text, context);
  return encode_pretokens(encoding, text, splitter, context, sink);
}

}  // namespace bpe
