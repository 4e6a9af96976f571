// Keys of short pretokens: equal keys are equal bytes.
#include <map>

#include "catch.hpp"
#include "pretoken_key.hpp"
#include "support.hpp"

using bpe::PretokenKey;

TEST_CASE("pretoken key: words that a shorter pretoken's key or an empty entry could equal are no keys") {
  CHECK_FALSE(bpe::is_full_key(0));
  CHECK(bpe::is_full_key(1));
  CHECK(bpe::is_full_key(0xF7FFFFFFFFFFFFFF));
  for (uint64_t top = 0xF8; top <= 0xFF; top++) CHECK_FALSE(bpe::is_full_key(top << 56));
  for (size_t size = 0; size < 8; size++) CHECK_FALSE(bpe::is_full_key(bpe::size_marker(size)));
}

TEST_CASE("pretoken key: loads the bytes and no others") {
  test::Random random(8);
  for (size_t size = 0; size <= 8; size++) {
    const test::ExactCopy copy(random.letters("\x01\x7F\x80\xFF", size));
    uint64_t expected = 0;
    for (size_t i = 0; i < size; i++) expected |= uint64_t{copy.text().data[i]} << (8 * i);
    CHECK(bpe::load_up_to_8(copy.text().data, size) == expected);
  }
}

TEST_CASE("pretoken key: different bytes have different keys") {
  test::Random random(9);
  std::map<std::pair<uint64_t, uint64_t>, std::string> texts[2];
  size_t without = 0;
  for (int i = 0; i < (test::is_slow ? 20000 : 300000); i++) {
    const std::string text = random.letters(std::string_view("\0\x01\xF8\xF9\xFF", 5), random.below(19));
    const test::ExactCopy copy(text);
    const PretokenKey key = PretokenKey::of(copy.text());
    REQUIRE(key.kind == PretokenKey::kind_of(copy.text()));
    if (key.kind == PretokenKey::none) {
      const bool has_full_word = text.size() == 8 || text.size() == 16;
      REQUIRE((text.empty() || text.size() > 16 || (has_full_word && !bpe::is_full_key(bpe::load_8(copy.text().end() - 8)))));
      without++;
      continue;
    }
    REQUIRE((key.kind == PretokenKey::short_key) == (text.size() <= 8));
    REQUIRE((key.kind == PretokenKey::short_key ? key.low : key.high) != 0);
    const auto [known, is_new] = texts[key.kind == PretokenKey::short_key].try_emplace({key.low, key.high}, text);
    REQUIRE(known->second == text);
  }
  CHECK(without > 100);
}
