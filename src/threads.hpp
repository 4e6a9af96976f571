// Threads of one call: how many pay, and running on them.
#pragma once

#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace bpe {

// Processors that this process may use: its affinity mask and its container's quota, at least 1.
unsigned usable_processors();

// asked: at most so many; 0: as many as this process may use. worth: threads that have enough to do.
unsigned paying_threads(unsigned asked, size_t worth);

// body(is_caller) on this thread and on others.
template <class Body>
void run_on_threads(unsigned threads, const Body& body) {
  std::vector<std::thread> others;
  others.reserve(threads);
  for (unsigned i = 1; i < threads; i++) {
    try {
      others.emplace_back(body, false);
    } catch (const std::exception&) {
      break;  // no more threads or no memory for one: those that run must be joined, and do the work
    }
  }
  body(true);
  for (std::thread& other : others) other.join();
}

}  // namespace bpe
