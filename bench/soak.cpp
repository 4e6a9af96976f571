// Whether memory stays flat, through the C ABI: the table of docs/reliability.md. The exit status is 1 where it does not.
//
//   soak           the long form: about half an hour
//   soak --quick   what the tests run: seconds
//
// Resident memory is that of /proc/self/statm without what is shared with files. It may not grow by more than `slack` over the second half
// of each exercise.
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "token_ranker.h"

namespace {

constexpr double slack_mib = 6;  // what malloc's own bookkeeping may vary by
int failures = 0;

double resident_mib() {
  long pages = 0, shared = 0;
  if (std::FILE* statm = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(statm, "%*d %ld %ld", &pages, &shared) != 2) pages = shared = 0;
    std::fclose(statm);
  }
  return double(pages - shared) * double(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

void report(const char* what, double before, double after, double most_growth) {
  const bool is_flat = after - before <= most_growth;
  failures += !is_flat;
  std::printf("| %s | %.1f | %.1f | %s |\n", what, before, after, is_flat ? "yes" : "NO");
  std::fflush(stdout);
}

token_ranker_t* open(const std::string& name) {
  token_ranker_t* ranker = nullptr;
  if (token_ranker(name.data(), name.size(), &ranker, nullptr) != TOKEN_RANKER_OK)
    std::printf("%s does not open\n", name.c_str()), failures++;
  return ranker;
}

std::string small_file() {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string file;
  for (int byte = 0; byte < 256; byte++)
    file += std::string{digits[byte >> 2], digits[(byte & 3) << 4], '=', '='} + " " + std::to_string(byte) + "\n";
  return file + "YWI= 256\n";
}

token_ranker_t* open_small(const std::string& file, const char* pattern) {
  token_ranker_definition definition = {};
  definition.struct_size = sizeof definition;
  definition.vocabulary = file.data();
  definition.vocabulary_size = file.size();
  definition.format = TOKEN_RANKER_FORMAT_RANKS;
  definition.pattern = pattern;
  definition.pattern_size = std::strlen(pattern);
  token_ranker_t* ranker = nullptr;
  if (token_ranker_load(&definition, &ranker, nullptr) != TOKEN_RANKER_OK) failures++;
  return ranker;
}

size_t count(const token_ranker_t* ranker, const std::string& text) {
  size_t count = 0;
  token_ranker_count(ranker, text.data(), text.size(), nullptr, 0, SIZE_MAX, &count, nullptr);
  return count;
}

// Words that were never there before, of all sizes up to 40 letters.
class Words {
 public:
  void fill(std::string& text, size_t words) {
    text.clear();
    for (size_t i = 0; i < words; i++) {
      uint64_t mixed = next_++ * 0x9E3779B97F4A7C15;
      const size_t size = 7 + next_ % 33;
      text += ' ';
      for (size_t k = 0; k < size; k++) {
        text += char('a' + mixed % 26);
        mixed = mixed / 26 ? mixed / 26 : (next_ + k) * 0xD1B54A32D192ED03;
      }
    }
  }

 private:
  uint64_t next_ = 1;
};

void encode_distinct_words(const char* name, size_t words) {
  token_ranker_t* ranker = open(name);
  Words source;
  std::string text;
  double half = 0, highest = 0;
  constexpr size_t at_once = 50'000;
  for (size_t done = 0; done < words; done += at_once) {
    source.fill(text, at_once);
    count(ranker, text);
    if (done < words / 2)
      half = std::max(half, resident_mib());
    else
      highest = std::max(highest, resident_mib());
  }
  char what[80];
  std::snprintf(what, sizeof what, "%s: %zu distinct words", name, words);
  report(what, half, highest, slack_mib);
  token_ranker_free(ranker);
}

void open_and_free(const char* what, size_t cycles, token_ranker_t* (*make)()) {
  const std::string text = "hello world, 12345 \xE6\xBC\xA2 isn't it?";
  double half = 0, highest = 0;
  for (size_t i = 0; i < cycles; i++) {
    token_ranker_t* ranker = make();
    count(ranker, text);
    token_ranker_free(ranker);
    if (i % (cycles / 20 + 1) && i + 1 < cycles) continue;
    double& most = i < cycles / 2 ? half : highest;
    most = std::max(most, resident_mib());
  }
  char line[80];
  std::snprintf(line, sizeof line, "%zu times open and free: %s", cycles, what);
  report(line, half, highest, slack_mib);
}

void free_returns_memory(const char* name) {
  Words source;
  std::string text;
  source.fill(text, 200'000);
  malloc_trim(0);
  const double before = resident_mib();
  token_ranker_t* ranker = open(name);
  count(ranker, text);
  const double used = resident_mib();
  token_ranker_free(ranker);
  malloc_trim(0);  // what the C library keeps for the next allocation
  const double after = resident_mib();
  std::printf("| %s: before it is opened and after free (%.1f while used) | %.1f | %.1f | %s |\n", name, used, before, after,
              after - before <= slack_mib && used - before > slack_mib ? "yes" : "NO");
  failures += !(after - before <= slack_mib && used - before > slack_mib);
}

void* run_thread(void* ranker) {
  static const std::string text = "hello from a short thread, with some words: unforeseeable handkerchiefs";
  count(static_cast<token_ranker_t*>(ranker), text);
  return nullptr;
}

void call_from_threads(size_t threads) {
  token_ranker_t* ranker = open("cl100k_base");
  double half = 0, highest = 0;
  constexpr size_t at_once = 8;
  for (size_t done = 0; done < threads; done += at_once) {
    pthread_t running[at_once];
    for (pthread_t& thread : running) failures += pthread_create(&thread, nullptr, run_thread, ranker) != 0;
    for (const pthread_t thread : running) pthread_join(thread, nullptr);
    double& most = done < threads / 2 ? half : highest;
    most = std::max(most, resident_mib());
  }
  char what[80];
  std::snprintf(what, sizeof what, "%zu short threads, 8 at a time", threads);
  report(what, half, highest, slack_mib);
  token_ranker_free(ranker);
}

const std::string& small() {
  static const std::string file = small_file();
  return file;
}

}  // namespace

int main(int arguments_size, char** arguments) {
  const bool is_quick = arguments_size > 1 && std::strcmp(arguments[1], "--quick") == 0;
  std::printf("| exercise | MiB, first half at most | MiB, second half at most | flat |\n|-|-:|-:|-|\n");
  free_returns_memory("o200k_base");
  encode_distinct_words("cl100k_base", is_quick ? 3'000'000 : 50'000'000);
  if (!is_quick) encode_distinct_words("o200k_base", 50'000'000);
  open_and_free("a vocabulary of 257 tokens, scanned", is_quick ? 5'000 : 1'000'000, [] {
    return open_small(small(), "'s|'t|'re|'ve|'m|'ll|'d| ?[\\p{L}]+| ?[\\p{N}]+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");
  });
  open_and_free("the same, matched by PCRE2", is_quick ? 2'000 : 200'000, [] { return open_small(small(), "\\p{L}+|.|\\s"); });
  open_and_free("cl100k_base", is_quick ? 100 : 3'000, [] { return open("cl100k_base"); });
  call_from_threads(is_quick ? 1'000 : 10'000);
  return failures > 0;
}
