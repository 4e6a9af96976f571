// Times inputs that were made to be slow, through the C ABI, each with a new handle, so that nothing is cached.
//
//   adversarial_bench [--quick] DIRECTORY      where hard_words.txt is
//
// A table in Markdown: milliseconds for each megabyte at 1 MB and at 16 MB (--quick: 4 MB), as many times as prose; then other calls, and
// hostile patterns. Time of the processor. Bounds, for known patterns: texts of pretokens over 64 bytes 60 ms per MB, others 10 times
// prose; 16 MB 20 times the time of 1 MB. What misses one is marked, and the exit status is 1.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "hard_texts.hpp"
#include "token_ranker.h"

namespace {

constexpr double most_ms_per_mb = 60, most_times_prose = 10, most_growth = 20;
constexpr size_t megabyte = 1'000'000;

struct Ranker {
  explicit Ranker(const std::string& encoding, const char* pattern = nullptr) {
    token_ranker_definition definition = {};
    definition.struct_size = sizeof definition;
    definition.vocabulary = encoding.data();
    definition.vocabulary_size = encoding.size();
    definition.format = TOKEN_RANKER_FORMAT_BUILTIN;
    definition.pattern = pattern;
    definition.pattern_size = pattern ? std::strlen(pattern) : 0;
    token_ranker_load(&definition, &handle, nullptr);
  }
  ~Ranker() { token_ranker_free(handle); }
  Ranker(const Ranker&) = delete;
  Ranker& operator=(const Ranker&) = delete;
  token_ranker_t* handle = nullptr;
};

// Of the processor, on all threads.
template <class Call>
double milliseconds(const Call& call) {
  const std::clock_t begin = std::clock();
  call();
  return 1000.0 * double(std::clock() - begin) / CLOCKS_PER_SEC;
}

size_t encode(const Ranker& ranker, const std::string& text, std::vector<uint32_t>& tokens, token_ranker_status* status = nullptr) {
  size_t size = 0;
  const token_ranker_status result =
      token_ranker_encode(ranker.handle, text.data(), text.size(), nullptr, 0, tokens.data(), tokens.size(), &size, nullptr);
  if (status) *status = result;
  return size;
}

// Of encoding, with an empty cache; best of a few.
double encode_time(const std::string& encoding, const std::string& text, std::vector<uint32_t>& tokens, int rounds) {
  double best = 1e300;
  for (int round = 0; round < rounds; round++) {
    const Ranker ranker(encoding);
    best = std::min(best, milliseconds([&] { encode(ranker, text, tokens); }));
  }
  return best;
}

struct Call {
  const char* name;
  void (*run)(const Ranker& ranker, const std::string& text, std::vector<uint32_t>& tokens);
};

void run_count(const Ranker& ranker, const std::string& text, std::vector<uint32_t>&) {
  size_t count;
  token_ranker_count(ranker.handle, text.data(), text.size(), nullptr, TOKEN_RANKER_ALL_SPECIAL, SIZE_MAX, &count, nullptr);
}

void run_batch(const Ranker& ranker, const std::string& text, std::vector<uint32_t>&) {
  const int64_t offsets[] = {0, int64_t(text.size())};
  token_ranker_result* result;
  token_ranker_encode_batch(ranker.handle, text.data(), offsets, 1, nullptr, 0, 2, &result, nullptr);
  token_ranker_result_free(result);
}

void run_decode(const Ranker& ranker, const std::string& text, std::vector<uint32_t>& tokens) {
  const size_t size = encode(ranker, text, tokens);
  std::string bytes(text.size(), '\0');
  size_t bytes_size;
  token_ranker_decode(ranker.handle, tokens.data(), size, bytes.data(), bytes.size(), &bytes_size, nullptr);
}

template <size_t part>
void run_stream(const Ranker& ranker, const std::string& text, std::vector<uint32_t>&) {
  token_ranker_encoder* encoder;
  token_ranker_stream_encoder(ranker.handle, nullptr, TOKEN_RANKER_ALL_SPECIAL, &encoder, nullptr);
  const uint32_t* made;
  size_t size;
  for (size_t at = 0; at < text.size(); at += part)
    token_ranker_stream_encoder_push(encoder, text.data() + at, std::min(part, text.size() - at), &made, &size, nullptr);
  token_ranker_stream_encoder_finish(encoder, &made, &size, nullptr);
  token_ranker_stream_encoder_free(encoder);
}

void run_truncate(const Ranker& ranker, const std::string& text, std::vector<uint32_t>&) {
  size_t size;
  token_ranker_truncate(ranker.handle, text.data(), text.size(), nullptr, 0, text.size() / 10, &size, nullptr);
}

void run_chunks(const Ranker& ranker, const std::string& text, std::vector<uint32_t>&) {
  token_ranker_span chunk = {0, 0};
  while (token_ranker_next_chunk(ranker.handle, text.data(), text.size(), 512, 64, &chunk, nullptr) == TOKEN_RANKER_OK &&
         chunk.end > chunk.begin) {
  }
}

void run_offsets(const Ranker& ranker, const std::string& text, std::vector<uint32_t>& tokens) {
  std::vector<token_ranker_span> spans(tokens.size());
  size_t size;
  token_ranker_encode_with_offsets(ranker.handle, text.data(), text.size(), nullptr, 0, tokens.data(), spans.data(), spans.size(), &size,
                                   nullptr);
}

constexpr Call calls[] = {{"count", run_count},       {"batch", run_batch},   {"decode", run_decode},  {"stream of 64 B", run_stream<64>},
                          {"truncate", run_truncate}, {"chunks", run_chunks}, {"offsets", run_offsets}};

// Patterns that backtrack, and what makes them do it. Bounded, whatever the answer.
struct Hostile {
  const char* pattern;
  const char* unit;
};
constexpr Hostile hostiles[] = {
    {"(?:a+)+b|a", "a"},
    {"(?:a|aa)+b|[^b]", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"},
    {"(?:a+)+b", "aaaaaaaaaaaaaaaaaaaaaaaaa!"},
    {"(?:a+)+b|[^b]", "aaaaaaaaaaaaaaaaaaaa!"},
    {"(?:a+)+b|[^b]", "aaaaaa!"},
    {"(?:.*?,){11}x|.", "1,2,3,4,5,6,7,8,9,10,11,12,13,"},
    {"(?=(?:.*?a){3}b)a|.", "a"},
    {"(?:\\s*\\w?)*=|.", "a b c "},
    {"\\s+$|\\S+|\\s", " "},
};

}  // namespace

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const bool is_quick = count > 1 && std::strcmp(arguments[1], "--quick") == 0;
  if (count != 2 + is_quick) return std::fprintf(stderr, "usage: adversarial_bench [--quick] DIRECTORY\n"), 2;
  const size_t large = is_quick ? 4 : 16;
  const std::vector<test::HardText> texts = test::hard_texts(arguments[1 + is_quick]);
  std::vector<uint32_t> tokens(large * megabyte + 100);
  int misses = 0;

