// Where the time goes: nanoseconds per pretoken for each phase of the encoder, in memory, cold and warm.
//
// usage: phase_bench [--kernel=NAME] [--encoding=NAME] [--rounds=N] [--bytes=N] FILE...
//
//   scan    text -> starts of pretokens
//   keys    make_keys        probe   of the cache
//   merge   of the words that are no token, up to 64 bytes
//   misses  all else that pretokens without a value cost: log, vocabulary, longer merges, joining the cache
//   count   of tokens        emit    of tokens
//
// The encoder is the library's own; it is given phases that read the clock before and after they call the real ones. `cold`: the first
// pass over the text with an empty cache. `warm`: the pass behind it. A number is the median of the rounds. Before a kernel is timed its
// tokens are compared with those of bpe::encode, and the program fails if they differ: a wrong answer has no speed. Output: a table
// with tabs.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "builtin_encodings.hpp"
#include "chunk_encoder.hpp"
#include "encoder.hpp"
#include "encoding.hpp"
#include "scan/dispatch.hpp"
#include "token_sink.hpp"

namespace {

using namespace bpe;

enum Part { scan, keys, probe, merge_words, misses, count, emit, part_count };
constexpr const char* part_names[part_count] = {"scan", "keys", "probe", "merge", "misses", "count", "emit"};

using Times = std::array<double, part_count>;  // nanoseconds

double now() {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The phases with a clock around them. One thread.
struct Clocked {
  const Phases* real = nullptr;
  Times times = {};

  template <class Call>
  auto run(Part part, Call call) {
    struct Stop {
      Clocked& clocked;
      Part part;
      double begin = now();
      ~Stop() { clocked.times[part] += now() - begin; }
    } stop{*this, part};
    return call();
  }
} clocked;

constexpr Phases clocked_phases = {
    [](const uint8_t* text, Chunk& chunk, size_t begin, size_t end, const PretokenCache& cache) {
      clocked.run(keys, [&] { clocked.real->make_keys(text, chunk, begin, end, cache); });
    },
    [](Chunk& chunk, size_t begin, size_t end, const PretokenCache& cache) {
      clocked.run(probe, [&] { clocked.real->probe_short(chunk, begin, end, cache); });
    },
    [](Chunk& chunk, const PretokenCache& cache) { clocked.run(probe, [&] { clocked.real->probe_medium(chunk, cache); }); },
    [](const Chunk& chunk) { return clocked.run(count, [&] { return clocked.real->count(chunk); }); },
    [](const Chunk& chunk, const PretokenCache& cache, uint32_t* ranks) {
      return clocked.run(emit, [&] { return clocked.real->emit(chunk, cache, ranks); });
    },
    [](const Vocabulary& vocabulary, MergeBatch& batch) {
      clocked.run(merge_words, [&] { clocked.real->merge(vocabulary, batch); });
    },
};

// One pass over a text, as the encoder does it; no pretoken may be a giant. Returns the number of pretokens.
size_t pass(const Encoding& encoding, Text text, ChunkEncoder& encoder, TokenSink& sink) {
  clocked.real = &encoding.pretokenizer().phases();
  clocked.times = {};
  Chunk& chunk = encoder.chunk();
  chunk.gaps.clear();
  sink.expect(text.size);
  ScanState state;
  state.start(text, encoding.safe_split());
  size_t origin = 0, known = 0, pretokens = 0;
  while (!state.is_done) {
    const size_t found = clocked.run(scan, [&] {
      return encoding.pretokenizer().scan()(state, chunk.starts + known, Chunk::capacity - known);
    });
    const size_t starts = known + found;
    chunk.size = starts - 1;
    if (state.is_done) {
      chunk.starts[starts] = uint32_t(text.size - origin);
      chunk.size = starts;
    }
    pretokens += chunk.size;
    const Times before = clocked.times;
    const double begin = now();
    encoder.encode_chunk(encoding.vocabulary(), clocked_phases, text.part(origin, text.size), sink);
    double rest = now() - begin;
    for (const Part part : {keys, probe, merge_words, count, emit}) rest -= clocked.times[part] - before[part];
    clocked.times[misses] += rest;
    if (state.is_done) break;
    origin += chunk.starts[starts - 1];
    state.origin = origin;
    chunk.starts[0] = 0;
    known = 1;
  }
  return pretokens;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void print(const char* file, const Encoding& encoding, const char* state, size_t size, size_t pretokens, const std::vector<Times>& rounds) {
  const char* name = std::strrchr(file, '/') ? std::strrchr(file, '/') + 1 : file;
  std::printf("%s\t%s\t%s\t%s", name, encoding.name().c_str(), encoding.pretokenizer().engine(), state);
  std::vector<double> sums;
  for (size_t part = 0; part < part_count; part++) {
    std::vector<double> values;
    for (const Times& times : rounds) values.push_back(times[part]);
    std::printf("\t%.2f", median(values) / double(pretokens));
  }
  for (const Times& times : rounds) {
    double sum = 0;
    for (const double part : times) sum += part;
    sums.push_back(sum);
  }
  const double sum = median(sums);
  std::printf("\t%.2f\t%.0f\t%.2f\n", sum / double(pretokens), double(size) / sum * 1e3, double(size) / double(pretokens));
  std::fflush(stdout);
}

bool run(const char* file, const std::vector<uint8_t>& bytes, const Encoding& encoding, size_t rounds) {
  const Text text(bytes.data(), bytes.size());
  TokenBuffer expected;
  encode(encoding, text, SpecialSelection{}, expected);
  std::vector<Times> cold, warm;
  size_t pretokens = 0;
  for (size_t round = 0; round < rounds; round++) {
    const auto encoder = std::make_unique<ChunkEncoder>(ContextPool::default_cache_limit);
    TokenBuffer tokens;
    for (std::vector<Times>* times : {&cold, &warm}) {
      tokens.clear();
      pretokens = pass(encoding, text, *encoder, tokens);
      times->push_back(clocked.times);
      if (tokens.size() != expected.size() || !std::equal(tokens.data(), tokens.data() + tokens.size(), expected.data())) {
        std::fprintf(stderr, "%s: %s with %s: WRONG TOKENS\n", file, encoding.name().c_str(), encoding.pretokenizer().engine());
        return false;
      }
    }
  }
  print(file, encoding, "cold", text.size, pretokens, cold);
  print(file, encoding, "warm", text.size, pretokens, warm);
  return true;
}

std::vector<uint8_t> read_file(const char* path, size_t most) {
  std::FILE* file = std::fopen(path, "rb");
  if (!file) {
    std::perror(path);
    std::exit(2);
  }
  std::vector<uint8_t> bytes;
  uint8_t buffer[1 << 16];
  for (size_t size; bytes.size() < most && (size = std::fread(buffer, 1, std::min(sizeof buffer, most - bytes.size()), file)) > 0;) {
    bytes.insert(bytes.end(), buffer, buffer + size);
  }
  std::fclose(file);
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  std::string_view kernel, only_encoding;
  size_t rounds = 5, most = SIZE_MAX;
  std::vector<const char*> files;
  for (int i = 1; i < argc; i++) {
    const std::string_view argument = argv[i];
    const auto value_of = [&](std::string_view name) { return argument.substr(0, name.size()) == name ? argv[i] + name.size() : nullptr; };
    if (const char* value = value_of("--kernel=")) {
      kernel = value;
    } else if (const char* value = value_of("--encoding=")) {
      only_encoding = value;
    } else if (const char* value = value_of("--rounds=")) {
      rounds = std::max(1, std::atoi(value));
    } else if (const char* value = value_of("--bytes=")) {
      most = size_t(std::max(1LL, std::atoll(value)));
    } else {
      files.push_back(argv[i]);
    }
  }
  if (files.empty()) {
    std::fprintf(stderr, "usage: phase_bench [--kernel=NAME] [--encoding=NAME] [--rounds=N] [--bytes=N] FILE...\n");
    return 2;
  }
  std::printf("text\tencoding\tkernel\tstate");
  for (const char* name : part_names) std::printf("\t%s", name);
  std::printf("\tsum\tMB/s\tbytes/pretoken\n");
  bool all_right = true;
  for (const char* name : {"cl100k_base", "o200k_base"}) {
    if (!only_encoding.empty() && only_encoding != name) continue;
    for (const Kernel* const* one = kernels; *one; one++) {
      if (!(*one)->is_supported() || (!kernel.empty() && kernel != (*one)->name)) continue;
      const Encoding encoding(make_builtin_parts(name), (*one)->name);
      for (const char* file : files) all_right &= run(file, read_file(file, most), encoding, rounds);
    }
  }
  return all_right ? 0 : 1;
}
