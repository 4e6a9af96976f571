// The three sinks, filled in chunks of every size.
#include <memory>
#include <numeric>

#include "catch.hpp"
#include "support.hpp"
#include "token_sink.hpp"

namespace {

// Numbers 0, 1, 2, ... in chunks of these sizes; `spare` more elements are asked for than written.
bool fill(bpe::TokenSink& sink, const std::vector<size_t>& chunks, size_t spare = 0) {
  uint32_t next = 0;
  for (const size_t chunk : chunks) {
    if (uint32_t* room = sink.room(chunk + spare)) {
      std::iota(room, room + chunk, next);
      std::fill(room + chunk, room + chunk + spare, 0xAAAAAAAAu);
    }
    next += uint32_t(chunk);
    if (!sink.add(chunk)) return false;
  }
  return true;
}

const std::vector<size_t> chunks = {1, 3, 0, 70, 1, 5000, 2, 0, 9};
const size_t total = 5086;

}  // namespace

TEST_CASE("token sink: a buffer grows and keeps what it has") {
  for (const size_t spare : {0, 1, 40}) {
    bpe::TokenBuffer buffer;
    CHECK(fill(buffer, chunks, spare));
    REQUIRE(buffer.size() == total);
    for (size_t i = 0; i < total; i++) REQUIRE(buffer.data()[i] == i);
    buffer.clear();
    CHECK(buffer.size() == 0);
    CHECK(fill(buffer, {2}));
    uint32_t* const released = buffer.release();
    CHECK(released[1] == 1);
    std::free(released);
    CHECK(buffer.size() == 0);
    CHECK(fill(buffer, {3}));
  }
}

TEST_CASE("token sink: a buffer has room for what is expected, and keeps what it has") {
  bpe::TokenBuffer buffer;
  CHECK(fill(buffer, chunks));
  for (const size_t bytes : {0, 100, 100000, 20000000}) {
    buffer.expect(bytes);
    for (size_t i = 0; i < total; i++) REQUIRE(buffer.data()[i] == i);
    const uint32_t* const data = buffer.data();
    CHECK(buffer.room(bytes / 3) == data + total);
  }
  if (test::is_sanitized) return;  // see below
  bpe::TokenBuffer other;
  CHECK_THROWS_AS(other.expect(SIZE_MAX), std::bad_alloc);
}

TEST_CASE("token sink: a buffer refuses sizes beyond memory") {
  bpe::TokenBuffer buffer;
  CHECK_THROWS_AS(buffer.room(SIZE_MAX), std::bad_alloc);
  if (test::is_sanitized) return;  // which end the program where malloc would refuse
  CHECK_THROWS_AS(buffer.room(SIZE_MAX / sizeof(uint32_t)), std::bad_alloc);
  CHECK(fill(buffer, {3}));
}

TEST_CASE("token sink: an array holds the first tokens, whatever the chunks") {
  for (const size_t spare : {0, 1, 40}) {
    for (const size_t capacity : {0, 1, 2, 3, 4, 5, 73, 74, 75, 76, 5074, 5075, 5085, 5086, 5087, 6000}) {
      const std::unique_ptr<uint32_t[]> tokens(new uint32_t[capacity]);
      bpe::TokenArray array(tokens.get(), capacity);
      CHECK(fill(array, chunks, spare));
      CHECK(array.size() == total);
      for (size_t i = 0; i < std::min(capacity, total); i++) REQUIRE(tokens[i] == i);
    }
  }
}

TEST_CASE("token sink: a counter stops beyond its limit") {
  for (const size_t limit : {0, 1, 3, 4, 73, 74, 75, 5085, 5086, 5087}) {
    bpe::TokenCounter counter(limit);
    CHECK(fill(counter, chunks) == (total <= limit));
    CHECK(counter.count() == std::min(total, limit + 1));
  }
  bpe::TokenCounter counter(SIZE_MAX);
  CHECK(fill(counter, chunks));
  CHECK(counter.count() == total);
}
