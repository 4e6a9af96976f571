/** @file
 * token_ranker.hpp: the C interface of token_ranker.h as a class, for C++17 and later. Everything is inline; nothing else is linked.
 *
 *     const ranker::Encoding encoding("o200k_base");
 *     const std::vector<std::uint32_t> tokens = encoding.encode("hello world");   // 24912 2375
 *     const std::string text = encoding.decode(tokens);
 *
 * An Encoding owns its handle and is moved, not copied. It never changes: any number of threads may share one. token_ranker.h says what
 * each call does, at the function of the same name; `get()` gives the handle for the functions that have no method here.
 *
 * Errors: every status but OK and BUFFER_TOO_SMALL is thrown as ranker::Error; buffers grow by themselves.
 */
#ifndef TOKEN_RANKER_HPP
#define TOKEN_RANKER_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "token_ranker.h"

namespace ranker {

/** A status of the library with its message. */
class Error : public std::runtime_error {
public:
  /** Of what a call reported. */
  explicit Error(const token_ranker_error& error) : std::runtime_error(error.message), status_(error.status), offset_(error.offset) {}
  /** TOKEN_RANKER_… */
  token_ranker_status status() const noexcept { return status_; }
  /** The byte, line or index that the status is about; 0 if none. */
  std::uint64_t offset() const noexcept { return offset_; }

private:
  token_ranker_status status_;
  std::uint64_t offset_;
};

/** Which special tokens are recognised in text; the text of any other is ordinary. */
enum class Special { none, all };

/** An open encoding: owns its handle. */
class Encoding {
public:
  /** Opens an encoding inside the library, by its name or that of a model. */
  explicit Encoding(std::string_view name) {
    token_ranker_t* handle = nullptr;
    token_ranker_error error;
    if (token_ranker(name.data(), name.size(), &handle, &error) != TOKEN_RANKER_OK) throw Error(error);
    handle_.reset(handle);
  }

  /** Makes one from memory; `struct_size` is set here. */
  explicit Encoding(token_ranker_definition definition) {
    definition.struct_size = sizeof definition;
    token_ranker_t* handle = nullptr;
    token_ranker_error error;
    if (token_ranker_load(&definition, &handle, &error) != TOKEN_RANKER_OK) throw Error(error);
    handle_.reset(handle);
  }

  /** Encodes text, any bytes. */
  std::vector<std::uint32_t> encode(std::string_view text, Special special = Special::none) const {
    // Ordinary text has a token for every three or four bytes; where it has more, the second call has room for all.
    return filled<std::vector<std::uint32_t>>(text.size() / 3 + 8, [&](auto& tokens, std::size_t& size, token_ranker_error& error) {
      return token_ranker_encode(get(), text.data(), text.size(), nullptr, allowed_size(special), tokens.data(), tokens.size(), &size,
                                 &error);
    });
  }

  /** Counts tokens: min(count, limit + 1). */
  std::size_t count(std::string_view text, Special special = Special::none, std::size_t limit = SIZE_MAX) const {
    std::size_t count = 0;
    token_ranker_error error;
    if (token_ranker_count(get(), text.data(), text.size(), nullptr, allowed_size(special), limit, &count, &error) != TOKEN_RANKER_OK)
      throw Error(error);
    return count;
  }

  /** The bytes of tokens; they need not be UTF-8. */
  std::string decode(const std::uint32_t* tokens, std::size_t tokens_size) const {
    return filled<std::string>(tokens_size * 6, [&](auto& bytes, std::size_t& size, token_ranker_error& error) {
      return token_ranker_decode(get(), tokens, tokens_size, bytes.data(), bytes.size(), &size, &error);
    });
  }
  /** The same of a vector. */
  std::string decode(const std::vector<std::uint32_t>& tokens) const { return decode(tokens.data(), tokens.size()); }

  /** The handle, for the functions of token_ranker.h; NULL after a move. It stays the property of this object. */
  const token_ranker_t* get() const noexcept { return handle_.get(); }

private:
  static std::size_t allowed_size(Special special) noexcept { return special == Special::all ? TOKEN_RANKER_ALL_SPECIAL : 0; }

  // Calls with a buffer of the guessed capacity, and once more with the size that was needed if that was less.
  template <class Buffer, class Call>
  static Buffer filled(std::size_t capacity, Call call) {
    Buffer buffer(capacity, {});
    std::size_t size = 0;
    token_ranker_error error;
    token_ranker_status status = call(buffer, size, error);
    if (status == TOKEN_RANKER_BUFFER_TOO_SMALL) {
      buffer.resize(size);
      status = call(buffer, size, error);
    }
    if (status != TOKEN_RANKER_OK) throw Error(error);
    buffer.resize(size);
    return buffer;
  }

  struct Free {
    void operator()(token_ranker_t* handle) const noexcept { token_ranker_free(handle); }
  };
  std::unique_ptr<token_ranker_t, Free> handle_;
};

}  // namespace ranker

#endif  // TOKEN_RANKER_HPP
