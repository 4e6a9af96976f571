// A thread with a stack of 256 KiB suffices for every call, whatever the text; sanitizers need a multiple of what they watch.
#include <pthread.h>

#include <string>

#include "catch.hpp"
#include "hard_texts.hpp"
#include "samples.hpp"
#include "support.hpp"

namespace {

constexpr size_t stack_size = size_t{256} << 10 << (test::is_sanitized ? 2 : 0);

template <class Body>
void run_on_small_stack(Body body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  REQUIRE(pthread_attr_setstacksize(&attributes, stack_size) == 0);
  pthread_t thread;
  const auto run = [](void* argument) -> void* {
    (*static_cast<Body*>(argument))();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, run, &body) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

// Every call on the text, with the answers of a thread with a large stack.
void check_all_calls(const test::Source& source, const std::string& text) {
  std::vector<test::Operation> all = test::operations();
  all.insert(all.end(), test::threaded_operations().begin(), test::threaded_operations().end());
  token_ranker_t *ranker = nullptr, *other = nullptr;
  REQUIRE(source.open(ranker) == TOKEN_RANKER_OK);
  std::vector<uint64_t> expected(all.size()), found(all.size());
  for (size_t i = 0; i < all.size(); i++) all[i].run(ranker, text, expected[i]);
  token_ranker_free(ranker);
  run_on_small_stack([&] {
    if (source.open(other) != TOKEN_RANKER_OK) return;
    for (size_t i = 0; i < all.size(); i++) all[i].run(other, text, found[i]);
    token_ranker_free(other);
  });
  CAPTURE(source.name);
  CHECK(found == expected);
  CHECK(expected[0] != 0);
}

}  // namespace

TEST_CASE("small stack: encodings inside the library") {
  std::string text = test::mixed_text();
  for (const test::HardText& hard : test::hard_texts(TESTS_DIRECTORY "/limits")) text += hard.make(3000) + " ";
  for (const char* name : test::builtin_names) check_all_calls(test::builtin_source(name), text);
  test::Source matched = test::builtin_source("o200k_base");
  matched.engine = "pcre2";
  check_all_calls(matched, text);
}

TEST_CASE("small stack: small vocabularies, and patterns that PCRE2 matches") {
  for (const test::Source& source : test::small_sources()) check_all_calls(source, test::mixed_text());
}

TEST_CASE("small stack: patterns that backtrack deeply") {
  const std::string text(size_t{50} << 10, 'a');
  for (const char* pattern : {"(?:[a-y]|z)+!|[a-z]+", "(?:a|aa)+b|a+", "(?:a+)+b"}) {
    const test::Source source = test::matched_source(pattern);
    token_ranker_status status[2] = {-1, -2};
    const auto encode = [&](token_ranker_status& answer) {
      token_ranker_t* ranker = nullptr;
      uint64_t hash;
      source.open(ranker);
      answer = test::operations()[0].run(ranker, text, hash);
      token_ranker_free(ranker);
    };
    encode(status[0]);
    run_on_small_stack([&] { encode(status[1]); });
    CAPTURE(pattern);
    CHECK(status[0] == status[1]);
  }
}

TEST_CASE("small stack: brackets nested up to the limit and far beyond") {
  for (const size_t depth : {size_t{60}, size_t{1'000'000}}) {
    // Added tokens are kept as a tree; what else there is, not.
    for (const char* key : {"added_tokens", "somebody's own"}) {
      const test::Source source = {
          "nested", "{\"model\": {}, \"" + std::string(key) + "\": " + std::string(depth, '[') + std::string(depth, ']') + "}",
          TOKEN_RANKER_FORMAT_TOKENIZER_JSON};
      token_ranker_status status = TOKEN_RANKER_OK;
      run_on_small_stack([&] {
        token_ranker_t* ranker;
        status = source.open(ranker);
      });
      CAPTURE(depth, key);
      CHECK(status == (depth == 60 ? TOKEN_RANKER_BAD_VALUE : TOKEN_RANKER_BAD_JSON));
    }
  }
  // A pattern nested as deep as its size allows.
  std::string pattern(30'000, '(');
  pattern += "a";
  pattern.append(30'000, ')');
  token_ranker_status status = TOKEN_RANKER_OK;
  run_on_small_stack([&] {
    token_ranker_t* ranker;
    status = test::matched_source(pattern).open(ranker);
  });
  CHECK((status == TOKEN_RANKER_UNSUPPORTED_PATTERN || status == TOKEN_RANKER_BAD_PATTERN));
}
