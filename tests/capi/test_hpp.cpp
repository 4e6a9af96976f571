// The C++ header on the shared library, as a C++17 program meets it. The last line of output is "N passed, N failed".
#include "token_ranker.hpp"

#include <type_traits>

#include "check.h"

int passed, failed;

static_assert(!std::is_copy_constructible_v<ranker::Encoding> && std::is_nothrow_move_constructible_v<ranker::Encoding>);

template <class Call>
static void check_error(Call call, token_ranker_status status, std::uint64_t offset) {
  try {
    call();
    CHECK(!"an error");
  } catch (const ranker::Error& error) {
    CHECK(error.status() == status);
    CHECK(error.offset() == offset);
    CHECK(error.what()[0] != '\0');
  }
}

static void test_calls(const ranker::Encoding& encoding) {
  const std::vector<std::uint32_t> hello = {24912, 2375};
  CHECK(encoding.encode("hello world") == hello);
  CHECK(encoding.encode("").empty());
  CHECK(encoding.decode(hello) == "hello world");
  CHECK(encoding.decode(hello.data(), 1) == "hello");
  CHECK(encoding.decode(std::vector<std::uint32_t>()).empty());
  CHECK(encoding.count("hello world") == 2);
  CHECK(encoding.count("hello world", ranker::Special::none, 0) == 1);
  CHECK(encoding.encode("<|endoftext|>", ranker::Special::all) == std::vector<std::uint32_t>{199999});
  CHECK(encoding.count("<|endoftext|>", ranker::Special::all) == 1 && encoding.count("<|endoftext|>") == 7);
}

// Where the first guess is too small: a token for each byte, and tokens of many bytes.
static void test_growth(const ranker::Encoding& encoding) {
  const std::string bad_bytes(1000, '\xFF'), blanks(1000, ' ');
  CHECK(encoding.encode(bad_bytes).size() == 1000);
  CHECK(encoding.decode(encoding.encode(bad_bytes)) == bad_bytes);
  CHECK(encoding.decode(encoding.encode(blanks)) == blanks);
}

static void test_errors(const ranker::Encoding& encoding) {
  check_error([] { ranker::Encoding("no_such_encoding"); }, TOKEN_RANKER_UNKNOWN_ENCODING, 0);
  check_error([&] { encoding.decode({2375, 4000000000}); }, TOKEN_RANKER_UNKNOWN_TOKEN, 1);
  token_ranker_definition definition = {};
  check_error([&] { ranker::Encoding encoding_of_nothing(definition); }, TOKEN_RANKER_INVALID_ARGUMENT, 0);
}

static void test_ownership() {
  token_ranker_definition definition = {};
  definition.format = TOKEN_RANKER_FORMAT_BUILTIN;
  definition.vocabulary = "gpt2";
  definition.vocabulary_size = 4;
  ranker::Encoding first(definition);
  ranker::Encoding second(std::move(first));
  CHECK(first.get() == nullptr && second.get() != nullptr);
  check_error([&] { first.encode("a"); }, TOKEN_RANKER_INVALID_ARGUMENT, 0);
  first = std::move(second);
  CHECK(first.count("hello world") == 2);
}

int main() {
  const ranker::Encoding encoding("gpt-4o");
  test_calls(encoding);
  test_growth(encoding);
  test_errors(encoding);
  test_ownership();
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
