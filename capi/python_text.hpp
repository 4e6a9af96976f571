// A text argument of a built-in as UTF-8.
//
//   bytes, ASCII str    where they are
//   other str           a piece at a time, in memory that is used again for the next piece: a copy of the whole would take longer to
//                       make than to encode, and Python's own stays with the str as long as that lives
//   all else            bytes by the method utf8 of self: other texts, and a str with lone surrogates
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "encoding.hpp"
#include "python_api.hpp"
#include "python_string.hpp"
#include "text.hpp"
#include "transcode/transcode.hpp"

namespace python {

class TextArgument {
 public:
  // is_one_of_many: its UTF-8 is not kept with it.
  TextArgument(Object* self, Object* argument, bool is_one_of_many = false);

  // False: something else.
  bool is_usual() const { return is_stored_ || data_; }
  bool is_long() const { return size_ >= long_text; }
  // Its UTF-8 has about so many bytes: of a long text, what samples say.
  size_t likely_size() const;
  // Its UTF-8 has at most so many bytes.
  size_t most_size() const { return is_stored_ ? size_ * bytes_per_character() : size_; }

  // Writes the UTF-8, with room for most_size() bytes and bpe::transcode_pad more, and returns its size, or bpe::no_utf8.
  size_t copy_to(uint8_t* utf8) const;

  // Calls body(bpe::Text) with one piece of the text after the other, cut where both sides alone have the tokens of the whole, until it
  // returns false. False: it did, or the text has no UTF-8. Needs no lock. Throws std::bad_alloc.
  template <class Body>
  bool for_each_piece(const bpe::Encoding& encoding, const Body& body) const {
    if (!is_stored_) return body(bpe::Text(data_, size_));
    if (size_ <= few) {
      uint8_t utf8[few * 4 + bpe::transcode_pad];
      const size_t size = copy_to(utf8);
      return size != bpe::no_utf8 && body(bpe::Text(utf8, size));
    }
    Pieces pieces(*this, encoding);
    while (pieces.next()) {
      if (!body(pieces.piece())) return false;
    }
    return pieces.is_at_end();
  }

 private:
  static constexpr size_t few = 256;  // characters that go on the stack

  class Pieces {
   public:
    Pieces(const TextArgument& text, const bpe::Encoding& encoding) : text_(text), encoding_(encoding) {}
    // False: there is none.
    bool next();
    bpe::Text piece() const { return {utf8_.get(), piece_}; }
    // False: there was a character that has no UTF-8.
    bool is_at_end() const { return at_ == text_.size_; }

   private:
    void grow(size_t capacity);

    const TextArgument& text_;
    const bpe::Encoding& encoding_;
    size_t at_ = 0;  // character that is next
    std::unique_ptr<uint8_t[]> utf8_;
    size_t capacity_ = 0;
    size_t piece_ = 0, filled_ = 0;  // bytes of the piece, and with what is left of the next one
  };

  size_t bytes_per_character() const { return characters_.width == 4 ? 4 : characters_.width + 1; }
  size_t transcode(size_t from, size_t to, uint8_t* utf8) const;
  void use_bytes(Object* object);

  Characters characters_;
  bool is_stored_ = false;  // as characters that are not all ASCII
  Reference copy_;
  const char* data_ = nullptr;
  size_t size_ = 0;  // bytes, or characters if is_stored_
};

}  // namespace python
