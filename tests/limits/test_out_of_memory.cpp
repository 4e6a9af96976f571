// Each allocation of each call fails once, alone and with all behind it: the call says OUT_OF_MEMORY or gives the right answer, nothing is
// left behind, and the handle works on.
#include <algorithm>
#include <string>

#include "allocation_hook.hpp"
#include "catch.hpp"
#include "samples.hpp"
#include "support.hpp"

namespace {

using test::Operation;
using test::Source;

// What was seen over all allocations of a call.
struct Tally {
  uint64_t allocations = 0;
  uint64_t refused = 0;  // how often the call said OUT_OF_MEMORY
  std::string mistake;   // the first one

  bool expect(bool is_right, uint64_t failure, const char* what) {
    if (!is_right && mistake.empty()) mistake = "allocation " + std::to_string(failure) + ": " + what;
    return is_right;
  }
};

// For each allocation of attempt() that fails: prepare(), attempt(), is_sound(its status), which leaves nothing behind.
// The first ones and then every step-th.
template <class Prepare, class Attempt, class IsSound>
void fail_each(uint64_t step, bool fails_for_good, Tally& tally, const Prepare& prepare, const Attempt& attempt, const IsSound& is_sound) {
  constexpr uint64_t first = test::is_sanitized ? 12 : 100;
  bool has_failed = true;
  for (uint64_t failure = 1; has_failed && tally.mistake.empty(); failure += failure < first ? 1 : step) {
    const int64_t blocks = test::live_allocations(), mapped = test::live_mapped_bytes();
    prepare();
    test::start_failing({failure, fails_for_good, false});
    const token_ranker_status status = attempt();
    const uint64_t allocations = test::stop_failing();
    has_failed = test::has_failed();
    if (!has_failed) tally.allocations = allocations;
    tally.refused += status == TOKEN_RANKER_OUT_OF_MEMORY;
    const bool is_right = is_sound(status);
    const bool is_released = test::live_allocations() == blocks && test::live_mapped_bytes() == mapped;
    tally.expect(status == TOKEN_RANKER_OK || (has_failed && status == TOKEN_RANKER_OUT_OF_MEMORY), failure,
                 token_ranker_status_name(status)) &&
        tally.expect(is_right, failure, "wrong, then or afterwards") && tally.expect(is_released, failure, "not all memory is released");
  }
}

uint64_t run(const token_ranker_t* ranker, const Operation& operation, std::string_view text) {
  uint64_t hash = 0;
  return operation.run(ranker, text, hash) == TOKEN_RANKER_OK ? hash : 0;
}

uint64_t run(const Source& source, const Operation& operation, std::string_view text = test::mixed_text()) {
  token_ranker_t* ranker = nullptr;
  REQUIRE(source.open(ranker) == TOKEN_RANKER_OK);
  const uint64_t hash = run(ranker, operation, text);
  token_ranker_free(ranker);
  REQUIRE(hash != 0);
  return hash;
}

// A new handle each time, so that all begins as empty.
Tally fail_operation(const Source& source, const Operation& operation, bool fails_for_good, uint64_t step,
                     std::string_view text = test::mixed_text()) {
  const uint64_t expected = run(source, operation, text);
  Tally tally;
  token_ranker_t* ranker = nullptr;
  uint64_t hash;
  fail_each(
      step, fails_for_good, tally, [&] { source.open(ranker); }, [&] { return operation.run(ranker, text, hash); },
      [&](token_ranker_status status) {
        const bool is_right = status != TOKEN_RANKER_OK || hash == expected;
        const bool works_on = run(ranker, operation, text) == expected;
        token_ranker_free(ranker);
        return is_right && works_on;
      });
  return tally;
}

Tally fail_loading(const Source& source, bool fails_for_good, uint64_t step) {
  const Operation& encode = test::operations()[1];
  const uint64_t expected = run(source, encode);
  Tally tally;
  token_ranker_t* ranker;
  fail_each(
      step, fails_for_good, tally, [&] { ranker = nullptr; }, [&] { return source.open(ranker); },
      [&](token_ranker_status status) {
        if (status != TOKEN_RANKER_OK) return ranker == nullptr;
        const bool is_right = run(ranker, encode, test::mixed_text()) == expected;
        token_ranker_free(ranker);
        return is_right;
      });
  return tally;
}

void check(const Tally& tally, const std::string& source, const char* what, bool fails_for_good) {
  CAPTURE(source, what, fails_for_good, tally.allocations);
  CHECK(tally.mistake == "");
  CHECK((tally.refused > 0) == (tally.allocations > 0));
}

void check_operations(const Source& source, const std::vector<Operation>& operations, uint64_t step = 1) {
  for (const Operation& operation : operations) {
    for (const bool fails_for_good : {false, true})
      check(fail_operation(source, operation, fails_for_good, step), source.name, operation.name, fails_for_good);
  }
}

void check_loading(const Source& source, uint64_t step = 1) {
  for (const bool fails_for_good : {false, true}) check(fail_loading(source, fails_for_good, step), source.name, "load", fails_for_good);
}

}  // namespace

TEST_CASE("out of memory: while a small vocabulary is loaded") {
  for (const Source& source : test::small_sources()) check_loading(source);
}

TEST_CASE("out of memory: while an encoding inside the library is opened") {
  for (const char* name : {"gpt2", "cl100k_base"}) check_loading(test::builtin_source(name), test::is_sanitized ? 11 : 1);
  // A thousand special tokens are a thousand times the same.
  check_loading(test::builtin_source("o200k_harmony"), test::is_sanitized ? 97 : 31);
}

TEST_CASE("out of memory: in every call, with small vocabularies") {
  for (const Source& source : test::small_sources()) check_operations(source, test::operations(), test::is_sanitized ? 11 : 1);
}

TEST_CASE("out of memory: in every call, with an encoding inside the library") {
  for (const char* name : {"cl100k_base", "o200k_harmony"})
    check_operations(test::builtin_source(name), {test::operations()[1]}, test::is_sanitized ? 11 : 1);
}

// Where PCRE2's machine code has not stack enough, its interpreter matches, and gives back what it needed: another allocation.
TEST_CASE("out of memory: while the interpreter of PCRE2 backtracks deeply") {
  const Source source = test::matched_source("(?:[a-y]|z)+!|[a-z]+");
  const std::string text(size_t{60} << 10, 'a');
  for (const bool fails_for_good : {false, true})
    check(fail_operation(source, test::operations()[0], fails_for_good, 1, text), source.name, "a long run", fails_for_good);
}

TEST_CASE("out of memory: in batches on several threads") {
  check_operations(test::small_sources()[0], test::threaded_operations(), test::is_sanitized ? 31 : 1);
}

TEST_CASE("out of memory: threads that do not start leave their work to the others") {
  const Source source = test::builtin_source("o200k_base");
  for (const Operation& operation : test::threaded_operations()) {
    const uint64_t expected = run(source, operation);
    token_ranker_t* ranker = nullptr;
    REQUIRE(source.open(ranker) == TOKEN_RANKER_OK);
    test::AllocationPlan plan;
    plan.refuses_threads = true;
    test::start_failing(plan);
    const uint64_t hash = run(ranker, operation, test::mixed_text());
    test::stop_failing();
    token_ranker_free(ranker);
    CAPTURE(operation.name);
    CHECK(hash == expected);
  }
}
