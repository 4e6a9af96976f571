// The C ABI, every function: texts and lists in memory of exactly their size, buffers that are too small with guards behind them, arguments
// that no correct program passes. Results are those of the library below, of which token_ranker.h says where they are cut.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "encoder.hpp"
#include "fuzz.hpp"
#include "subjects.hpp"
#include "support.hpp"
#include "text_limit.hpp"
#include "token_ranker.h"
#include "token_spans.hpp"

namespace {

using fuzz::require;
using Tokens = std::vector<uint32_t>;

// Memory of `size` elements. A sanitizer sees what is written behind them; without one there are guards.
template <class T>
class Buffer {
 public:
  explicit Buffer(size_t size) : size_(size), memory_(new uint8_t[size * sizeof(T) + guards]) {
    std::memset(memory_.get(), guard, size * sizeof(T) + guards);
  }
  template <class List>
  static Buffer copy_of(const List& list) {
    Buffer buffer(list.size());
    if (list.size()) std::memcpy(buffer.memory_.get(), list.data(), list.size() * sizeof(T));
    return buffer;
  }
  // NULL if there is nothing, now and then.
  T* data(bool may_be_null = false) { return may_be_null && size_ == 0 ? nullptr : reinterpret_cast<T*>(memory_.get()); }
  size_t size() const { return size_; }
  bool is_intact() const {
    const uint8_t* behind = memory_.get() + size_ * sizeof(T);
    return std::all_of(behind, behind + guards, [](uint8_t byte) { return byte == guard; });
  }

 private:
  static constexpr size_t guards = test::is_sanitized ? 0 : 64;
  static constexpr uint8_t guard = 0xA7;
  size_t size_;
  std::unique_ptr<uint8_t[]> memory_;
};

// The error of a call tells the same as its status, and keeps to its memory.
struct Error {
  struct {
    token_ranker_error error;
    uint8_t behind[16];
  } memory;

  Error() { std::memset(&memory, 0xA7, sizeof memory); }
  token_ranker_error* get() { return &memory.error; }
  token_ranker_status check(token_ranker_status status) {
    require(memory.error.status == status, "the error has another status");
    require(memory.error.message[0] == '\0' || status != TOKEN_RANKER_OK, "success has a message");
    require(memory.error.message[0] != '\0' || status == TOKEN_RANKER_OK, "an error has no message");
    require(std::memchr(memory.error.message, '\0', sizeof memory.error.message), "a message has no end");
    require(status == TOKEN_RANKER_OK || memory.error.reserved == 0, "reserved is not 0");
    for (const uint8_t byte : memory.behind) require(byte == 0xA7, "something is written behind the error");
    require(std::strcmp(token_ranker_status_name(status), "UNKNOWN_STATUS") != 0, "a status has no name");
    require(status != TOKEN_RANKER_INTERNAL && status != TOKEN_RANKER_OUT_OF_MEMORY, "an internal error");
    return status;
  }
};

// What the calls of one input share.
struct Call {
  fuzz::Input& input;
  const token_ranker_t* ranker;
  const fuzz::Selection& allowed;
  Buffer<char> text;
  Buffer<uint32_t> indices;
  bool is_null;  // pointers of size 0

