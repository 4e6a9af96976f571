// The cache of pretokens: what it gives back is what was put in for equal bytes, or nothing; its memory has a limit.
#include <algorithm>
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
  const uint64_t place = cache.find_entry(bpe::hash_bytes(pretoken.data, pretoken.size));
  return place ? cache.confirm_entry(place, pretoken) : 0;
}

void append(PretokenCache& cache, std::string_view text, const std::vector<uint32_t>& ranks) {
  const bpe::Text pretoken(text);
  cache.append_entry(pretoken, bpe::hash_bytes(pretoken.data, pretoken.size), ranks.data(), ranks.size());
}

// As the phases do.
uint64_t find_short(const PretokenCache& cache, uint64_t key) {
  const PretokenCache::ShortLine& line = cache.short_line(cache.short_distance(bpe::short_hash(key)));
  for (size_t way = 0; way < PretokenCache::ways; way++) {
    if (line.keys[way] == key) return line.values[way];
  }
  return 0;
}

uint64_t find_medium(const PretokenCache& cache, uint64_t low, uint64_t high) {
  const uint32_t distance = cache.medium_distance(bpe::medium_hash(low, high));
  const PretokenCache::MediumLine& line = cache.medium_line(distance);
  for (size_t way = 0; way < PretokenCache::ways; way++) {
    if (line.keys[way][0] == low && line.keys[way][1] == high) return cache.medium_values(distance).values[way];
  }
  return 0;
}

}  // namespace

TEST_CASE("pretoken cache: a value tells its ranks") {
  const uint32_t ranks[] = {bpe::max_vocabulary_size - 1, 0, 7};
  const uint32_t one[] = {5, UINT32_MAX, UINT32_MAX};
  for (size_t count = 1; count <= 3; count++) {
    const uint64_t value = PretokenValue::of_ranks(ranks, count);
    CHECK(PretokenValue::inline_count(value) == count);
    CHECK_FALSE(PretokenValue::is_open(value));
    for (size_t i = 0; i < count; i++) CHECK((value >> (20 * i) & bpe::max_vocabulary_size) == ranks[i]);
  }
  CHECK(PretokenValue::of_rank(5) == PretokenValue::of_ranks(one, 1));
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

TEST_CASE("pretoken cache: the log gives back what was appended last, or nothing") {
  PretokenCache cache(limit);
  test::Random random(3);
  std::map<std::string, std::vector<uint32_t>> appended;
  size_t found = 0;
  const size_t steps = test::is_slow ? 30000 : 200000;
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
    append(cache, text, ranks);
    REQUIRE(ranks_of(cache, look_up(cache, text)) == ranks);
    appended[text] = ranks;
    if (step % 100 == 0) cache.grow_if_full();
  }
  CHECK(found > steps / 10);
}

TEST_CASE("pretoken cache: an old place in the log is known to be gone, also when the log grows") {
  PretokenCache cache(limit);
  std::vector<uint64_t> values;
  const auto ranks_for = [](size_t i) { return std::vector<uint32_t>(4 + i % 9, uint32_t(i)); };
  size_t gone_before_growing = 0;
  for (size_t i = 0; i < 9000; i++) {
    const std::vector<uint32_t> ranks = ranks_for(i);
    values.push_back(cache.append_ranks(ranks.data(), ranks.size()));
    REQUIRE(cache.is_in_log(values.back()));
    if (i == 4000) {
      gone_before_growing = size_t(std::count_if(values.begin(), values.end(), [&](uint64_t value) { return !cache.is_in_log(value); }));
      cache.grow_if_full();
    }
  }
  size_t gone = 0;
  for (size_t i = 0; i < values.size(); i++) {
    if (cache.is_in_log(values[i])) {
      CHECK(ranks_of(cache, values[i]) == ranks_for(i));
    } else {
      CHECK(i == gone++);  // the oldest
    }
  }
  CHECK(gone_before_growing > 1000);
  CHECK(gone > gone_before_growing);
  CHECK(gone < 8000);
  CHECK_FALSE(cache.is_in_log(0));
  CHECK_FALSE(cache.is_in_log(PretokenValue::of_rank(1)));
}

