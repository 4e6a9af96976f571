// Runs targets over the inputs of their corpora, without libFuzzer:
//
//   fuzz_replay TARGET CORPUS...      fuzz_replay --list
//
// A corpus is one file: for each input a line "name size", that many bytes, and a line end.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "fuzz.hpp"

namespace {

// Of exactly its size, so that a sanitizer sees every access behind it.
void run(const fuzz::Target& target, std::string_view bytes) {
  const std::unique_ptr<uint8_t[]> copy(new uint8_t[bytes.size()]);
  std::memcpy(copy.get(), bytes.data(), bytes.size());
  fuzz::Input input(copy.get(), bytes.size());
  target.run(input);
}

size_t replay(const fuzz::Target& target, const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fuzz::fail("cannot read %s", path);
  const std::string corpus((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  size_t count = 0;
  for (size_t at = 0; at < corpus.size(); count++) {
    const size_t line_end = corpus.find('\n', at);
    const size_t blank = corpus.rfind(' ', line_end);
    if (line_end == std::string::npos || blank == std::string::npos || blank < at)
      fuzz::fail("%s: no head of an input at byte %zu", path, at);
    const size_t size = std::stoul(corpus.substr(blank + 1, line_end - blank - 1)), begin = line_end + 1;
    if (corpus.size() - begin < size + 1) fuzz::fail("%s: the input at byte %zu is cut off", path, at);
    // A crash tells which input it was.
    std::fprintf(stdout, "%.*s\n", int(blank - at), corpus.data() + at);
    std::fflush(stdout);
    run(target, std::string_view(corpus).substr(begin, size));
    at = begin + size + 1;
  }
  return count;
}

}  // namespace

int main(int arguments_size, char** arguments) {
  if (arguments_size == 2 && std::strcmp(arguments[1], "--list") == 0) {
    for (const fuzz::Target* target : fuzz::targets()) std::puts(target->name);
    return 0;
  }
  for (const fuzz::Target* target : fuzz::targets()) {
    if (arguments_size < 3 || std::strcmp(arguments[1], target->name) != 0) continue;
    size_t count = 0;
    for (int i = 2; i < arguments_size; i++) count += replay(*target, arguments[i]);
    std::printf("%s: %zu inputs\n", target->name, count);
    return count ? 0 : 1;
  }
  std::fputs("usage: fuzz_replay TARGET CORPUS... | --list\n", stderr);
  return 2;
}
