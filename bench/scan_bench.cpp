// Speed of the scanners alone, in memory: text -> starts of pretokens.
//
// usage: scan_bench [--kernel=NAME] [--pattern=NAME] [--cuts] [--seconds=S] FILE...
//
// For each file, pattern and kernel: MB/s (10^6 bytes), and ns for each start. The file is scanned in pieces of 256 KiB, over and over,
// from the cache; the time of each piece is its best one (first number) or its median one (second), and these are added up. Short pieces
// keep the best ones meaningful on a machine that has other work. Before a kernel is timed, its splits of the whole file are compared
// with those of the scalar scanner, and the program fails if they differ: a wrong answer has no speed.
// --cuts: letters are cut where a vocabulary of the pattern's kind allows. A line "short" has the times of texts of few bytes, each scanned by a
// call of its own.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builtin_encodings.hpp"
#include "safe_split.hpp"
#include "scan/dispatch.hpp"

namespace {

using namespace bpe;

// The built-in encoding that splits nearest to a pattern. A pattern without one of its own gets its cuts, which tell as much of speed.
const char* encoding_name(Pattern pattern) {
  switch (pattern) {
    case Pattern::r50k:
    case Pattern::starcoder: return "r50k_base";
    case Pattern::o200k:
    case Pattern::tekken:
    case Pattern::kimi: return "o200k_base";
    default: return "cl100k_base";
  }
}

struct Options {
  std::string_view kernel;
  std::string_view pattern;
  bool cuts = false;
  double seconds = 0.5;
  std::vector<const char*> files;
};

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::vector<uint8_t> read_file(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (!file) {
    std::perror(path);
    std::exit(2);
  }
  std::vector<uint8_t> bytes;
  uint8_t buffer[1 << 16];
  for (size_t size; (size = std::fread(buffer, 1, sizeof buffer, file)) > 0;) bytes.insert(bytes.end(), buffer, buffer + size);
  std::fclose(file);
  return bytes;
}

// Calls `receive` with each list of starts and its origin.
template <class Receive>
void scan(const Kernel& kernel, size_t pattern, Text text, const SafeSplit* cuts, Receive receive) {
  static constexpr size_t capacity = 2048;
  static uint32_t starts[capacity];
  ScanState state;
  state.start(text, cuts);
  while (!state.is_done) {
    const size_t count = kernel.scan[pattern](state, starts, capacity);
    receive(starts, count, state.origin);
    state.origin = state.position;
  }
}

std::vector<size_t> scalar_starts(size_t pattern, Text text) {
  const NextPretoken next = scalar_scanner(Pattern(pattern));
  std::vector<size_t> starts;
  for (const uint8_t* at = text.begin(); at < text.end(); at = next(at, text.end())) starts.push_back(size_t(at - text.begin()));
  return starts;
}

// The splits without cuts must be those of the scalar scanner; with cuts they must contain them.
bool is_right(const Kernel& kernel, size_t pattern, Text text, const SafeSplit* cuts, const std::vector<size_t>& expected) {
  std::vector<size_t> starts;
  scan(kernel, pattern, text, cuts, [&](const uint32_t* some, size_t count, size_t origin) {
    for (size_t i = 0; i < count; i++) starts.push_back(origin + some[i]);
  });
  return cuts ? std::includes(starts.begin(), starts.end(), expected.begin(), expected.end()) : starts == expected;
}

struct Speed {
  double best = 0, median = 0;  // seconds
  size_t starts = 0;
};

// pass(piece) scans a piece and returns how many starts it has.
template <class Pass>
Speed measure(double seconds, const std::vector<Text>& pieces, Pass pass) {
  std::vector<std::vector<double>> times(pieces.size());
  Speed speed;
  const double end = now() + seconds;
  for (size_t round = 0; round < 2 || now() < end; round++) {
    speed.starts = 0;
    for (size_t i = 0; i < pieces.size(); i++) {
      speed.starts += pass(pieces[i]);  // and brings the piece into the cache
      for (size_t repeat = 0; repeat < 3; repeat++) {
        const double begin = now();
        pass(pieces[i]);
        times[i].push_back(now() - begin);
      }
    }
  }
  for (std::vector<double>& piece : times) {
    std::sort(piece.begin(), piece.end());
    speed.best += piece.front();
    speed.median += piece[piece.size() / 2];
  }
  return speed;
}

std::vector<Text> cut(Text text, size_t size) {
  std::vector<Text> pieces;
  for (size_t at = 0; at < text.size; at += size) pieces.push_back(text.part(at, std::min(at + size, text.size)));
  return pieces;
}

void print(const char* file, size_t pattern, const char* kernel, size_t size, const Speed& speed) {
  const char* name = std::strrchr(file, '/') ? std::strrchr(file, '/') + 1 : file;
  std::printf("%-16s %-7s %-18s %8.0f %8.0f MB/s %7.2f ns/start %6.2f bytes/start\n", name, pattern_name(Pattern(pattern)), kernel,
              size / speed.best / 1e6, size / speed.median / 1e6, speed.best * 1e9 / speed.starts, double(size) / speed.starts);
}

// Texts of one size, each scanned by its own call.
void print_short(const char* file, size_t pattern, const Kernel& kernel, Text text, const SafeSplit* cuts, double seconds) {
  const char* name = std::strrchr(file, '/') ? std::strrchr(file, '/') + 1 : file;
  std::printf("%-16s %-7s %-18s short:", name, pattern_name(Pattern(pattern)), kernel.name);
  for (const size_t size : {12, 64, 100, 1000}) {
    const std::vector<Text> texts = cut(text.part(0, std::min(text.size, 1000 * size)), size);
    const Speed speed = measure(seconds / 8, {text}, [&](Text) {
      size_t total = 0;
      for (const Text one : texts) scan(kernel, pattern, one, cuts, [&](const uint32_t*, size_t count, size_t) { total += count; });
      return total;
    });
    std::printf("  %zu bytes %.1f ns", size, speed.best * 1e9 / double(texts.size()));
  }
  std::puts("");
}

bool run_file(const char* file, const Options& options, const std::optional<SafeSplit> (&all_cuts)[pattern_count]) {
  const std::vector<uint8_t> bytes = read_file(file);
  const Text text(bytes.data(), bytes.size());
  const std::vector<Text> pieces = cut(text, 256 << 10);
  bool all_right = true;
  for (size_t pattern = 0; pattern < pattern_count; pattern++) {
    if (!options.pattern.empty() && options.pattern != pattern_name(Pattern(pattern))) continue;
    const std::vector<size_t> expected = scalar_starts(pattern, text);
    const SafeSplit* cuts = all_cuts[pattern] ? &*all_cuts[pattern] : nullptr;
    for (const Kernel* const* kernel = kernels; *kernel; kernel++) {
      if (!(*kernel)->is_supported() || (!options.kernel.empty() && options.kernel != (*kernel)->name)) continue;
      if (!is_right(**kernel, pattern, text, cuts, expected)) {
        std::printf("%s: %s splits %s WRONG\n", file, (*kernel)->name, pattern_name(Pattern(pattern)));
        all_right = false;
        continue;
      }
      print(file, pattern, (*kernel)->name, text.size, measure(options.seconds, pieces, [&](Text piece) {
              size_t total = 0;
              scan(**kernel, pattern, piece, cuts, [&](const uint32_t*, size_t count, size_t) { total += count; });
              return total;
            }));
      print_short(file, pattern, **kernel, text, cuts, options.seconds);
    }
    if (options.kernel.empty() || options.kernel == "scalar") {
      print(file, pattern, "scalar", text.size, measure(options.seconds, pieces, [&](Text piece) {
              const NextPretoken next = scalar_scanner(Pattern(pattern));
              size_t total = 0;
              for (const uint8_t* at = piece.begin(); at < piece.end(); at = next(at, piece.end())) total++;
              return total;
            }));
    }
  }
  return all_right;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i++) {
    const std::string_view argument = argv[i];
    const auto value_of = [&](std::string_view name) -> const char* {
      return argument.substr(0, name.size()) == name ? argv[i] + name.size() : nullptr;
    };
    if (const char* kernel = value_of("--kernel=")) {
      options.kernel = kernel;
    } else if (const char* pattern = value_of("--pattern=")) {
      options.pattern = pattern;
    } else if (const char* seconds = value_of("--seconds=")) {
      options.seconds = std::atof(seconds);
    } else if (argument == "--cuts") {
      options.cuts = true;
    } else {
      options.files.push_back(argv[i]);
    }
  }
  if (options.files.empty()) {
    std::fprintf(stderr, "usage: scan_bench [--kernel=NAME] [--pattern=NAME] [--cuts] [--seconds=S] FILE...\n");
    return 2;
  }
  std::optional<SafeSplit> cuts[pattern_count];
  if (options.cuts) {
    for (size_t i = 0; i < pattern_count; i++) cuts[i] = make_safe_split(make_builtin_parts(encoding_name(Pattern(i))).vocabulary);
  }
  bool all_right = true;
  for (const char* file : options.files) all_right &= run_file(file, options, cuts);
  return all_right ? 0 : 1;
}
