// Rank files as they are and as they must not be: each refusal with its line.
#include "catch.hpp"
#include "load/rank_file.hpp"
#include "support.hpp"

namespace {

std::string base64(std::string_view bytes) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; k++) bits = bits << 8 | (k < group.size() ? uint8_t(group[k]) : 0u);
    for (size_t k = 0; k < 4; k++) text += k <= group.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

// The lines of the single bytes: 1 .. 256.
std::string byte_lines() {
  std::string file;
  for (int byte = 0; byte < 256; byte++) file += base64(std::string(1, char(byte))) + " " + std::to_string(byte) + "\n";
  return file;
}

bpe::Vocabulary load(std::string_view file) { return bpe::load_rank_file(test::ExactCopy(file).text()); }

struct Refusal {
  const char* name;
  std::string file;
  token_ranker_status status;
  uint64_t offset;
};

void check_refused(const Refusal& refusal) {
  const test::Outcome outcome = test::outcome_of([&] { load(refusal.file); });
  CAPTURE(refusal.name, outcome.message);
  CHECK(outcome.status == refusal.status);
  CHECK(outcome.offset == refusal.offset);
  if (refusal.status != TOKEN_RANKER_MISSING_BYTE)
    CHECK(outcome.message.find("line " + std::to_string(refusal.offset) + ":") != std::string::npos);
}

}  // namespace

TEST_CASE("rank file: an ordinary one") {
  const bpe::Vocabulary vocabulary = load(byte_lines() + "YWI= 256\nYWJj 257\n");
  CHECK(vocabulary.size() == 258);
  CHECK(vocabulary.bytes(256).view() == "ab");
  CHECK(vocabulary.bytes(257).view() == "abc");
  CHECK(vocabulary.numbers_are_ranks());
  CHECK(vocabulary.merged(256, 'c') == 257);
}

TEST_CASE("rank file: ends of lines, blank lines and white space as tiktoken reads them") {
  const std::string bytes = byte_lines();
  std::string carriage_returns = bytes, both;
  for (const char c : bytes) both += c == '\n' ? "\r\n" : std::string(1, c);
  for (char& c : carriage_returns) c = c == '\n' ? '\r' : c;
  for (const std::string& file : {
           bytes + "YWI= 256",                      // no end of the last line
           bytes + "YWI= 256\n\n\n",                // empty lines at the end
           "\n\r\n\r" + bytes + "\n\rYWI= 256\r\n",  // and everywhere
           carriage_returns + "YWI= 256\r",         //
           both + "YWI= 256\r\n",                   //
           bytes + "YWI=\t256\n",                   // a tab
           bytes + " \t YWI= \x0B\x0C  256 \t\n",   // all white space of ASCII, around too
           "YWI= 256\n" + bytes,                    // out of order
           bytes + "YWI= 000000000000000000256\n",  // zeros in front
       }) {
    const bpe::Vocabulary vocabulary = load(file);
    CHECK(vocabulary.size() == 257);
    CHECK(vocabulary.bytes(256).view() == "ab");
    CHECK(vocabulary.number(256) == 256);
  }
}

TEST_CASE("rank file: ranks with holes, up to the last 32-bit number") {
  const bpe::Vocabulary vocabulary = load("YWI= 4294967295\n" + byte_lines() + "YmM= 300\n");
  CHECK(vocabulary.size() == 258);
  CHECK_FALSE(vocabulary.numbers_are_ranks());
  CHECK(vocabulary.bytes(256).view() == "bc");
  CHECK(vocabulary.number(256) == 300);
  CHECK(vocabulary.bytes(257).view() == "ab");
  CHECK(vocabulary.number(257) == UINT32_MAX);
}

TEST_CASE("rank file: tokens of every byte") {
  std::string file = byte_lines();
  std::vector<std::string> tokens;
  test::Random random(41);
  for (size_t size = 2; size < 100; size++) {
    std::string token(size, '\0');
    for (char& c : token) c = char(random.next());
    file += base64(token) + " " + std::to_string(size + 1000) + "\n";
    tokens.push_back(token);
  }
  const bpe::Vocabulary vocabulary = load(file);
  for (size_t i = 0; i < tokens.size(); i++) {
    CHECK(vocabulary.bytes(uint32_t(256 + i)).view() == tokens[i]);
    CHECK(vocabulary.number(uint32_t(256 + i)) == i + 1002);
  }
}

