// The cache of pretokens: what it gives back is what was put in for equal bytes, or nothing; its memory has a limit.
#include <map>

#include "byte_hash.hpp"
#include "catch.hpp"
#include "pretoken_cache.hpp"
#include "support.hpp"

namespace {

using bpe::PretokenCache;
using bpe::PretokenValue;

constexpr size_t limit = size_t{8} << 20;

std::vector<uint32_t> ranks_of(const PretokenCache& cache, uint64_t value) {
  const uint32_t* ranks = cache.ranks_in_log(value);
  return {ranks, ranks + PretokenValue::count(value)};
}

uint64_t look_up(const PretokenCache& cache, std::string_view text) {
  const bpe::Text pretoken(text);
  const uint64_t value = cache.find_in_log(bpe::hash_bytes(pretoken.data, pretoken.size));
  return value ? cache.confirm(value, pretoken) : 0;
}

}  // namespace

TEST_CASE("pretoken cache: a value tells its ranks") {
  const uint32_t ranks[] = {bpe::max_vocabulary_size - 1, 0, 7};
  for (size_t count = 1; count <= 3; count++) {
    const uint64_t value = PretokenValue::of_ranks(ranks, count);
    CHECK(PretokenValue::inline_count(value) == count);
    CHECK_FALSE(PretokenValue::is_open(value));
    for (size_t i = 0; i < count; i++) CHECK((value >> (20 * i) & bpe::max_vocabulary_size) == ranks[i]);
  }
  CHECK(PretokenValue::of_rank(5) == PretokenValue::of_ranks(std::begin({5u}), 1));
  CHECK(PretokenValue::is_open(0));
  CHECK(PretokenValue::is_open(PretokenValue::at_place(1, 4)));
  CHECK(PretokenValue::count(PretokenValue::none) == 0);
  CHECK(PretokenValue::inline_count(PretokenValue::none) == 0);
  const uint64_t far = PretokenValue::at_place((uint64_t{1} << 40) - 1, 128);
  CHECK(PretokenValue::place(far) == (uint64_t{1} << 40) - 1);
  CHECK(PretokenValue::count(far) == 128);
  CHECK(PretokenValue::inline_count(far) == 0);
  const uint64_t in_chunk = PretokenValue::at_offset(0xFFFFFFFF, 0xFFFFFFF);
  CHECK(PretokenValue::offset(in_chunk) == 0xFFFFFFFF);
  CHECK(PretokenValue::count(in_chunk) == 0xFFFFFFF);
  CHECK(PretokenValue::inline_count(in_chunk) == 0);
}

TEST_CASE("pretoken cache: words that a shorter pretoken's key or an empty entry could equal are no keys") {
  CHECK_FALSE(PretokenCache::is_full_key(0));
  CHECK(PretokenCache::is_full_key(1));
  CHECK(PretokenCache::is_full_key(0xF7FFFFFFFFFFFFFF));
  for (uint64_t top = 0xF8; top <= 0xFF; top++) CHECK_FALSE(PretokenCache::is_full_key(top << 56));
}

TEST_CASE("pretoken cache: the log gives back what was appended last, or nothing") {
  PretokenCache cache(limit);
  test::Random random(3);
  std::map<std::string, std::vector<uint32_t>> appended;
  size_t found = 0;
  const size_t steps = test::is_sanitized ? 30000 : 200000;
  for (size_t step = 0; step < steps; step++) {
    const std::string text = random.letters("abc", 1 + random.below(random.below(10) ? 14 : bpe::max_cached_size));
    const uint64_t value = look_up(cache, text);
    if (value) {
      found++;
      REQUIRE(appended.count(text) == 1);
      REQUIRE(ranks_of(cache, value) == appended[text]);
      continue;
    }
    std::vector<uint32_t> ranks(1 + random.below(text.size()));
    for (uint32_t& rank : ranks) rank = uint32_t(random.below(bpe::max_vocabulary_size));
    const bpe::Text pretoken(text);
    const uint64_t added = cache.append_to_log(pretoken, bpe::hash_bytes(pretoken.data, pretoken.size), ranks.data(), ranks.size());
    REQUIRE(cache.confirm(added, pretoken) == added);
    REQUIRE(ranks_of(cache, added) == ranks);
    appended[text] = ranks;
    if (step % 100 == 0) cache.grow_if_full();
  }
  CHECK(found > steps / 10);
}

TEST_CASE("pretoken cache: an old place in the log is known to be gone, also when the log grows") {
  PretokenCache cache(limit);
  std::vector<std::pair<std::string, uint64_t>> entries;
  const uint32_t ranks[] = {1, 2, 3, 4};
  for (int i = 0; i < 20000; i++) {
    entries.emplace_back("entry " + std::to_string(i), 0);
    const bpe::Text pretoken(entries.back().first);
    entries.back().second = cache.append_to_log(pretoken, bpe::hash_bytes(pretoken.data, pretoken.size), ranks, 4);
    if (i == 15000) cache.grow_if_full();
  }
  size_t gone = 0;
  for (const auto& [text, value] : entries) {
    const uint64_t confirmed = cache.confirm(value, bpe::Text(text));
    gone += confirmed == 0;
    CHECK((confirmed == 0 || confirmed == value));
    CHECK(cache.confirm(value, bpe::Text("entry x")) == 0);
  }
  CHECK(gone > 10000);
  CHECK(gone < 20000);
}

TEST_CASE("pretoken cache: starts small and stays within its limit") {
  for (const size_t bound : {size_t{256} << 10, size_t{1} << 20, limit}) {
    PretokenCache cache(bound);
    CHECK(cache.memory_size() <= size_t{256} << 10);
    for (uint64_t key = 1; key < 400000; key++) {
      cache.insert_short(key, PretokenValue::of_rank(1));
      cache.insert_medium(key, key, PretokenValue::of_rank(1));
      const bpe::Text pretoken(&key, sizeof key);
      const uint32_t ranks[] = {1, 2, 3, 4};
      cache.append_to_log(pretoken, bpe::hash_bytes(pretoken.data, pretoken.size), ranks, 4);
      if (key % 1000 == 0) cache.grow_if_full();
    }
    CHECK(cache.memory_size() <= bound);
    CHECK(cache.memory_size() >= bound / 2);
  }
}

// After very many entries: places must not run over into the bits that say how many ranks there are.
TEST_CASE("pretoken cache: begins anew before the places in its log run out") {
  PretokenCache cache(limit, PretokenCache::max_place / 2 - 5000);
  const uint32_t ranks[] = {9, 8, 7, 6, 5};
  for (int i = 0; i < 3000; i++) {
    const std::string text = "entry " + std::to_string(i);
    const bpe::Text pretoken(text);
    const uint64_t value = cache.append_to_log(pretoken, bpe::hash_bytes(pretoken.data, pretoken.size), ranks, 5);
    CHECK(PretokenValue::inline_count(value) == 0);
    CHECK(PretokenValue::place(value) < PretokenCache::max_place / 2 + 1000);
    CHECK(cache.confirm(look_up(cache, text), pretoken) == value);
    CHECK(ranks_of(cache, value) == std::vector<uint32_t>(ranks, ranks + 5));
    if (i % 50 == 0) cache.grow_if_full();
  }
}