TEST_CASE("pretoken cache: entries of the log are told apart by their bytes") {
  PretokenCache cache(limit);
  append(cache, "an entry", {1, 2, 3, 4});
  const uint64_t place = cache.find_entry(bpe::hash_bytes(bpe::Text("an entry").data, 8));
  REQUIRE(place != 0);
  CHECK(cache.confirm_entry(place, bpe::Text("an entry")) != 0);
  CHECK(cache.confirm_entry(place, bpe::Text("an entrY")) == 0);
  CHECK(cache.confirm_entry(place, bpe::Text("an entr")) == 0);
  CHECK(cache.confirm_entry(place, bpe::Text("an entry ")) == 0);
}

// Nothing is lost while lines split, and what is found belongs to the key.
TEST_CASE("pretoken cache: keeps what it has when it grows") {
  PretokenCache cache(limit);
  test::Random random(4);
  struct Known {
    uint64_t low, high;
    std::string text;
  };
  std::vector<Known> known;
  size_t size = cache.memory_size(), times = 0;
  const auto value_of = [](size_t i) { return PretokenValue::of_rank(uint32_t(i)); };
  for (size_t i = 0; times < 12; i++) {
    known.push_back({random.next() | 1, random.next() | 1, "entry " + std::to_string(i)});
    cache.insert_short(known[i].low, value_of(i));
    cache.insert_medium(known[i].low, known[i].high, value_of(i));
    append(cache, known[i].text, {uint32_t(i)});
    if (i % 500) continue;

    const auto found = [&](size_t k) {
      const uint64_t entry = look_up(cache, known[k].text);
      return std::vector<uint64_t>{find_short(cache, known[k].low), find_medium(cache, known[k].low, known[k].high),
                                   entry ? PretokenValue::of_rank(*cache.ranks_in_log(entry)) : 0};
    };
    std::vector<std::vector<uint64_t>> before;
    for (size_t k = 0; k <= i; k++) before.push_back(found(k));
    cache.grow_if_full();
    for (size_t k = 0; k <= i; k++) {
      const std::vector<uint64_t> after = found(k);
      for (size_t part = 0; part < after.size(); part++) {
        REQUIRE(after[part] == before[k][part]);
        REQUIRE((after[part] == 0 || after[part] == value_of(k)));
      }
    }
    times += cache.memory_size() > size;
    size = cache.memory_size();
  }
}

TEST_CASE("pretoken cache: starts small and stays within its limit") {
  for (const size_t bound : {size_t{256} << 10, size_t{1} << 20, limit}) {
    PretokenCache cache(bound);
    CHECK(cache.memory_size() <= size_t{256} << 10);
    for (uint64_t key = 1; key < 400000; key++) {
      cache.insert_short(key, PretokenValue::of_rank(1));
      cache.insert_medium(key, key, PretokenValue::of_rank(1));
      append(cache, {reinterpret_cast<const char*>(&key), sizeof key}, {1, 2, 3, 4});
      if (key % 1000 == 0) cache.grow_if_full();
    }
    CHECK(cache.memory_size() <= bound);
    CHECK(cache.memory_size() >= bound / 2);
  }
}

// After very many entries: places must not run over into the bits that say how many ranks there are.
TEST_CASE("pretoken cache: begins anew before the places in its log run out") {
  PretokenCache cache(limit, PretokenCache::max_place / 2 - 5000);
  const std::vector<uint32_t> ranks = {9, 8, 7, 6, 5};
  for (int i = 0; i < 3000; i++) {
    const std::string text = "entry " + std::to_string(i);
    append(cache, text, ranks);
    const uint64_t value = cache.append_ranks(ranks.data(), ranks.size());
    CHECK(PretokenValue::inline_count(value) == 0);
    CHECK(PretokenValue::place(value) < PretokenCache::max_place / 2 + 1000);
    CHECK(ranks_of(cache, value) == ranks);
    CHECK(ranks_of(cache, look_up(cache, text)) == ranks);
    if (i % 50 == 0) cache.grow_if_full();
  }
}