  std::printf("| input | encoding | ms/MB at 1 MB | at %zu MB | times prose | |\n|-|-|-:|-:|-:|-|\n", large);
  for (const char* encoding : {"r50k_base", "p50k_base", "cl100k_base", "o200k_base"}) {
    const double prose = encode_time(encoding, test::prose(megabyte), tokens, 5);
    std::printf("| prose | %s | %.1f | %.1f | 1.0 | |\n", encoding, prose,
                encode_time(encoding, test::prose(large * megabyte), tokens, 2) / double(large));
    for (const test::HardText& text : texts) {
      const double small_time = encode_time(encoding, text.make(megabyte), tokens, 3);
      const double large_time = encode_time(encoding, text.make(large * megabyte), tokens, 1);
      const bool is_slow = text.is_long_pieces ? small_time > most_ms_per_mb : small_time > most_times_prose * prose;
      const bool grows = large_time > most_growth / 16 * double(large) * small_time && large_time / double(large) > prose;
      misses += is_slow + grows;
      std::printf("| %s | %s | %.1f | %.1f | %.1f | %s%s |\n", text.name.c_str(), encoding, small_time, large_time / double(large),
                  small_time / prose, is_slow ? "slow " : "", grows ? "grows" : "");
    }
  }

  std::printf("\n| input | ");
  for (const Call& call : calls) std::printf("%s | ", call.name);
  std::printf("(o200k_base, ms/MB at 1 MB)\n|-|");
  for (size_t i = 0; i < std::size(calls); i++) std::printf("-:|");
  std::printf("\n");
  for (const test::HardText& text : texts) {
    const std::string made = text.make(megabyte);
    std::printf("| %s |", text.name.c_str());
    for (const Call& call : calls) {
      const Ranker ranker("o200k_base");
      std::printf(" %.1f |", milliseconds([&] { call.run(ranker, made, tokens); }));
    }
    std::printf("\n");
  }

  std::printf("\n| pattern | text | ms at 1 MB | answer |\n|-|-|-:|-|\n");
  for (const Hostile& hostile : hostiles) {
    const std::string text = test::HardText{"", hostile.unit, {}, true}.make(megabyte);
    const Ranker ranker("cl100k_base", hostile.pattern);
    token_ranker_status status = TOKEN_RANKER_INTERNAL;
    const double time = milliseconds([&] { encode(ranker, text, tokens, &status); });
    std::printf("| `%s` | `%.12s`… | %.0f | %s |\n", hostile.pattern, hostile.unit, time, token_ranker_status_name(status));
  }
  if (misses) std::printf("\n%d bounds are missed\n", misses);
  return misses > 0;
}
