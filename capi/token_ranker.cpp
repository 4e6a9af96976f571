// The C ABI: checks arguments, stops exceptions, converts. What the functions mean stands in token_ranker.h.
#include "token_ranker.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "batch.hpp"
#include "builtin_encodings.hpp"
#include "decode_batch.hpp"
#include "decoder.hpp"
#include "decoder_stream.hpp"
#include "encoder.hpp"
#include "encoder_stream.hpp"
#include "failure.hpp"
#include "handle.hpp"
#include "load/definition.hpp"
#include "text_cut.hpp"
#include "text_limit.hpp"
#include "token_spans.hpp"
#include "unicode/class_table.hpp"

namespace {

using bpe::Failure;

token_ranker_status report(token_ranker_error* error, token_ranker_status status, uint64_t offset, const char* message) noexcept {
  if (!error) return status;
  error->status = status;
  error->message[0] = '\0';
  if (status == TOKEN_RANKER_OK) return status;
  error->reserved = 0;
  error->offset = offset;
  const size_t size = std::min(std::strlen(message), sizeof error->message - 1);
  std::memcpy(error->message, message, size);
  error->message[size] = '\0';
  return status;
}

// The one gate between the library and C: no exception passes it.
template <class Body>
token_ranker_status guarded(token_ranker_error* error, Body body) noexcept {
  try {
    body();
    return report(error, TOKEN_RANKER_OK, 0, "");
  } catch (const Failure& failure) {
    return report(error, failure.status, failure.offset, failure.what());
  } catch (const std::bad_alloc&) {
    return report(error, TOKEN_RANKER_OUT_OF_MEMORY, 0, "out of memory");
  } catch (const std::length_error&) {
    return report(error, TOKEN_RANKER_OUT_OF_MEMORY, 0, "out of memory: a size exceeds what can be addressed");
  } catch (...) {
    return report(error, TOKEN_RANKER_INTERNAL, 0, "internal error: please report it");
  }
}

void require(bool is_fulfilled, const char* message) {
  if (!is_fulfilled) throw Failure(TOKEN_RANKER_INVALID_ARGUMENT, 0, "%s", message);
}

// A pointer and a size that the caller passed.
template <class Element>
Element* checked(Element* data, size_t size, const char* message) {
  require(data || size == 0, message);
  return data;
}

bpe::Text checked_text(const void* text, size_t text_size) { return {checked(text, text_size, "text is NULL, text_size is not 0"), text_size}; }

bpe::SpecialSelection checked_selection(const uint32_t* indices, size_t size) {
  require(indices || size == 0 || size == TOKEN_RANKER_ALL_SPECIAL, "the list of special tokens is NULL, its size is not 0");
  return {indices, size};
}

const bpe::Encoding& checked_encoding(const token_ranker_t* ranker) {
  require(ranker, "ranker is NULL");
  return ranker->encoding;
}

void check_fit(size_t size, size_t capacity, const char* what) {
  if (size > capacity)
    throw Failure(TOKEN_RANKER_BUFFER_TOO_SMALL, 0, "the buffer has room for %zu %s, the result has %zu", capacity, what, size);
}

// Offsets of `size` ranges of elements of element_size bytes at `data`.
void check_offsets(const void* data, const int64_t* offsets, size_t size, size_t element_size) {
  checked(offsets, size, "offsets is NULL, the number of ranges is not 0");
  if (size == 0) return;
  if (offsets[0] < 0) throw Failure(TOKEN_RANKER_INVALID_ARGUMENT, 0, "offsets[0] is negative");
  const uint64_t most = PTRDIFF_MAX / element_size;
  for (size_t i = 0; i <= size; i++) {
    if (i > 0 && offsets[i] < offsets[i - 1])
      throw Failure(TOKEN_RANKER_INVALID_ARGUMENT, i, "offsets[%zu] is less than the one before", i);
    if (uint64_t(offsets[i]) > most) throw Failure(TOKEN_RANKER_INVALID_ARGUMENT, i, "offsets[%zu] is beyond what memory can hold", i);
  }
  require(data || offsets[size] == offsets[0], "the data is NULL, the offsets say that there is some");
}

}  // namespace

struct token_ranker_encoder {
  token_ranker_encoder(const token_ranker_t& ranker, bpe::SpecialSelection allowed) : handle(ranker), stream(ranker.encoding, allowed) {}

