// Memory of tables: zeroed, aligned, movable, of every size around the steps.
#include <algorithm>
#include <cstdint>

#include "catch.hpp"
#include "support.hpp"
#include "table_memory.hpp"

TEST_CASE("table memory: zeroed, aligned and writable to its last byte") {
  constexpr size_t kib = 1024, mib = kib * kib;
  for (const size_t size : std::vector<size_t>{1, 63, 64, 65, 4096, 64 * kib - 1, 64 * kib, 64 * kib + 1, mib, 2 * mib - 1, 2 * mib,
                                               2 * mib + 1, 5 * mib + 12345}) {
    for (int round = 0; round < 2; round++) {  // the second may get memory that the first one wrote to
      bpe::Table<uint8_t> table(size);
      CHECK(table.size() == size);
      CHECK(table.memory_size() == size);
      CHECK(reinterpret_cast<uintptr_t>(table.data()) % 64 == 0);
      CHECK(std::all_of(table.begin(), table.end(), [](uint8_t byte) { return byte == 0; }));
      std::fill(table.data(), table.data() + size, uint8_t{0xA5});
    }
  }
}

TEST_CASE("table memory: moves") {
  bpe::Table<uint64_t> first(1000);
  first[999] = 7;
  const uint64_t* const data = first.data();
  bpe::Table<uint64_t> second = std::move(first);
  CHECK(second.data() == data);
  CHECK(second[999] == 7);
  bpe::Table<uint64_t> third(20000);
  third = std::move(second);
  CHECK(third.data() == data);
  CHECK(third.size() == 1000);
  third = bpe::Table<uint64_t>();
  CHECK(third.size() == 0);
  CHECK(bpe::Table<uint64_t>(0).data() == nullptr);
}

TEST_CASE("table memory: grows with what it has, and zero behind it") {
  constexpr size_t kib = 1024;
  for (const size_t first : {size_t{0}, kib, 32 * kib, 64 * kib, 300 * kib}) {
    bpe::Table<uint32_t> table(first / 4);
    size_t filled = 0;
    for (size_t size = std::max(first, kib); size <= 5000 * kib; size *= 2) {
      if (size > table.memory_size()) table.grow(size / 4);
      REQUIRE(table.memory_size() == size);
      for (size_t i = 0; i < filled; i++) REQUIRE(table[i] == uint32_t(i + 1));
      for (; filled < table.size(); filled++) {
        REQUIRE(table[filled] == 0);
        table[filled] = uint32_t(filled + 1);
      }
    }
  }
}

TEST_CASE("table memory: what is resident at once is zeroed, too") {
  for (const size_t size : {size_t{1}, size_t{100000}, size_t{3000000}}) {
    bpe::Table<uint8_t> table(size);
    table.populate();
    CHECK(std::all_of(table.begin(), table.end(), [](uint8_t byte) { return byte == 0; }));
  }
}
