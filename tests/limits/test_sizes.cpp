// Sizes that no memory holds, offsets that are no offsets, and texts beyond 32 bits.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "samples.hpp"
#include "support.hpp"
#include "token_ranker.h"

namespace {

struct Handle {
  explicit Handle(const test::Source& source) { REQUIRE(source.open(ranker) == TOKEN_RANKER_OK); }
  ~Handle() { token_ranker_free(ranker); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  token_ranker_t* ranker = nullptr;
};

}  // namespace

TEST_CASE("sizes: offsets that decrease, are negative or beyond memory are refused with their index") {
  const Handle handle(test::builtin_source("cl100k_base"));
  const uint32_t tokens[4] = {1, 2, 3, 4};
  constexpr int64_t most = std::numeric_limits<int64_t>::max(), least = std::numeric_limits<int64_t>::min();
  struct Row {
    std::vector<int64_t> offsets;
    uint64_t index;
    uint64_t decode_index;  // tokens have four bytes: fewer of them fit into memory
  };
  const Row rows[] = {{{-1, 2}, 0, 0},         {{least, 2}, 0, 0},       {{least, least}, 0, 0}, {{2, 1}, 1, 1},
                      {{0, 2, 1}, 2, 2},       {{0, -1}, 1, 1},          {{0, least}, 1, 1},     {{0, most, least}, 2, 1},
                      {{0, 4, most, 3}, 3, 2}, {{0, 1, 2, 3, -4}, 4, 4}, {{3, 3, 3, 2}, 3, 3}};
  for (const Row& row : rows) {
    token_ranker_result* result = reinterpret_cast<token_ranker_result*>(1);
    token_ranker_text_result* text_result = reinterpret_cast<token_ranker_text_result*>(1);
    int64_t counts[4];
    token_ranker_error error;
    const size_t size = row.offsets.size() - 1;
    for (const uint32_t threads : {0u, 1u, 4u, UINT32_MAX}) {
      CHECK(token_ranker_encode_batch(handle.ranker, "abcd", row.offsets.data(), size, nullptr, 0, threads, &result, &error) ==
            TOKEN_RANKER_INVALID_ARGUMENT);
      CHECK((result == nullptr && error.offset == row.index));
      CHECK(token_ranker_count_batch(handle.ranker, "abcd", row.offsets.data(), size, nullptr, 0, threads, counts, &error) ==
            TOKEN_RANKER_INVALID_ARGUMENT);
      CHECK(error.offset == row.index);
      CHECK(token_ranker_decode_batch(handle.ranker, tokens, row.offsets.data(), size, threads, &text_result, &error) ==
            TOKEN_RANKER_INVALID_ARGUMENT);
      CHECK((text_result == nullptr && error.offset == row.decode_index));
    }
  }
  const int64_t many[] = {0, most / 4 + 1};
  token_ranker_text_result* result;
  token_ranker_error error;
  CHECK(token_ranker_decode_batch(handle.ranker, tokens, many, 1, 1, &result, &error) == TOKEN_RANKER_INVALID_ARGUMENT);
  CHECK(error.offset == 1);
}

TEST_CASE("sizes: capacities up to SIZE_MAX are no arithmetic that overflows") {
  const Handle handle(test::builtin_source("o200k_base"));
  const std::string text = "hello world, hello world";
  const std::vector<uint32_t> expected = test::encode(test::builtin("o200k_base"), text);
  // More room than there is must not be told; what is told here is far beyond what is ever written.
  std::vector<uint32_t> tokens(1 << 16);
  std::vector<token_ranker_span> spans(1 << 16);
  std::string bytes(1 << 16, '\0');
  for (const size_t capacity :
       {tokens.size(), size_t{1} << 31, (size_t{1} << 32) + 10, SIZE_MAX / 16, SIZE_MAX / 4, SIZE_MAX - 1, SIZE_MAX}) {
    size_t size;
    CAPTURE(capacity);
    REQUIRE(token_ranker_encode(handle.ranker, text.data(), text.size(), nullptr, 0, tokens.data(), capacity, &size, nullptr) ==
            TOKEN_RANKER_OK);
    CHECK((size == expected.size() && std::equal(expected.begin(), expected.end(), tokens.begin())));
    REQUIRE(token_ranker_encode_with_offsets(handle.ranker, text.data(), text.size(), nullptr, 0, tokens.data(), spans.data(), capacity,
                                             &size, nullptr) == TOKEN_RANKER_OK);
    CHECK((size == expected.size() && spans[size - 1].end == text.size()));
    REQUIRE(token_ranker_decode(handle.ranker, tokens.data(), expected.size(), bytes.data(), capacity, &size, nullptr) == TOKEN_RANKER_OK);
    CHECK((size == text.size() && bytes.starts_with(text)));
    // Limits of tokens, too.
    REQUIRE(token_ranker_count(handle.ranker, text.data(), text.size(), nullptr, 0, capacity, &size, nullptr) == TOKEN_RANKER_OK);
    CHECK(size == expected.size());
    REQUIRE(token_ranker_truncate(handle.ranker, text.data(), text.size(), nullptr, 0, capacity, &size, nullptr) == TOKEN_RANKER_OK);
    CHECK(size == text.size());
    token_ranker_span chunk = {0, 0};
    REQUIRE(token_ranker_next_chunk(handle.ranker, text.data(), text.size(), capacity, capacity / 2 - 1, &chunk, nullptr) ==
            TOKEN_RANKER_OK);
    CHECK((chunk.begin == 0 && chunk.end == text.size()));
  }
  token_ranker_span chunk = {0, SIZE_MAX};
  CHECK(token_ranker_next_chunk(handle.ranker, text.data(), text.size(), 10, 0, &chunk, nullptr) == TOKEN_RANKER_INVALID_ARGUMENT);
  chunk = {5, 3};
  CHECK(token_ranker_next_chunk(handle.ranker, text.data(), text.size(), 10, 0, &chunk, nullptr) == TOKEN_RANKER_INVALID_ARGUMENT);
}

TEST_CASE("sizes: a definition with sizes that no memory holds is refused before anything is read") {
  const char byte = 'a';
  token_ranker_special_token special = {&byte, SIZE_MAX, 300, 0};
  token_ranker_t* ranker;
  token_ranker_error error;
  test::Source source = test::matched_source("a|.");
  token_ranker_definition definition = {};
  definition.struct_size = sizeof definition;
  definition.vocabulary = source.vocabulary.data();
  definition.vocabulary_size = source.vocabulary.size();
  definition.format = TOKEN_RANKER_FORMAT_RANKS;
  definition.pattern = "a|.";
  definition.pattern_size = 3;
  definition.special_tokens = &special;
  definition.special_tokens_size = 1;
  CHECK(token_ranker_load(&definition, &ranker, &error) == TOKEN_RANKER_TOO_LARGE);
  definition.special_tokens_size = SIZE_MAX / sizeof special + 1;
  CHECK(token_ranker_load(&definition, &ranker, &error) == TOKEN_RANKER_TOO_LARGE);
  for (const size_t struct_size : {size_t{0}, size_t{4097}, SIZE_MAX}) {
    definition.struct_size = struct_size;
    CHECK(token_ranker_load(&definition, &ranker, &error) == TOKEN_RANKER_INVALID_ARGUMENT);
  }
}

// 4 GiB and 10 bytes, of which each page is the same 16 MiB: the text again and again costs no more memory than once.
TEST_CASE("sizes: a text of more than 32 bits", "[.large]") {
  constexpr size_t unit = size_t{16} << 20, copies = 257, text_size = (size_t{1} << 32) + 10;
  const int file = memfd_create("text", 0);
  REQUIRE((file >= 0 && ftruncate(file, unit) == 0));
  auto* const begin = static_cast<char*>(mmap(nullptr, unit * copies, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  for (size_t i = 0; i < copies; i++)
    REQUIRE(mmap(begin + i * unit, unit, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) != MAP_FAILED);

  const Handle handle(test::builtin_source("cl100k_base"));
  size_t size, one;
  // Words: a unit ends where a text may be cut, so the tokens of the whole are those of the units.
  for (size_t at = 0; at < unit; at += 16) std::memcpy(begin + at, " hello the world", 16);
  REQUIRE(token_ranker_count(handle.ranker, begin, unit, nullptr, 0, SIZE_MAX, &one, nullptr) == TOKEN_RANKER_OK);
  REQUIRE(one == unit / 16 * 3);
  REQUIRE(token_ranker_count(handle.ranker, begin, text_size, nullptr, 0, SIZE_MAX, &size, nullptr) == TOKEN_RANKER_OK);
  CHECK(size == one * 256 + 2);  // " hello the"
  CHECK(token_ranker_encode(handle.ranker, begin, text_size, nullptr, TOKEN_RANKER_ALL_SPECIAL, nullptr, 0, &size, nullptr) ==
        TOKEN_RANKER_BUFFER_TOO_SMALL);
  CHECK(size == one * 256 + 2);
  const int64_t offsets[] = {0, int64_t(text_size)};
  int64_t counts[1];
  REQUIRE(token_ranker_count_batch(handle.ranker, begin, offsets, 1, nullptr, 0, 0, counts, nullptr) == TOKEN_RANKER_OK);
  CHECK(counts[0] == int64_t(one * 256 + 2));
  token_ranker_result* result;
  REQUIRE(token_ranker_encode_batch(handle.ranker, begin, offsets, 1, nullptr, 0, 2, &result, nullptr) == TOKEN_RANKER_OK);
  CHECK(result->tokens_size == one * 256 + 2);
  CHECK(std::memcmp(result->tokens, result->tokens + one * 255, one * sizeof(uint32_t)) == 0);
  token_ranker_result_free(result);
  size_t cut;
  REQUIRE(token_ranker_truncate(handle.ranker, begin, text_size, nullptr, 0, one * 3, &cut, nullptr) == TOKEN_RANKER_OK);
  CHECK(cut == unit * 3);
  REQUIRE(token_ranker_find_cut(handle.ranker, begin, text_size, nullptr, 0, &cut, nullptr) == TOKEN_RANKER_OK);
  CHECK(cut == text_size - 4);  // before " the"

  // One pretoken of 2^32 + 10 bytes: right, or an error that says so.
  std::memset(begin, 'a', unit);
  token_ranker_error error;
  const token_ranker_status status = token_ranker_count(handle.ranker, begin, text_size, nullptr, 0, SIZE_MAX, &size, &error);
  if (status == TOKEN_RANKER_OK) {
    CHECK(size == text_size / 8 + 1);
  } else {
    CHECK(status == TOKEN_RANKER_OUT_OF_MEMORY);
  }
  munmap(begin, unit * copies);
  close(file);
}