  const SharedHandle handle;
  bpe::EncoderStream stream;
  bpe::TokenBuffer made;
};

struct token_ranker_decoder {
  explicit token_ranker_decoder(const token_ranker_t& ranker) : handle(ranker), stream(ranker.encoding.decoder()) {}

  const SharedHandle handle;
  bpe::DecoderStream stream;
  std::string made;
};

namespace {

// What a token_ranker_result is part of.
struct OwnedResult : token_ranker_result {
  bpe::BatchTokens batch;
};

struct OwnedTextResult : token_ranker_text_result {
  bpe::BatchBytes batch;
};

// What body() makes in a stream, which is the caller's until the next call.
template <class Stream, class Element, class Body>
token_ranker_status read_stream(Stream* stream, const Element** made, size_t* made_size, token_ranker_error* error, Body body) noexcept {
  if (made) *made = nullptr;
  if (made_size) *made_size = 0;
  return guarded(error, [&] {
    require(stream, "the stream is NULL");
    require(made && made_size, "there is no place for the result");
    stream->made.clear();
    body();
    *made = stream->made.data();
    *made_size = stream->made.size();
  });
}

bpe::EncodingParts make_parts(const token_ranker_definition& definition) {
  const bpe::Text vocabulary(checked(definition.vocabulary, definition.vocabulary_size, "definition: vocabulary is NULL, vocabulary_size is not 0"),
                             definition.vocabulary_size);
  if (definition.format == TOKEN_RANKER_FORMAT_BUILTIN) return bpe::make_builtin_parts(vocabulary.view());
  require(definition.format >= TOKEN_RANKER_FORMAT_RANKS && definition.format <= TOKEN_RANKER_FORMAT_DETECT,
          "definition: format is none of TOKEN_RANKER_FORMAT_…");
  return bpe::load_vocabulary(vocabulary, definition.format, definition.pattern != nullptr);
}

constexpr size_t least_cache_limit = size_t{256} << 10;  // what a cache has from the beginning is less

token_ranker_t* load(const token_ranker_definition& given) {
  // Fields that the caller's version of the struct does not have are 0.
  require(given.struct_size >= sizeof given.struct_size && given.struct_size <= 4096, "definition: struct_size is not set");
  token_ranker_definition definition = {};
  std::memcpy(&definition, &given, std::min(given.struct_size, sizeof definition));
  for (size_t i = sizeof definition; i < given.struct_size; i++)
    require(reinterpret_cast<const char*>(&given)[i] == 0, "definition: a field that this version of the library does not know is set");

  checked(definition.name, definition.name_size, "definition: name is NULL, name_size is not 0");
  checked(definition.pattern, definition.pattern_size, "definition: pattern is NULL, pattern_size is not 0");
  checked(definition.special_tokens, definition.special_tokens_size, "definition: special_tokens is NULL, special_tokens_size is not 0");
  // Before any is read.
  constexpr size_t most = bpe::SpecialTokens::max_count;
  if (definition.special_tokens_size > most) throw Failure(TOKEN_RANKER_TOO_LARGE, most, "definition: more than %zu special tokens", most);
  for (size_t i = 0; i < definition.special_tokens_size; i++)
    checked(definition.special_tokens[i].text, definition.special_tokens[i].text_size, "definition: a special token: text is NULL, text_size is not 0");

  bpe::EncodingParts parts = make_parts(definition);
  if (definition.name) parts.name.assign(definition.name, definition.name_size);
  if (definition.pattern) parts.pattern.assign(definition.pattern, definition.pattern_size);
  if (definition.special_tokens) require(parts.rules.empty(), "definition: special_tokens is set; a tokenizer.json has its own");
  if (definition.special_tokens)
    parts.special_tokens = bpe::SpecialTokens({definition.special_tokens, definition.special_tokens + definition.special_tokens_size});
  const size_t cache_limit = definition.cache_limit ? std::max(definition.cache_limit, least_cache_limit) : bpe::ContextPool::default_cache_limit;
  return new token_ranker_t(std::move(parts), definition.engine ? definition.engine : "", cache_limit);
}

}  // namespace