TEST_CASE("rank file: refused lines") {
  const std::string bytes = byte_lines();
  const auto with = [&](std::string line) { return bytes + line; };
  for (const Refusal& refusal : {
           Refusal{"no rank", with("YWI=\n"), TOKEN_RANKER_MISSING_FIELD, 257},
           Refusal{"no rank behind a blank", with("YWI= \n"), TOKEN_RANKER_MISSING_FIELD, 257},
           Refusal{"three fields", with("YWI= 256 x\n"), TOKEN_RANKER_MISSING_FIELD, 257},
           Refusal{"only blanks", with("  \n"), TOKEN_RANKER_MISSING_FIELD, 257},
           Refusal{"only a rank", with("256\n"), TOKEN_RANKER_MISSING_FIELD, 257},
           Refusal{"a rank behind a blank", with(" 256\n"), TOKEN_RANKER_EMPTY_TOKEN, 257},
           Refusal{"counted with empty lines and \\r\\n", with("\r\n\r\n\nYWI=\r\n"), TOKEN_RANKER_MISSING_FIELD, 260},
           Refusal{"the first line", "x\n" + bytes, TOKEN_RANKER_MISSING_FIELD, 1},
           Refusal{"base64: not a multiple of four", with("YWI 256\n"), TOKEN_RANKER_BAD_BASE64, 257},
           Refusal{"base64: foreign characters", with("!!!! 256\n"), TOKEN_RANKER_BAD_BASE64, 257},
           Refusal{"base64: the alphabet of URLs", with("-_-_ 256\n"), TOKEN_RANKER_BAD_BASE64, 257},
           Refusal{"base64: padding in the middle", with("YQ==YQ== 256\n"), TOKEN_RANKER_BAD_BASE64, 257},
           Refusal{"base64: only padding", with("==== 256\n"), TOKEN_RANKER_BAD_BASE64, 257},
           Refusal{"base64: three of padding", with("Y=== 256\n"), TOKEN_RANKER_BAD_BASE64, 257},
           Refusal{"base64: a byte order mark", "\xEF\xBB\xBF" + bytes, TOKEN_RANKER_BAD_BASE64, 1},
           Refusal{"base64: a NUL", with(std::string("YW\0= 256\n", 9)), TOKEN_RANKER_BAD_BASE64, 257},
           Refusal{"rank: a word", with("YWI= x\n"), TOKEN_RANKER_BAD_RANK, 257},
           Refusal{"rank: negative", with("YWI= -1\n"), TOKEN_RANKER_BAD_RANK, 257},
           Refusal{"rank: signed", with("YWI= +256\n"), TOKEN_RANKER_BAD_RANK, 257},
           Refusal{"rank: a fraction", with("YWI= 256.0\n"), TOKEN_RANKER_BAD_RANK, 257},
           Refusal{"rank: hexadecimal", with("YWI= 0x100\n"), TOKEN_RANKER_BAD_RANK, 257},
           Refusal{"rank: 2^32", with("YWI= 4294967296\n"), TOKEN_RANKER_BAD_RANK, 257},
           Refusal{"rank: 2^64 + 256", with("YWI= 18446744073709551872\n"), TOKEN_RANKER_BAD_RANK, 257},
           Refusal{"the same token twice", with("YWI= 256\nYWI= 257\n"), TOKEN_RANKER_DUPLICATE_TOKEN, 258},
           Refusal{"the same token twice, spelled otherwise", with("YWI= 256\nYWJ= 257\n"), TOKEN_RANKER_DUPLICATE_TOKEN, 258},
           Refusal{"a single byte twice", with("YQ== 256\n"), TOKEN_RANKER_DUPLICATE_TOKEN, 257},
           Refusal{"the same rank twice", with("YWI= 256\nYmM= 256\n"), TOKEN_RANKER_DUPLICATE_RANK, 258},
           Refusal{"the rank of a byte", with("YWI= 97\n"), TOKEN_RANKER_DUPLICATE_RANK, 257},
           Refusal{"the first mistake is told", with("YWI= x\nYWI=\n"), TOKEN_RANKER_BAD_RANK, 257},
       })
    check_refused(refusal);
}

TEST_CASE("rank file: missing bytes") {
  check_refused({"nothing", "", TOKEN_RANKER_MISSING_BYTE, 0});
  check_refused({"only ends of lines", "\n\r\n\r", TOKEN_RANKER_MISSING_BYTE, 0});
  const std::string bytes = byte_lines();
  check_refused({"without the last byte", bytes.substr(0, bytes.rfind("/w== ")), TOKEN_RANKER_MISSING_BYTE, 255});
  check_refused({"without the first byte", bytes.substr(bytes.find('\n')), TOKEN_RANKER_MISSING_BYTE, 0});
}

TEST_CASE("rank file: limits") {
  CHECK(load(byte_lines() + base64(std::string(4096, 'x')) + " 256\n").max_token_size() == 4096);
  check_refused({"a token of 4,097 bytes", byte_lines() + base64(std::string(4097, 'x')) + " 256\n", TOKEN_RANKER_TOO_LARGE, 257});
}

TEST_CASE("rank file: as many bytes as there may be, and one more") {
  if (test::is_sanitized) return;  // a minute there
  // 16 MiB of bytes in all: 4,095 tokens of 4,096 bytes and the single ones leave 3,840.
  std::string file = byte_lines();
  for (int i = 0; i < 4095; i++) {
    const std::string token = std::to_string(10000 + i);
    file += base64(token + std::string(4096 - token.size(), 'x')) + " " + std::to_string(300 + i) + "\n";
  }
  CHECK(test::outcome_of([&] { load(file + base64(std::string(3840, 'y')) + " 299\n"); }).status == TOKEN_RANKER_OK);
  check_refused({"too many bytes", file + base64(std::string(3841, 'y')) + " 299\n", TOKEN_RANKER_TOO_LARGE, 256 + 4095 + 1});
}

TEST_CASE("rank file: as many tokens as there may be, and one more") {
  if (test::is_sanitized) return;
  std::string file = byte_lines();
  uint32_t rank = 256;
  // All of two bytes, then some of three.
  for (; rank < bpe::max_vocabulary_size; rank++) {
    const uint32_t n = rank - 256;
    const std::string token = n < 65536 ? std::string{char(n >> 8), char(n)} : std::string{char(n >> 16), char(n >> 8), char(n)};
    file += base64(token) + " " + std::to_string(rank) + "\n";
  }
  const bpe::Vocabulary vocabulary = load(file);
  REQUIRE(vocabulary.size() == 1048575);
  size_t wrong = 0;
  for (uint32_t r = 0; r < vocabulary.size(); r++) wrong += vocabulary.find(vocabulary.bytes(r)) != r;
  CHECK(wrong == 0);
  CHECK(vocabulary.find(bpe::Text(std::string_view("\x0F\xFE\xFF", 3))) == bpe::no_rank);
  check_refused({"one more", file + "enp6eg== 2000000\n", TOKEN_RANKER_TOO_LARGE, 1048576});
}
