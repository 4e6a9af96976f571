// Every pair is found, no other is, whatever the number of pairs and wherever the pilots come from.
#include <algorithm>
#include <set>

#include "catch.hpp"
#include "pair_table.hpp"
#include "support.hpp"

using bpe::Merge;
using bpe::PairTable;

namespace {

std::vector<Merge> random_merges(size_t count, uint32_t limit, uint64_t seed) {
  test::Random random(seed);
  std::set<std::pair<uint32_t, uint32_t>> pairs;
  while (pairs.size() < count) pairs.emplace(uint32_t(random.below(limit)), uint32_t(random.below(limit)));
  std::vector<Merge> merges;
  for (const auto& [left, right] : pairs) merges.push_back({left, right, uint32_t(random.below(bpe::max_vocabulary_size))});
  return merges;
}

size_t count_wrong(const PairTable& table, const std::vector<Merge>& merges) {
  return size_t(std::count_if(merges.begin(), merges.end(), [&](const Merge& m) { return table.find(m.left, m.right) != m.rank; }));
}

}  // namespace

TEST_CASE("an empty pair table finds nothing") {
  for (const PairTable& table : {PairTable(), PairTable({}, {})}) {
    for (uint32_t left = 0; left < 300; left++) {
      for (uint32_t right = 0; right < 300; right++) REQUIRE(table.find(left, right) == bpe::no_rank);
    }
  }
}

TEST_CASE("a pair table finds its pairs and no others") {
  const size_t count = GENERATE(1, 2, 3, 12, 13, 16, 17, 31, 32, 33, 1000, 50000);
  const std::vector<Merge> merges = random_merges(count, 1000, count);
  const PairTable table(merges, {});
  CHECK(count_wrong(table, merges) == 0);
  size_t found = 0;
  for (uint32_t left = 0; left < 1000; left++) {
    for (uint32_t right = 0; right < 1000; right++) found += table.find(left, right) != bpe::no_rank;
  }
  CHECK(found == count);
}

TEST_CASE("a pair table takes the largest ranks") {
  const uint32_t last = bpe::max_vocabulary_size - 1;
  const std::vector<Merge> merges = {{last, last, last}, {0, 0, 0}, {0, last, 1}, {last, 0, last - 1}};
  const PairTable table(merges, {});
  CHECK(count_wrong(table, merges) == 0);
  CHECK(table.find(last - 1, last) == bpe::no_rank);
  CHECK(table.find(1, 0) == bpe::no_rank);
}

TEST_CASE("given pilots make the same table as searched ones, for fewer pairs too") {
  std::vector<Merge> merges = random_merges(20000, bpe::max_vocabulary_size, 5);
  const PairTable searched(merges, {});
  const PairTable given(merges, searched.pilots());
  CHECK(std::equal(given.pilots().begin(), given.pilots().end(), searched.pilots().begin(), searched.pilots().end()));
  CHECK(count_wrong(given, merges) == 0);

  const std::vector<Merge> kept(merges.begin(), merges.begin() + 7000), dropped(merges.begin() + 7000, merges.end());
  const PairTable fewer(kept, searched.pilots());
  CHECK(count_wrong(fewer, kept) == 0);
  for (const Merge& merge : dropped) REQUIRE(fewer.find(merge.left, merge.right) == bpe::no_rank);
}

TEST_CASE("pairs in a row have a table: all of two hundred thousand and all of one left token") {
  std::vector<Merge> merges;
  for (uint32_t i = 0; i < 200000; i++) merges.push_back({i, i + 1, i});
  CHECK(count_wrong(PairTable(merges, {}), merges) == 0);
  merges.clear();
  for (uint32_t i = 0; i < 100000; i++) merges.push_back({7, i, i});
  CHECK(count_wrong(PairTable(merges, {}), merges) == 0);
  merges.clear();
  for (uint32_t i = 0; i < 100000; i++) merges.push_back({i, 7, i});
  CHECK(count_wrong(PairTable(merges, {}), merges) == 0);
}