  const bpe::Encoding& encoding() const { return ranker->encoding; }
  std::string_view view() { return {text.data(), text.size()}; }
  const void* bytes() { return text.data(is_null); }
  const uint32_t* allowed_indices() { return allowed.selection.is_all() ? nullptr : indices.data(is_null); }
  size_t allowed_size() const { return allowed.selection.size; }
  // Room for nothing, for too little, for all, for more.
  size_t capacity(size_t size) {
    switch (input.byte() % 4) {
      case 0:
        return 0;
      case 1:
        return size ? input.byte() % size : 0;
      case 2:
        return size;
      default:
        return size + input.byte();
    }
  }
};

template <class T>
void check_filled(token_ranker_status status, Buffer<T>& buffer, size_t size, const std::vector<T>& expected) {
  require(size == expected.size(), "another size is told");
  require(status == (size <= buffer.size() ? TOKEN_RANKER_OK : TOKEN_RANKER_BUFFER_TOO_SMALL), "another status");
  const size_t filled = std::min(size, buffer.size());
  require(filled == 0 || std::memcmp(buffer.data(), expected.data(), filled * sizeof(T)) == 0, "the buffer has something else");
  require(buffer.is_intact(), "something is written behind the buffer");
}

std::vector<token_ranker_span> c_spans(const std::vector<bpe::Span>& spans) {
  std::vector<token_ranker_span> list;
  for (const bpe::Span span : spans) list.push_back({span.begin, span.end});
  return list;
}

void encode(Call& c) {
  Error error;
  const Tokens expected = test::encode(c.encoding(), c.view(), c.allowed.selection);
  Buffer<uint32_t> tokens(c.capacity(expected.size()));
  size_t size = 77;
  const token_ranker_status status =
      error.check(token_ranker_encode(c.ranker, c.bytes(), c.text.size(), c.allowed_indices(), c.allowed_size(), tokens.data(c.is_null),
                                      tokens.size(), &size, error.get()));
  check_filled(status, tokens, size, expected);
  // And back.
  Buffer<uint32_t> exact = Buffer<uint32_t>::copy_of(expected);
  const std::string text = test::decode(c.encoding(), expected);
  Buffer<char> bytes(c.capacity(text.size()));
  const token_ranker_status decoded = error.check(
      token_ranker_decode(c.ranker, exact.data(c.is_null), exact.size(), bytes.data(c.is_null), bytes.size(), &size, error.get()));
  check_filled(decoded, bytes, size, {text.begin(), text.end()});
}

// Any numbers.
void decode(Call& c) {
  Error error;
  Tokens numbers;
  for (size_t i = c.input.byte() % 8; i > 0; i--) numbers.push_back(c.input.byte() % 4 ? c.input.byte() * 37u : c.input.word());
  Buffer<uint32_t> tokens = Buffer<uint32_t>::copy_of(numbers);
  const auto is_unknown = [&](uint32_t token) { return c.encoding().decoder().token_size(token) == 0; };
  const size_t unknown = size_t(std::find_if(numbers.begin(), numbers.end(), is_unknown) - numbers.begin());
  const std::string text = unknown == numbers.size() ? test::decode(c.encoding(), numbers) : "";
  Buffer<char> bytes(c.capacity(text.size()));
  size_t size = 77;
  const token_ranker_status status = error.check(
      token_ranker_decode(c.ranker, tokens.data(c.is_null), tokens.size(), bytes.data(c.is_null), bytes.size(), &size, error.get()));
  if (unknown == numbers.size()) return check_filled(status, bytes, size, {text.begin(), text.end()});
  require(status == TOKEN_RANKER_UNKNOWN_TOKEN && error.get()->offset == unknown && size == 0, "an unknown token is not named");
  require(bytes.is_intact(), "something is written behind the buffer");
}

void limits(Call& c) {
  Error error;
  const size_t limit = c.input.byte() % 64;
  size_t found = 77;
  require(error.check(token_ranker_count(c.ranker, c.bytes(), c.text.size(), c.allowed_indices(), c.allowed_size(), limit, &found,
                                         error.get())) == TOKEN_RANKER_OK,
          "count fails");
  require(found == std::min(test::encode(c.encoding(), c.view(), c.allowed.selection).size(), limit + 1), "another count");
  require(error.check(token_ranker_truncate(c.ranker, c.bytes(), c.text.size(), c.allowed_indices(), c.allowed_size(), limit, &found,
                                            error.get())) == TOKEN_RANKER_OK,
          "truncate fails");
  require(found <= c.text.size(), "truncate makes a text longer");
  require(error.check(token_ranker_find_cut(c.ranker, c.bytes(), c.text.size(), c.allowed_indices(), c.allowed_size(), &found,
                                            error.get())) == TOKEN_RANKER_OK,
          "find_cut fails");
  require(found == 0 || found < c.text.size(), "a cut is not inside the text");
}

void chunks(Call& c) {
  const size_t limit = c.input.byte() % 40, overlap = c.input.byte() % 16;
  token_ranker_span chunk = {0, 0};
  for (int i = 0; i < 8; i++) {
    Error error;
    const token_ranker_span before = chunk;
    const token_ranker_status status =
        error.check(token_ranker_next_chunk(c.ranker, c.bytes(), c.text.size(), limit, overlap, &chunk, error.get()));
    const bool is_refused = limit < 4 || 2 * overlap >= limit;
    require(!is_refused || status == TOKEN_RANKER_INVALID_ARGUMENT, "a limit or overlap is not refused");
    if (status != TOKEN_RANKER_OK) {
      require(is_refused || c.encoding().normalizer().max_growth() > 1, "a chunk is refused");
      require(chunk.begin == before.begin && chunk.end == before.end, "an error changes the chunk");
      return;
    }
    require(chunk.end >= before.end && chunk.begin <= before.end && chunk.end <= c.text.size(), "chunks do not follow each other");
    if (chunk.begin == chunk.end) return require(before.end == c.text.size(), "chunks end early");
  }
}

void spans(Call& c) {
  Error error;
  bpe::TokenSpans found;
  bpe::encode_with_spans(c.encoding(), bpe::Text(c.view()), c.allowed.selection, found);
  Buffer<uint32_t> tokens(c.capacity(found.spans.size()));
  Buffer<token_ranker_span> places(tokens.size());
  size_t size = 77;
  const token_ranker_status status =
      error.check(token_ranker_encode_with_offsets(c.ranker, c.bytes(), c.text.size(), c.allowed_indices(), c.allowed_size(),
                                                   tokens.data(c.is_null), places.data(c.is_null), places.size(), &size, error.get()));
  check_filled(status, places, size, c_spans(found.spans));
  check_filled(status, tokens, size, Tokens(found.tokens.data(), found.tokens.data() + found.tokens.size()));
}

void pretokens(Call& c) {
  Error error;
  std::vector<token_ranker_span> expected(c.text.size());
  size_t size = 77;
  require(error.check(token_ranker_pretokenize(c.ranker, c.bytes(), c.text.size(), expected.data(), expected.size(), &size, error.get())) ==
              TOKEN_RANKER_OK,
          "text_size spans do not suffice");
  expected.resize(size);
  Buffer<token_ranker_span> places(c.capacity(size));
  const token_ranker_status status =
      error.check(token_ranker_pretokenize(c.ranker, c.bytes(), c.text.size(), places.data(c.is_null), places.size(), &size, error.get()));
  check_filled(status, places, size, expected);
  // One piece by itself.
  if (expected.empty()) return;
  const token_ranker_span piece = expected[c.input.byte() % expected.size()];
  Buffer<char> bytes = Buffer<char>::copy_of(c.view().substr(piece.begin, piece.end - piece.begin));
  bpe::TokenBuffer tokens;
  bpe::encode_pretoken(c.encoding(), bpe::Text(bytes.data(), bytes.size()), tokens);
  Buffer<uint32_t> made(c.capacity(tokens.size()));
  const token_ranker_status merged = error.check(
      token_ranker_encode_pretoken(c.ranker, bytes.data(), bytes.size(), made.data(c.is_null), made.size(), &size, error.get()));
  check_filled(merged, made, size, Tokens(tokens.data(), tokens.data() + tokens.size()));
}

void special(Call& c) {
  Error error;
  uint32_t index = 77;
  size_t offset = 77;
  require(error.check(token_ranker_find_special(c.ranker, c.bytes(), c.text.size(), c.allowed_indices(), c.allowed_size(), &index, &offset,
                                                error.get())) == TOKEN_RANKER_OK,
          "find_special fails");
  if (index == TOKEN_RANKER_NOT_FOUND) return require(offset == 0, "nothing is found somewhere");
  const token_ranker_special_token& token = c.encoding().special_tokens()[index];
  require(c.view().substr(offset, token.text_size) == std::string_view(token.text, token.text_size), "another special token");
}

void batches(Call& c) {
  Error error;
  std::vector<int64_t> places;
  const size_t texts = c.input.byte() % 6;
  for (size_t i = 0; i <= texts; i++) places.push_back(int64_t(c.input.byte() % (c.text.size() + 1)));
  const bool is_sorted = c.input.byte() % 4;
  if (is_sorted) std::sort(places.begin(), places.end());
  if (c.input.byte() % 8 == 0) places[c.input.byte() % places.size()] = int64_t(uint64_t{c.input.word()} << 32 | c.input.word()) % 3 - 2;
  const uint32_t threads = c.input.byte() % 5;
  const bool is_valid = texts == 0 || (places[0] >= 0 && std::is_sorted(places.begin(), places.end()));
  Buffer<int64_t> offsets = Buffer<int64_t>::copy_of(places);
  token_ranker_result* result = nullptr;
  Buffer<int64_t> counts(texts);
  const token_ranker_status status = error.check(token_ranker_encode_batch(c.ranker, c.bytes(), offsets.data(), texts, c.allowed_indices(),
                                                                           c.allowed_size(), threads, &result, error.get()));
  require(status == (is_valid ? TOKEN_RANKER_OK : TOKEN_RANKER_INVALID_ARGUMENT), "offsets are taken or refused");
  require(error.check(token_ranker_count_batch(c.ranker, c.bytes(), offsets.data(), texts, c.allowed_indices(), c.allowed_size(), threads,
                                               counts.data(c.is_null), error.get())) == status,
          "count_batch and encode_batch disagree");
  require(counts.is_intact(), "something is written behind the counts");
  if (!is_valid) return require(!result, "there is a result of an error");
  require(result->offsets_size == texts + 1 && result->offsets[0] == 0 && result->tokens_size == size_t(result->offsets[texts]),
          "a result is not whole");
  for (size_t i = 0; i < texts; i++) {
    const Tokens expected =
        test::encode(c.encoding(), c.view().substr(size_t(places[i]), size_t(places[i + 1] - places[i])), c.allowed.selection);
    require(std::equal(result->tokens + result->offsets[i], result->tokens + result->offsets[i + 1], expected.begin(), expected.end()),
            "another text in a batch");
    require(counts.data()[i] == int64_t(expected.size()), "another count in a batch");
  }
  token_ranker_text_result* decoded = nullptr;
  require(error.check(token_ranker_decode_batch(c.ranker, result->tokens, result->offsets, texts, threads, &decoded, error.get())) ==
              TOKEN_RANKER_OK,
          "a batch is not decoded");
  require(decoded->offsets_size == texts + 1 && decoded->bytes_size == size_t(decoded->offsets[texts]), "a result is not whole");
  token_ranker_text_result_free(decoded);
  token_ranker_result_free(result);
}

void streams(Call& c) {
  Error error;
  token_ranker_encoder* encoder = nullptr;
  token_ranker_decoder* decoder = nullptr;
  require(
      error.check(token_ranker_stream_encoder(c.ranker, c.allowed_indices(), c.allowed_size(), &encoder, error.get())) == TOKEN_RANKER_OK,
      "no encoder");
  require(error.check(token_ranker_stream_decoder(c.ranker, &decoder, error.get())) == TOKEN_RANKER_OK, "no decoder");
  Tokens made;
  size_t text_bytes = 0;
  const auto pass_on = [&](const uint32_t* tokens, size_t size) {
    made.insert(made.end(), tokens, tokens + size);
    Buffer<uint32_t> exact = Buffer<uint32_t>::copy_of(std::span(tokens, size));
    const char* text = nullptr;
    size_t text_size = 77;
    require(error.check(token_ranker_stream_decoder_push(decoder, exact.data(c.is_null), size, &text, &text_size, error.get())) ==
                TOKEN_RANKER_OK,
            "a stream is not decoded");
    text_bytes += text_size;
  };
  const uint32_t* tokens = nullptr;
  size_t size = 77;
  for (size_t at = 0, part_size; at < c.text.size(); at += part_size) {
    part_size = std::min<size_t>(c.input.byte() % 32 + 1u, c.text.size() - at);
    Buffer<char> part = Buffer<char>::copy_of(c.view().substr(at, part_size));
    require(
        error.check(token_ranker_stream_encoder_push(encoder, part.data(), part.size(), &tokens, &size, error.get())) == TOKEN_RANKER_OK,
        "push fails");
    pass_on(tokens, size);
    if (c.input.byte() % 64 == 1) {
      token_ranker_stream_encoder_free(encoder);
      token_ranker_stream_decoder_free(decoder);
      return;
    }
  }
  require(error.check(token_ranker_stream_encoder_finish(encoder, &tokens, &size, error.get())) == TOKEN_RANKER_OK, "finish fails");
  pass_on(tokens, size);
  require(made == test::encode(c.encoding(), c.view(), c.allowed.selection), "other tokens in parts");
  const char* text = nullptr;
  require(error.check(token_ranker_stream_decoder_finish(decoder, &text, &size, error.get())) == TOKEN_RANKER_OK, "finish fails");
  const uint32_t unknown = UINT32_MAX;
  if (c.encoding().decoder().token_size(unknown) == 0)
    require(error.check(token_ranker_stream_decoder_push(decoder, &unknown, 1, &text, &size, error.get())) == TOKEN_RANKER_UNKNOWN_TOKEN &&
                size == 0,
            "an unknown token is decoded");
  token_ranker_stream_encoder_free(encoder);
  token_ranker_stream_decoder_free(decoder);
}

// Every function refuses what no correct program passes, and leaves its result empty.
void refusals(Call& c) {
  Error error;
  size_t size = 77, offset = 77;
  uint32_t index = 77, token = 0;
  token_ranker_span span = {0, 0};
  token_ranker_result* result = nullptr;
  const uint32_t beyond = uint32_t(c.encoding().special_tokens().size()) + c.input.byte();
  const void* const bytes = c.text.data();
  const token_ranker_t* const r = c.ranker;
  const size_t n = c.text.size();
  token_ranker_status status = TOKEN_RANKER_OK;
  switch (c.input.byte() % 16) {
    case 0:
      status = token_ranker_encode(nullptr, bytes, n, nullptr, 0, &token, 1, &size, error.get());
      break;
    case 1:
      status = token_ranker_encode(r, nullptr, n + 1, nullptr, 0, &token, 1, &size, error.get());
      break;
    case 2:
      status = token_ranker_encode(r, bytes, n, &beyond, 1, &token, 1, &size, error.get());
      break;
    case 3:
      status = token_ranker_encode(r, bytes, n, nullptr, 3, &token, 1, &size, error.get());
      break;
    case 4:
      status = token_ranker_encode(r, bytes, n, nullptr, 0, nullptr, 1, &size, error.get());
      break;
    case 5:
      status = token_ranker_encode(r, bytes, n, nullptr, 0, &token, 1, nullptr, error.get()), size = 0;
      break;
    case 6:
      status = token_ranker_count(r, bytes, n, &beyond, 1, c.input.byte(), &size, error.get());
      break;
    case 7:
      status = token_ranker_truncate(r, bytes, n, &beyond, 1, c.input.byte(), &size, error.get());
      break;
    case 8:
      status = token_ranker_find_cut(r, bytes, n, &beyond, 1, &size, error.get());
      break;
    case 9:
      status = token_ranker_find_special(r, bytes, n, &beyond, 1, &index, &offset, error.get()), size = offset;
      break;
    case 10:
      status = token_ranker_encode_with_offsets(r, bytes, n, nullptr, 0, &token, nullptr, 1, &size, error.get());
      break;
    case 11:
      status = token_ranker_pretokenize(r, bytes, n, nullptr, 1, &size, error.get());
      break;
    case 12:
      status = token_ranker_encode_pretoken(r, nullptr, 1, &token, 1, &size, error.get());
      break;
    case 13:
      status = token_ranker_decode(r, nullptr, 1, nullptr, 0, &size, error.get());
      break;
    case 14:
      span = {n + 1, n + 1 + c.input.byte()};
      status = token_ranker_next_chunk(r, bytes, n, 8, 0, &span, error.get()), size = 0;
      break;
    default:
      status = token_ranker_encode_batch(r, bytes, nullptr, 1, nullptr, 0, 1, &result, error.get()), size = 0;
  }
  require(error.check(status) == TOKEN_RANKER_INVALID_ARGUMENT, "a wrong argument is not refused");
  require(size == 0 && !result, "an error leaves a result");
}

// Names of encodings, and definitions of built-in ones or of a few bytes.
void open(Call& c) {
  Error error;
  token_ranker_t* made = nullptr;
  Buffer<char> name = Buffer<char>::copy_of(c.view().substr(0, c.input.byte() % 40));
  token_ranker_status status = error.check(token_ranker(name.data(c.is_null), name.size(), &made, error.get()));
  require((status == TOKEN_RANKER_OK) == (made != nullptr) && (made || status == TOKEN_RANKER_UNKNOWN_ENCODING),
          "a name is opened and refused");
  token_ranker_free(made);
  token_ranker_definition definition = {};
  const size_t sizes[] = {sizeof definition, sizeof definition, 0, sizeof(size_t), 5000, c.input.byte()};
  definition.struct_size = sizes[c.input.byte() % 6];
  definition.format = int32_t(c.input.byte() % 8);
  definition.vocabulary = c.bytes();
  definition.vocabulary_size = c.text.size();
  definition.pattern = c.input.flag() ? name.data() : nullptr;
  definition.pattern_size = definition.pattern ? name.size() : 0;
  definition.engine = c.input.flag() ? "portable" : nullptr;
  definition.cache_limit = c.input.byte();
  if (definition.struct_size > sizeof definition && definition.struct_size < 5000) definition.struct_size = sizeof definition;
  status = error.check(token_ranker_load(&definition, &made, error.get()));
  require((status == TOKEN_RANKER_OK) == (made != nullptr), "a definition is opened and refused");
  token_ranker_free(made);
  token_ranker_free(nullptr);
  token_ranker_result_free(nullptr);
  token_ranker_text_result_free(nullptr);
  token_ranker_stream_encoder_free(nullptr);
  token_ranker_stream_decoder_free(nullptr);
}

void describe(Call& c) {
  Error error;
  Buffer<char> memory(sizeof(token_ranker_information));
  auto* const information = reinterpret_cast<token_ranker_information*>(memory.data());
  const size_t size = c.input.byte() * 2u % (sizeof(token_ranker_information) + 1);
  information->struct_size = size;
  const token_ranker_status status = error.check(token_ranker_info(c.ranker, information, error.get()));
  require(status == (size < sizeof(size_t) ? TOKEN_RANKER_INVALID_ARGUMENT : TOKEN_RANKER_OK), "a struct_size is taken or refused");
  if (status == TOKEN_RANKER_OK) require(information->struct_size == size, "more is filled than both sides know");
  for (size_t i = std::max(size, sizeof(size_t)); i < sizeof(token_ranker_information); i++)
    require(uint8_t(memory.data()[i]) == 0xA7, "more is filled than both sides know");
  require(token_ranker_abi_version() == TOKEN_RANKER_ABI_VERSION && token_ranker_version()[0], "there is no version");
  size_t rows = 0;
  const token_ranker_catalog_row* const catalog = token_ranker_catalog(&rows);
  const token_ranker_catalog_row& row = catalog[c.input.byte() % rows];
  require(row.name[0] && row.encoding[0], "a row of the catalog is empty");
  require(token_ranker_status_name(token_ranker_status(c.input.word()))[0], "a status has no name");
  require(token_ranker_python_symbols()[0], "there are no symbols of Python");
}

constexpr std::array functions = {encode, decode, limits, chunks, spans, pretokens, special, batches, streams, refusals, open, describe};

}  // namespace

FUZZ_TARGET(capi) {
  const fuzz::Subject& subject = fuzz::subject(input.byte());
  const token_ranker_t* const ranker = subject.engines[input.byte() % subject.engines.size()];
  const fuzz::Selection allowed(ranker->encoding, input.byte());
  const uint8_t choice = input.byte();
  const size_t own = std::min<size_t>(input.size(), 24);  // for the functions: what they choose
  fuzz::Input choices(reinterpret_cast<const uint8_t*>(input.take(own).data()), own);
  Call call = {
      choices, ranker, allowed, Buffer<char>::copy_of(input.rest()), Buffer<uint32_t>::copy_of(allowed.indices), choice / 16 % 2 == 1};
  functions[choice % functions.size()](call);
}
