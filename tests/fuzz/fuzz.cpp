#include "fuzz.hpp"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace fuzz {
namespace {

std::vector<const Target*>& registered() {
  static std::vector<const Target*> list;
  return list;
}

}  // namespace

void fail(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::fputs("fuzz: ", stderr);
  std::vfprintf(stderr, format, arguments);
  std::fputc('\n', stderr);
  va_end(arguments);
  std::abort();
}

std::string shown(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, 2000)) {
    char escape[5];
    std::snprintf(escape, sizeof escape, "\\x%02X", uint8_t(c));
    if (c >= ' ' && c < 0x7F && c != '"' && c != '\\')
      text += c;
    else
      text += escape;
  }
  return text;
}

Target::Target(const char* name, void (*run)(Input&)) : name(name), run(run) { registered().push_back(this); }

const std::vector<const Target*>& targets() { return registered(); }

}  // namespace fuzz
