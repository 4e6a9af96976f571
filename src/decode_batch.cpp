// Twice over the tokens, in the same parts: how many bytes each part has, and with that where they go.
#include "decode_batch.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <new>

#include "failure.hpp"
#include "threads.hpp"

namespace bpe {
namespace {

constexpr size_t parts_per_thread = 4;

// The tokens [begin, end), whichever sequences they are of.
struct Part {
  size_t begin, end;
  size_t size = 0;  // in bytes
  std::exception_ptr failure = nullptr;
};

std::vector<Part> divide(size_t begin, size_t end, size_t wanted) {
  std::vector<Part> parts;
  for (; begin < end; begin = parts.back().end) parts.push_back({begin, begin + std::min(wanted, end - begin)});
  return parts;
}

// body(part) for all, on so many threads.
template <class Body>
void for_each(std::vector<Part>& parts, unsigned threads, const Body& body) {
  std::atomic<size_t> next = 0;
  run_on_threads(threads, [&](bool) {
    for (size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < parts.size();) body(parts[i]);
  });
}

}  // namespace

BatchBytes::~BatchBytes() { std::free(bytes); }

void decode_batch(const Decoder& decoder, const uint32_t* tokens, const int64_t* offsets, size_t sequences, unsigned threads,
                  BatchBytes& result, size_t least_work) {
  const size_t begin = sequences ? size_t(offsets[0]) : 0, end = sequences ? size_t(offsets[sequences]) : 0;
  threads = paying_threads(threads, (end - begin) / least_work);
  std::vector<Part> parts = divide(begin, end, threads == 1 ? SIZE_MAX : (end - begin) / (threads * parts_per_thread) + 1);

  // The size of each sequence stands where its end will. Those at the edges of a part are the sum of what several parts add.
  result.offsets.assign(sequences + 1, 0);
  for_each(parts, threads, [&](Part& part) {
    size_t i = size_t(std::upper_bound(offsets, offsets + sequences, int64_t(part.begin)) - offsets) - 1;
    size_t at = part.begin;
    try {
      for (; at < part.end; i++) {
        const size_t next = std::min(part.end, size_t(offsets[i + 1]));
        const size_t size = decoder.decoded_size(tokens + at, next - at);
        std::atomic_ref<int64_t>(result.offsets[i + 1]).fetch_add(int64_t(size), std::memory_order_relaxed);
        part.size += size;
        at = next;
      }
    } catch (const Failure& failure) {
      const uint64_t index = at + failure.offset;
      part.failure = std::make_exception_ptr(Failure(failure.status, index, "tokens[%llu] = %u is no token of this encoding",
                                                     static_cast<unsigned long long>(index), tokens[index]));
    }
  });
  for (const Part& part : parts) {
    if (part.failure) std::rethrow_exception(part.failure);
  }
  for (size_t i = 0; i < sequences; i++) result.offsets[i + 1] += result.offsets[i];

  result.bytes = static_cast<uint8_t*>(std::malloc(size_t(result.offsets[sequences]) + 1));  // there is an array, even without bytes
  if (!result.bytes) throw std::bad_alloc();
  std::vector<size_t> places;
  size_t place = 0;
  for (const Part& part : parts) {
    places.push_back(place);
    place += part.size;
  }
  for_each(parts, threads, [&](const Part& part) {
    decoder.decode(tokens + part.begin, part.end - part.begin, result.bytes + places[size_t(&part - parts.data())], part.size);
  });
}

}  // namespace bpe
