// The hash reads its bytes and no others, and every one of them counts.
#include <algorithm>
#include <cstring>

#include "byte_hash.hpp"
#include "catch.hpp"
#include "support.hpp"

TEST_CASE("hash: equal bytes anywhere have equal hashes, and each bit changes them") {
  test::Random random(81);
  for (size_t size = 0; size <= 70; size++) {
    std::string text(size, '\0');
    for (char& c : text) c = char(random.next());
    const test::ExactCopy copy(text);
    const uint64_t hash = bpe::hash_bytes(copy.text().data, size);
    for (size_t shift = 0; shift < 8; shift++) {
      const std::string moved = std::string(shift, 'x') + text + "y";
      CHECK(bpe::hash_bytes(reinterpret_cast<const uint8_t*>(moved.data()) + shift, size) == hash);
    }
    for (size_t bit = 0; bit < 8 * size; bit++) {
      std::string changed = text;
      changed[bit / 8] = char(changed[bit / 8] ^ (1 << (bit % 8)));
      REQUIRE(bpe::hash_bytes(bpe::Text(changed).data, size) != hash);
    }
  }
}

TEST_CASE("hash: few collisions among all short strings and among runs") {
  std::vector<uint64_t> hashes;
  const auto add = [&](std::string_view text) { hashes.push_back(bpe::hash_bytes(bpe::Text(text).data, text.size())); };
  for (unsigned a = 0; a < 256; a++) {
    add(std::string(1, char(a)));
    for (unsigned b = 0; b < 256; b++) add(std::string{char(a), char(b)});
  }
  for (unsigned n = 0; n < 1000000; n += 7) add(std::to_string(n));
  for (size_t size = 1; size < 2000; size++) {
    add(std::string(size + 8, 'a'));
    add(std::string(size + 8, '\0'));
  }
  std::sort(hashes.begin(), hashes.end());
  // "0" to "99" are also among the strings of one and two bytes: only multiples of 7 were added twice.
  const size_t twice = size_t(hashes.end() - std::unique(hashes.begin(), hashes.end()));
  CHECK(twice == 15);
}

TEST_CASE("failure: a message that is too long is cut") {
  const bpe::Failure failure(TOKEN_RANKER_INTERNAL, 7, "%s", std::string(1000, 'x').c_str());
  CHECK(std::strlen(failure.what()) == 239);
  CHECK(failure.offset == 7);
}
