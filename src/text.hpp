// A text is bytes of any value: pointer and size. Kept apart from std::string_view, whose char is signed here and there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpe {

struct Text {
  const uint8_t* data = nullptr;
  size_t size = 0;

  Text() = default;
  Text(const void* data, size_t size) : data(static_cast<const uint8_t*>(data)), size(size) {}
  explicit Text(std::string_view view) : Text(view.data(), view.size()) {}

  const uint8_t* begin() const { return data; }
  const uint8_t* end() const { return data + size; }
  Text part(size_t from, size_t to) const { return {data + from, to - from}; }
  std::string_view view() const { return {reinterpret_cast<const char*>(data), size}; }
};

// The bytes [begin, end) of a text.
struct Span {
  size_t begin;
  size_t end;
};

}  // namespace bpe
