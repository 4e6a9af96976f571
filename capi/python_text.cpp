#include "python_text.hpp"

#include <algorithm>
#include <cstring>

#include "scan/dispatch.hpp"
#include "text_cut.hpp"

namespace python {
namespace {

constexpr size_t max_character_size = 4;

// Bytes of a piece: much more than encoding one costs to begin, and little enough to stay in the cache.
constexpr size_t piece_size = 128 << 10;

}  // namespace

TextArgument::TextArgument(Object* self, Object* argument, bool is_one_of_many) : characters_(characters_of(argument)) {
  if (characters_.width != 0) {
    is_stored_ = !characters_.is_ascii;
    data_ = static_cast<const char*>(characters_.data);
    size_ = characters_.size;
    return;
  }
  const unsigned long kind = kind_of(argument);
  if (kind & is_bytes) {
    use_bytes(argument);
  } else if (kind & is_str) {
    if (is_one_of_many || py.PyUnicode_GetLength(argument) > Size(few)) {
      copy_ = Reference(py.PyUnicode_AsUTF8String(argument));
      if (copy_) use_bytes(copy_.get());
    } else {
      Size size = 0;
      data_ = py.PyUnicode_AsUTF8AndSize(argument, &size);
      size_ = size_t(size);
    }
  }
  if (data_) return;
  py.PyErr_Clear();
  copy_ = Reference(call_method(self, "utf8", &argument, 1, nullptr));
  if (copy_) use_bytes(copy_.get());
  if (!data_) py.PyErr_Clear();
}

void TextArgument::use_bytes(Object* object) {
  char* data = nullptr;
  Size size = 0;
  if (py.PyBytes_AsStringAndSize(object, &data, &size) < 0) return;
  data_ = data;
  size_ = size_t(size);
}

size_t TextArgument::transcode(size_t from, size_t to, uint8_t* utf8) const {
  const bpe::Transcoders& transcoders = *bpe::chosen_kernel().transcoders;
  switch (characters_.width) {
    case 1: return transcoders.latin1(static_cast<const uint8_t*>(characters_.data) + from, to - from, utf8);
    case 2: return transcoders.ucs2(static_cast<const uint16_t*>(characters_.data) + from, to - from, utf8);
    default: return transcoders.ucs4(static_cast<const uint32_t*>(characters_.data) + from, to - from, utf8);
  }
}

size_t TextArgument::likely_size() const {
  constexpr size_t samples = 16, sample_size = 64;
  if (!is_stored_ || size_ < samples * sample_size) return most_size();
  uint8_t utf8[sample_size * max_character_size + bpe::transcode_pad];
  size_t bytes = 0;
  for (size_t i = 0; i < samples; i++) {
    const size_t from = size_ / samples * i, written = transcode(from, from + sample_size, utf8);
    bytes += written == bpe::no_utf8 ? sample_size * max_character_size : written;
  }
  return size_t(double(size_) * double(bytes) / double(samples * sample_size));
}

size_t TextArgument::copy_to(uint8_t* utf8) const {
  if (is_stored_) return transcode(0, size_, utf8);
  if (size_) std::memcpy(utf8, data_, size_);
  return size_;
}

// The buffer holds the rest that the last cut left, and is filled up behind it; it grows where there is no place to cut.
bool TextArgument::Pieces::next() {
  const size_t rest = filled_ - piece_;
  if (rest == 0 && is_at_end()) return false;
  if (rest) std::memmove(utf8_.get(), utf8_.get() + piece_, rest);
  filled_ = rest;
  const bpe::SpecialTokens::Finder special(encoding_.special_tokens(), {nullptr, TOKEN_RANKER_ALL_SPECIAL});
  for (size_t wanted = piece_size;; wanted *= 2) {
    const size_t per_character = text_.bytes_per_character();
    const size_t fits = (wanted - std::min(wanted, filled_)) / per_character + 1, to = at_ + std::min(fits, text_.size_ - at_);
    grow(std::max(wanted, filled_) + max_character_size);
    const size_t written = text_.transcode(at_, to, utf8_.get() + filled_);
    if (written == bpe::no_utf8) return false;
    filled_ += written;
    at_ = to;
    if (is_at_end()) {
      piece_ = filled_;
    } else {
      piece_ = encoding_.may_cut() ? bpe::find_last_cut(special, {utf8_.get(), filled_}) : 0;
    }
    if (piece_ > 0) return true;
  }
}

void TextArgument::Pieces::grow(size_t capacity) {
  if (capacity <= capacity_) return;
  std::unique_ptr<uint8_t[]> larger(new uint8_t[capacity + bpe::transcode_pad]);
  if (filled_) std::memcpy(larger.get(), utf8_.get(), filled_);
  utf8_ = std::move(larger);
  capacity_ = capacity;
}

}  // namespace python
