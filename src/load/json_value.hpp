// Reading values of a file's tree: each function names the place and the value that it cannot take.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace bpe {

// A value and where it stands, as "pre_tokenizer.pretokenizers[0]".
struct JsonPlace {
  const nlohmann::json* value;  // nullptr: there is none
  std::string path;

  bool is_absent() const { return !value || value->is_null(); }
  // Of an object; a value that is no object is refused.
  JsonPlace operator[](const char* key) const;
  // Of an array.
  JsonPlace operator[](size_t i) const;
  size_t array_size() const;  // refused if it is no array

  // The value as text for people, cut where it is long.
  std::string shown() const;

  // BAD_VALUE: it is not what the format has there.
  [[noreturn]] void refuse_shape(const char* expected) const;
  // UNSUPPORTED_FEATURE: the format has it, the library does not do it.
  [[noreturn]] void refuse_feature(const char* reason) const;

  const std::string& string() const;
  bool boolean() const;
  bool boolean_or(bool otherwise) const { return is_absent() ? otherwise : boolean(); }
  uint32_t number() const;  // 0 .. 4294967295
};

}  // namespace bpe
