// The examples of FIPS 180-4, and sizes around a block by a digest of digests.
#include "load/sha256.hpp"

#include "catch.hpp"
#include "support.hpp"

namespace {

std::string digest(std::string_view text) { return bpe::sha256(test::ExactCopy(text).text()); }

}  // namespace

TEST_CASE("sha256: published examples") {
  CHECK(digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(digest(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256: every size around the edge of a block") {
  std::string digests;
  for (size_t size = 0; size < 200; size++) digests += digest(std::string(size, char(size)));
  CHECK(digest(digests) == "c86ce814ed1233ab1d4b273da1b6b13765cd39e72e81ce941452479e70ff1b10");
}
