// The pool of contexts: threads share a handle, a fork in the middle does no harm, idle ones and their memory are bounded.
#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/wait.h>
#include <unistd.h>
#endif

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "catch.hpp"
#include "context.hpp"
#include "encoder.hpp"
#include "support.hpp"
#include "text_limit.hpp"

namespace {

size_t slot_count() { return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 64); }

}  // namespace

TEST_CASE("context: what one call gives back the next one borrows") {
  bpe::ContextPool pool;
  const bpe::Context* first;
  {
    const bpe::ContextPool::Loan loan(pool);
    first = &*loan;
  }
  for (int i = 0; i < 10; i++) {
    const bpe::ContextPool::Loan loan(pool);
    CHECK(&*loan == first);
  }
}

TEST_CASE("context: two calls at a time have two") {
  bpe::ContextPool pool;
  const bpe::ContextPool::Loan first(pool), second(pool);
  CHECK(&*first != &*second);
}

TEST_CASE("context: at most one idle one for each processor stays") {
  bpe::ContextPool pool;
  const bpe::Pcre2Pattern pattern("a");
  const size_t many = slot_count() + 20;
  std::vector<std::unique_ptr<bpe::ContextPool::Loan>> loans;
  for (size_t i = 0; i < many; i++) {
    loans.push_back(std::make_unique<bpe::ContextPool::Loan>(pool));
    (*loans.back())->matchers.push_back(std::make_unique<bpe::Pcre2Matcher>(pattern));  // the mark by which it is known again
  }
  loans.clear();
  size_t known = 0;
  for (size_t i = 0; i < many; i++) {
    loans.push_back(std::make_unique<bpe::ContextPool::Loan>(pool));
    known += !(*loans.back())->matchers.empty();
  }
  CHECK(known == slot_count());
}

TEST_CASE("context: threads that share an encoding get the right tokens") {
  for (const char* name : {"cl100k_base", "o200k_base"}) {
    const bpe::Encoding& encoding = test::builtin(name);
    test::Random random(71);
    std::vector<std::string> texts;
    const std::vector<std::string> pieces = {" hello", "WORLD", " \n", "12345", "!!", "漢字", " tokenization", std::string(300, 'a'), "\xFF"};
    for (int i = 0; i < 200; i++) texts.push_back(random.mix(pieces, 1 + random.below(60)));
    std::vector<std::vector<uint32_t>> expected;
    for (const std::string& text : texts) expected.push_back(test::encode(encoding, text));
    std::atomic<size_t> wrong = 0;
    std::vector<std::thread> threads;
    for (size_t id = 0; id < slot_count() + 6; id++) {
      threads.emplace_back([&, id] {
        for (size_t i = 0; i < (test::is_slow ? 100 : 400); i++) {
          const size_t which = (i * 7 + id * 31) % texts.size();
          wrong += test::encode(encoding, texts[which]) != expected[which];
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
  }
}

#if defined(__unix__) || defined(__APPLE__)
// The sanitizers' own memory functions are not safe in a child of a program with threads.
TEST_CASE("context: a child of fork uses the encoding while threads of its parent did") {
  if (test::is_sanitized) return;
  const bpe::Encoding& encoding = test::builtin("cl100k_base");
  const std::string text = "hello world, " + std::string(2000, 'x');
  const std::vector<uint32_t> expected = test::encode(encoding, text);
  std::atomic<bool> is_over = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) {
    threads.emplace_back([&] {
      while (!is_over) test::encode(encoding, text);
    });
  }
  size_t good = 0;
  for (int i = 0; i < 50; i++) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(60);
      bool is_right = true;
      for (int k = 0; k < 10; k++) is_right &= test::encode(encoding, text) == expected;
      _exit(is_right ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 50);
}
#endif

#if defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 33)
// Sanitizers bring their own allocator, of which mallinfo2 says nothing.
TEST_CASE("context: a long text leaves no more than the bound behind, also where it was not read to its end") {
  if (test::is_sanitized) return;
  const auto bytes_in_use = [] {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  constexpr size_t bound = size_t{12} << 20;  // a context and its matcher
  bpe::Vocabulary::Tokens tokens = test::make_tokens(test::single_bytes_and({"ab"}));
  const bpe::Encoding encoding({"test", "[a-z]+|.", bpe::Vocabulary(std::move(tokens)), bpe::SpecialTokens()}, "");
  const std::string word(size_t{32} << 20, 'a'), bad = "\xFF" + std::string(size_t{32} << 20, ' ');
  const size_t before = bytes_in_use();
  bpe::count(encoding, bpe::Text(word), test::no_special, SIZE_MAX);
  CHECK(bytes_in_use() < before + bound);
  bpe::count(encoding, bpe::Text(bad), test::no_special, 0);
  CHECK(bytes_in_use() < before + bound);
}
#endif
#endif