extern "C" {

const char* token_ranker_status_name(token_ranker_status status) {
  switch (status) {
#define NAME(status)        \
  case TOKEN_RANKER_##status: \
    return #status
    NAME(OK);
    NAME(INVALID_ARGUMENT);
    NAME(BUFFER_TOO_SMALL);
    NAME(UNKNOWN_ENCODING);
    NAME(UNKNOWN_TOKEN);
    NAME(MISSING_FIELD);
    NAME(BAD_BASE64);
    NAME(BAD_RANK);
    NAME(EMPTY_TOKEN);
    NAME(DUPLICATE_TOKEN);
    NAME(DUPLICATE_RANK);
    NAME(MISSING_BYTE);
    NAME(TOO_LARGE);
    NAME(EMPTY_SPECIAL_TOKEN);
    NAME(DUPLICATE_SPECIAL_TOKEN);
    NAME(BAD_PATTERN);
    NAME(UNSUPPORTED_PATTERN);
    NAME(UNSUPPORTED_ENGINE);
    NAME(OUT_OF_MEMORY);
    NAME(MATCH_FAILED);
    NAME(INTERNAL);
    NAME(BAD_JSON);
    NAME(BAD_VALUE);
    NAME(UNSUPPORTED_FEATURE);
    NAME(BAD_MERGE);
    NAME(ADDED_TOKEN_CONFLICT);
    NAME(UNKNOWN_FORMAT);
#undef NAME
  }
  return "UNKNOWN_STATUS";
}

const char* token_ranker_version(void) { return TOKEN_RANKER_VERSION; }

uint32_t token_ranker_abi_version(void) { return TOKEN_RANKER_ABI_VERSION; }

token_ranker_status token_ranker(const char* name, size_t name_size, token_ranker_t** ranker, token_ranker_error* error) {
  if (ranker) *ranker = nullptr;
  return guarded(error, [&] {
    require(ranker, "ranker is NULL: there is no place for the handle");
    checked(name, name_size, "name is NULL, name_size is not 0");
    *ranker = new token_ranker_t(bpe::make_builtin_parts({name, name_size}), "");
  });
}

token_ranker_status token_ranker_load(const token_ranker_definition* definition, token_ranker_t** ranker, token_ranker_error* error) {
  if (ranker) *ranker = nullptr;
  return guarded(error, [&] {
    require(ranker, "ranker is NULL: there is no place for the handle");
    require(definition, "definition is NULL");
    *ranker = load(*definition);
  });
}

void token_ranker_free(token_ranker_t* ranker) {
  if (ranker) ranker->release();
}

token_ranker_status token_ranker_encode(const token_ranker_t* ranker, const void* text, size_t text_size, const uint32_t* allowed,
                                        size_t allowed_size, uint32_t* tokens, size_t tokens_capacity, size_t* tokens_size,
                                        token_ranker_error* error) {
  if (tokens_size) *tokens_size = 0;
  return guarded(error, [&] {
    require(tokens_size, "tokens_size is NULL");
    bpe::TokenArray sink(checked(tokens, tokens_capacity, "tokens is NULL, tokens_capacity is not 0"), tokens_capacity);
    bpe::encode(checked_encoding(ranker), checked_text(text, text_size), checked_selection(allowed, allowed_size), sink);
    *tokens_size = sink.size();
    check_fit(sink.size(), tokens_capacity, "tokens");
  });
}

token_ranker_status token_ranker_count(const token_ranker_t* ranker, const void* text, size_t text_size, const uint32_t* allowed,
                                       size_t allowed_size, size_t limit, size_t* count, token_ranker_error* error) {
  if (count) *count = 0;
  return guarded(error, [&] {
    require(count, "count is NULL");
    *count = bpe::count(checked_encoding(ranker), checked_text(text, text_size), checked_selection(allowed, allowed_size), limit);
  });
}

token_ranker_status token_ranker_truncate(const token_ranker_t* ranker, const void* text, size_t text_size, const uint32_t* allowed,
                                          size_t allowed_size, size_t limit, size_t* size, token_ranker_error* error) {
  if (size) *size = 0;
  return guarded(error, [&] {
    require(size, "size is NULL");
    *size = bpe::truncate(checked_encoding(ranker), checked_text(text, text_size), checked_selection(allowed, allowed_size), limit);
  });
}

token_ranker_status token_ranker_next_chunk(const token_ranker_t* ranker, const void* text, size_t text_size, size_t limit, size_t overlap,
                                            token_ranker_span* chunk, token_ranker_error* error) {
  return guarded(error, [&] {
    require(chunk, "chunk is NULL");
    require(limit >= 4, "limit is less than 4: one character may have so many tokens");
    require(overlap < limit - overlap && overlap < limit, "overlap is not less than half of limit");
    require(chunk->begin <= chunk->end && chunk->end <= text_size, "chunk is not one of this text");
    const bpe::Span previous = {size_t(chunk->begin), size_t(chunk->end)};
    const bpe::Span next = bpe::next_chunk(checked_encoding(ranker), checked_text(text, text_size), limit, overlap, previous);
    *chunk = {next.begin, next.end};
  });
}

token_ranker_status token_ranker_encode_with_offsets(const token_ranker_t* ranker, const void* text, size_t text_size,
                                                     const uint32_t* allowed, size_t allowed_size, uint32_t* tokens,
                                                     token_ranker_span* spans, size_t capacity, size_t* size, token_ranker_error* error) {
  if (size) *size = 0;
  return guarded(error, [&] {
    require(size, "size is NULL");
    checked(tokens, capacity, "tokens is NULL, capacity is not 0");
    checked(spans, capacity, "spans is NULL, capacity is not 0");
    bpe::TokenSpans found;
    bpe::encode_with_spans(checked_encoding(ranker), checked_text(text, text_size), checked_selection(allowed, allowed_size), found);
    *size = found.spans.size();
    for (size_t i = 0; i < std::min(capacity, found.spans.size()); i++) {
      tokens[i] = found.tokens.data()[i];
      spans[i] = {found.spans[i].begin, found.spans[i].end};
    }
    check_fit(found.spans.size(), capacity, "tokens");
  });
}

token_ranker_status token_ranker_find_special(const token_ranker_t* ranker, const void* text, size_t text_size, const uint32_t* wanted,
                                              size_t wanted_size, uint32_t* index, size_t* offset, token_ranker_error* error) {
  if (index) *index = TOKEN_RANKER_NOT_FOUND;
  if (offset) *offset = 0;
  return guarded(error, [&] {
    require(index, "index is NULL");
    require(offset, "offset is NULL");
    const bpe::SpecialTokens::Finder finder(checked_encoding(ranker).special_tokens(), checked_selection(wanted, wanted_size));
    const bpe::SpecialMatch match = finder.find(checked_text(text, text_size), 0);
    *index = match.index;
    *offset = match.begin;
  });
}

token_ranker_status token_ranker_find_cut(const token_ranker_t* ranker, const void* text, size_t text_size, const uint32_t* allowed,
                                          size_t allowed_size, size_t* cut, token_ranker_error* error) {
  if (cut) *cut = 0;
  return guarded(error, [&] {
    require(cut, "cut is NULL");
    const bpe::Encoding& encoding = checked_encoding(ranker);
    const bpe::SpecialTokens::Finder finder(encoding.special_tokens(), checked_selection(allowed, allowed_size));
    const bpe::Text checked = checked_text(text, text_size);
    if (encoding.may_cut()) *cut = bpe::find_last_cut(finder, checked);
  });
}

token_ranker_status token_ranker_pretokenize(const token_ranker_t* ranker, const void* text, size_t text_size, token_ranker_span* spans,
                                             size_t spans_capacity, size_t* spans_size, token_ranker_error* error) {
  if (spans_size) *spans_size = 0;
  return guarded(error, [&] {
    require(spans_size, "spans_size is NULL");
    checked(spans, spans_capacity, "spans is NULL, spans_capacity is not 0");
    const bpe::Encoding& encoding = checked_encoding(ranker);
    const bpe::ContextPool::Loan context(encoding.contexts());
    bpe::Pretokenizer::Splitter splitter(encoding.pretokenizer(), checked_text(text, text_size), *context);
    constexpr size_t chunk = 256;
    bpe::Span found[chunk];
    size_t size = 0;
    while (const size_t count = splitter.next(found, chunk)) {
      for (size_t i = 0; i < count && size + i < spans_capacity; i++) spans[size + i] = {found[i].begin, found[i].end};
      size += count;
    }
    *spans_size = size;
    check_fit(size, spans_capacity, "spans");
  });
}

token_ranker_status token_ranker_encode_pretoken(const token_ranker_t* ranker, const void* text, size_t text_size, uint32_t* tokens,
                                                 size_t tokens_capacity, size_t* tokens_size, token_ranker_error* error) {
  if (tokens_size) *tokens_size = 0;
  return guarded(error, [&] {
    require(tokens_size, "tokens_size is NULL");
    bpe::TokenArray sink(checked(tokens, tokens_capacity, "tokens is NULL, tokens_capacity is not 0"), tokens_capacity);
    bpe::encode_pretoken(checked_encoding(ranker), checked_text(text, text_size), sink);
    *tokens_size = sink.size();
    check_fit(sink.size(), tokens_capacity, "tokens");
  });
}

token_ranker_status token_ranker_encode_batch(const token_ranker_t* ranker, const void* texts, const int64_t* offsets, size_t texts_size,
                                              const uint32_t* allowed, size_t allowed_size, uint32_t threads, token_ranker_result** result,
                                              token_ranker_error* error) {
  if (result) *result = nullptr;
  return guarded(error, [&] {
    require(result, "result is NULL: there is no place for the tokens");
    check_offsets(texts, offsets, texts_size, 1);
    auto made = std::make_unique<OwnedResult>();
    bpe::encode_batch(checked_encoding(ranker), static_cast<const uint8_t*>(texts), offsets, texts_size, checked_selection(allowed, allowed_size),
                      threads, made->batch);
    made->tokens = made->batch.tokens;
    made->tokens_size = size_t(made->batch.offsets.back());
    made->offsets = made->batch.offsets.data();
    made->offsets_size = made->batch.offsets.size();
    *result = made.release();
  });
}

void token_ranker_result_free(token_ranker_result* result) { delete static_cast<OwnedResult*>(result); }

token_ranker_status token_ranker_count_batch(const token_ranker_t* ranker, const void* texts, const int64_t* offsets, size_t texts_size,
                                             const uint32_t* allowed, size_t allowed_size, uint32_t threads, int64_t* counts,
                                             token_ranker_error* error) {
  return guarded(error, [&] {
    check_offsets(texts, offsets, texts_size, 1);
    checked(counts, texts_size, "counts is NULL, texts_size is not 0");
    bpe::count_batch(checked_encoding(ranker), static_cast<const uint8_t*>(texts), offsets, texts_size,
                     checked_selection(allowed, allowed_size), threads, counts);
  });
}

token_ranker_status token_ranker_decode_batch(const token_ranker_t* ranker, const uint32_t* tokens, const int64_t* offsets,
                                              size_t sequences_size, uint32_t threads, token_ranker_text_result** result,
                                              token_ranker_error* error) {
  if (result) *result = nullptr;
  return guarded(error, [&] {
    require(result, "result is NULL: there is no place for the bytes");
    check_offsets(tokens, offsets, sequences_size, sizeof *tokens);
    auto made = std::make_unique<OwnedTextResult>();
    bpe::decode_batch(checked_encoding(ranker).decoder(), tokens, offsets, sequences_size, threads, made->batch);
    made->bytes = made->batch.bytes;
    made->bytes_size = size_t(made->batch.offsets.back());
    made->offsets = made->batch.offsets.data();
    made->offsets_size = made->batch.offsets.size();
    *result = made.release();
  });
}

void token_ranker_text_result_free(token_ranker_text_result* result) { delete static_cast<OwnedTextResult*>(result); }

token_ranker_status token_ranker_decode(const token_ranker_t* ranker, const uint32_t* tokens, size_t tokens_size, void* bytes,
                                        size_t bytes_capacity, size_t* bytes_size, token_ranker_error* error) {
  if (bytes_size) *bytes_size = 0;
  return guarded(error, [&] {
    require(bytes_size, "bytes_size is NULL");
    checked(tokens, tokens_size, "tokens is NULL, tokens_size is not 0");
    checked(bytes, bytes_capacity, "bytes is NULL, bytes_capacity is not 0");
    const bpe::Decoder& decoder = checked_encoding(ranker).decoder();
    const size_t size = decoder.decoded_size(tokens, tokens_size);
    decoder.decode(tokens, tokens_size, static_cast<uint8_t*>(bytes), bytes_capacity);
    *bytes_size = size;
    check_fit(size, bytes_capacity, "bytes");
  });
}

token_ranker_status token_ranker_stream_encoder(const token_ranker_t* ranker, const uint32_t* allowed, size_t allowed_size,
                                                token_ranker_encoder** encoder, token_ranker_error* error) {
  if (encoder) *encoder = nullptr;
  return guarded(error, [&] {
    require(encoder, "encoder is NULL: there is no place for it");
    require(ranker, "ranker is NULL");
    *encoder = new token_ranker_encoder(*ranker, checked_selection(allowed, allowed_size));
  });
}

token_ranker_status token_ranker_stream_encoder_push(token_ranker_encoder* encoder, const void* text, size_t text_size,
                                                     const uint32_t** tokens, size_t* tokens_size, token_ranker_error* error) {
  return read_stream(encoder, tokens, tokens_size, error, [&] { encoder->stream.push(checked_text(text, text_size), encoder->made); });
}

token_ranker_status token_ranker_stream_encoder_finish(token_ranker_encoder* encoder, const uint32_t** tokens, size_t* tokens_size,
                                                       token_ranker_error* error) {
  return read_stream(encoder, tokens, tokens_size, error, [&] { encoder->stream.finish(encoder->made); });
}

void token_ranker_stream_encoder_free(token_ranker_encoder* encoder) { delete encoder; }

token_ranker_status token_ranker_stream_decoder(const token_ranker_t* ranker, token_ranker_decoder** decoder, token_ranker_error* error) {
  if (decoder) *decoder = nullptr;
  return guarded(error, [&] {
    require(decoder, "decoder is NULL: there is no place for it");
    require(ranker, "ranker is NULL");
    *decoder = new token_ranker_decoder(*ranker);
  });
}

token_ranker_status token_ranker_stream_decoder_push(token_ranker_decoder* decoder, const uint32_t* tokens, size_t tokens_size,
                                                     const char** text, size_t* text_size, token_ranker_error* error) {
  return read_stream(decoder, text, text_size, error, [&] {
    decoder->stream.push(checked(tokens, tokens_size, "tokens is NULL, tokens_size is not 0"), tokens_size, decoder->made);
  });
}

token_ranker_status token_ranker_stream_decoder_finish(token_ranker_decoder* decoder, const char** text, size_t* text_size,
                                                       token_ranker_error* error) {
  return read_stream(decoder, text, text_size, error, [&] { decoder->stream.finish(decoder->made); });
}

void token_ranker_stream_decoder_free(token_ranker_decoder* decoder) { delete decoder; }

token_ranker_status token_ranker_info(const token_ranker_t* ranker, token_ranker_information* information, token_ranker_error* error) {
  return guarded(error, [&] {
    require(information, "information is NULL");
    require(information->struct_size >= sizeof information->struct_size, "information: struct_size is not set");
    const bpe::Encoding& encoding = checked_encoding(ranker);
    const bpe::Vocabulary::Tokens& tokens = encoding.vocabulary().tokens();
    token_ranker_information filled = {};
    filled.struct_size = std::min(information->struct_size, sizeof filled);
    filled.name = encoding.name().c_str();
    filled.name_size = encoding.name().size();
    filled.pattern = encoding.pattern().c_str();
    filled.pattern_size = encoding.pattern().size();
    filled.engine = encoding.pretokenizer().engine();
    filled.unicode_version = bpe::unicode_version;
    filled.vocabulary_size = encoding.vocabulary().size();
    filled.token_bytes = tokens.bytes.data();
    filled.token_offsets = tokens.offsets.data();
    filled.token_numbers = tokens.numbers.data();
    filled.special_tokens = encoding.special_tokens().data();
    filled.special_tokens_size = encoding.special_tokens().size();
    filled.max_token = encoding.decoder().max_token();
    filled.max_tokens_per_byte = uint32_t(encoding.normalizer().max_growth());
    filled.added_tokens = encoding.added().always().data();
    filled.added_tokens_size = encoding.added().always().size();
    const bpe::EncodingStory& story = encoding.story();
    filled.tokens_before = story.tokens_before.data();
    filled.tokens_before_size = story.tokens_before.size();
    filled.tokens_after = story.tokens_after.data();
    filled.tokens_after_size = story.tokens_after.size();
    filled.source = story.source.c_str();
    filled.reference = story.reference.c_str();
    filled.pattern_name = encoding.pretokenizer().known_pattern() ? bpe::pattern_name(*encoding.pretokenizer().known_pattern()) : "";
    filled.normalizer = encoding.normalizer().name();
    filled.notes = story.notes.c_str();
    std::memcpy(information, &filled, filled.struct_size);
  });
}

const token_ranker_catalog_row* token_ranker_catalog(size_t* rows_size) { return bpe::builtin_catalog(rows_size); }

}  // extern "C"
