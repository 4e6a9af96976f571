// Where the encoder puts tokens. It asks for room, writes, and says how many it wrote, a chunk at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "table_memory.hpp"

namespace bpe {

// Tokens to make room for before so many bytes of text are encoded: as many as most texts have. For a long one, as many as code and ideographs
// have, too: memory of this size that grows is moved, and the large pages behind it are lost, while what stays untouched costs nothing.
constexpr size_t expected_tokens(size_t bytes) {
  constexpr size_t long_text = size_t{4} << 20;
  return bytes < long_text ? bytes / 3 : bytes / 12 * 5;
}

class TokenSink {
 public:
  // A text of so many bytes comes next. Throws std::bad_alloc.
  virtual void expect(size_t) {}
  // Memory for `count` more tokens, valid until the next call; nullptr: they need not be written. Throws std::bad_alloc.
  virtual uint32_t* room(size_t count) = 0;
  // The same if it is there already, without growing or copying; else nullptr.
  virtual uint32_t* spare_room(size_t) { return nullptr; }
  // The first `count` tokens of that room are written. False: no more are wanted.
  virtual bool add(size_t count) = 0;

  // One token. False: no more are wanted.
  bool put(uint32_t token) {
    if (uint32_t* tokens = room(1)) *tokens = token;
    return add(1);
  }

 protected:
  ~TokenSink() = default;
};

// Memory that grows without being cleared.
class TokenBuffer final : public TokenSink {
 public:
  TokenBuffer() = default;
  TokenBuffer(const TokenBuffer&) = delete;
  TokenBuffer& operator=(const TokenBuffer&) = delete;
  ~TokenBuffer() { std::free(tokens_); }

  void expect(size_t bytes) override { room(expected_tokens(bytes)); }
  uint32_t* room(size_t count) override {
    if (capacity_ - size_ < count) grow(count);
    return tokens_ + size_;
  }
  uint32_t* spare_room(size_t count) override { return capacity_ - size_ >= count ? tokens_ + size_ : nullptr; }
  bool add(size_t count) override {
    size_ += count;
    return true;
  }

  uint32_t* data() { return tokens_; }
  const uint32_t* data() const { return tokens_; }
  size_t size() const { return size_; }
  size_t memory_size() const { return capacity_ * sizeof(uint32_t); }
  void clear() { size_ = 0; }

  // Gives the memory (released by std::free) to the caller.
  uint32_t* release() {
    uint32_t* tokens = tokens_;
    tokens_ = nullptr;
    size_ = capacity_ = 0;
    return tokens;
  }

 private:
  void grow(size_t count) {
    constexpr size_t most = PTRDIFF_MAX / sizeof(uint32_t);
    if (count > most - size_) throw std::bad_alloc();
    const size_t capacity = std::min(most, std::max(size_ + count, capacity_ + capacity_ / 2 + 64));
    auto* tokens = static_cast<uint32_t*>(std::realloc(tokens_, capacity * sizeof(uint32_t)));
    if (!tokens) throw std::bad_alloc();
    tokens_ = tokens;
    capacity_ = capacity;
    ask_for_large_pages(tokens, capacity * sizeof(uint32_t));
  }

  uint32_t* tokens_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// The caller's array: holds the first `capacity` tokens and counts all of them.
class TokenArray final : public TokenSink {
 public:
  TokenArray(uint32_t* tokens, size_t capacity) : tokens_(tokens), capacity_(capacity) {}

  uint32_t* room(size_t count) override {
    if (uint32_t* tokens = spare_room(count)) return tokens;
    rest_.clear();
    return rest_.room(count);
  }
  uint32_t* spare_room(size_t count) override {
    is_direct_ = size_ <= capacity_ && capacity_ - size_ >= count;
    return is_direct_ ? tokens_ + size_ : nullptr;
  }
  bool add(size_t count) override {
    // What did not fit as a whole may still fit in part.
    if (!is_direct_ && size_ < capacity_) std::memcpy(tokens_ + size_, rest_.data(), std::min(capacity_ - size_, count) * sizeof(uint32_t));
    size_ += count;
    return true;
  }

  size_t size() const { return size_; }

 private:
  uint32_t* tokens_;
  size_t capacity_;
  size_t size_ = 0;
  bool is_direct_ = false;
  TokenBuffer rest_;
};

// Counts; wants no more once `limit` is exceeded.
class TokenCounter final : public TokenSink {
 public:
  explicit TokenCounter(size_t limit) : limit_(limit) {}

  uint32_t* room(size_t) override { return nullptr; }
  bool add(size_t count) override {
    count_ += count;
    return count_ <= limit_;
  }

  // min(count, limit + 1)
  size_t count() const { return count_ <= limit_ ? count_ : limit_ + 1; }

 private:
  size_t limit_;
  size_t count_ = 0;
};

}  // namespace bpe
