// The texts become jobs of about equal size: several short texts, or a part of a long one. Threads take one job after the other; when
// all are done, the tokens of the jobs are put behind each other.
#include "batch.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <thread>

#include "encoder.hpp"
#include "text_cut.hpp"

#if defined(__linux__)
#include <sched.h>
#endif

namespace bpe {
namespace {

constexpr size_t least_work = 256 << 10;  // bytes for which starting a thread pays
constexpr size_t most_work = 4 << 20;     // bytes of a job: enough to fill a cache, small enough to share out evenly
constexpr size_t jobs_per_thread = 8;

// Part of one text, or whole texts [first_text, last_text).
struct Job {
  size_t first_text, last_text;
  size_t begin, end;  // bytes in the buffer
  bool is_last_part;  // of its text
  TokenBuffer tokens;
  std::vector<size_t> ends;  // in tokens, behind each text that ends in the job
  std::exception_ptr failure;
};

#if defined(__linux__)
// The quota of a control group in processors, rounded up; 0: none.
unsigned container_quota() {
  std::FILE* file = std::fopen("/sys/fs/cgroup/cpu.max", "re");
  if (!file) return 0;
  unsigned long quota = 0, period = 0;
  const int fields = std::fscanf(file, "%lu %lu", &quota, &period);  // "max" is no number: no quota
  std::fclose(file);
  return fields == 2 && period > 0 ? unsigned((quota + period - 1) / period) : 0;
}
#endif

template <class Body>
void run_on_threads(unsigned threads, const Body& body) {
  std::vector<std::thread> others;
  others.reserve(threads);
  for (unsigned i = 1; i < threads; i++) {
    try {
      others.emplace_back(body);
    } catch (const std::exception&) {
      break;  // no more threads or no memory for one: those that run must be joined, and do the work
    }
  }
  body();
  for (std::thread& other : others) other.join();
}

void run_job(const Encoding& encoding, const uint8_t* bytes, const int64_t* offsets, SpecialSelection allowed, Job& job) try {
  if (job.begin != size_t(offsets[job.first_text]) || !job.is_last_part) {
    encode(encoding, {bytes + job.begin, job.end - job.begin}, allowed, job.tokens);
    if (job.is_last_part) job.ends.push_back(job.tokens.size());
    return;
  }
  job.ends.reserve(job.last_text - job.first_text);
  for (size_t text = job.first_text; text < job.last_text; text++) {
    encode(encoding, {bytes + offsets[text], size_t(offsets[text + 1] - offsets[text])}, allowed, job.tokens);
    job.ends.push_back(job.tokens.size());
  }
} catch (...) {
  job.failure = std::current_exception();
}

}  // namespace

BatchTokens::~BatchTokens() { std::free(tokens); }

unsigned usable_processors() {
  unsigned processors = std::max(1u, std::thread::hardware_concurrency());
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) processors = std::max(1, CPU_COUNT(&set));
  if (const unsigned quota = container_quota()) processors = std::min(processors, std::max(1u, quota));
#endif
  return processors;
}

void encode_batch(const Encoding& encoding, const uint8_t* bytes, const int64_t* offsets, size_t texts, SpecialSelection allowed,
                  unsigned threads, BatchTokens& result) {
  const size_t total = texts ? size_t(offsets[texts] - offsets[0]) : 0;
  const size_t most_threads = std::max<size_t>(1, total / least_work);
  if (threads == 0) threads = most_threads > 1 ? usable_processors() : 1;
  threads = unsigned(std::min<size_t>(threads, most_threads));
  const size_t wanted = threads == 1 ? SIZE_MAX : std::clamp(total / (threads * jobs_per_thread), least_work, most_work);

  const SpecialTokens::Finder finder(encoding.special_tokens(), allowed);
  const bool may_cut = encoding.pretokenizer().is_known_pattern();
  std::vector<std::unique_ptr<Job>> jobs;
  const auto add_job = [&](size_t first, size_t last, size_t begin, size_t end, bool is_last_part) {
    jobs.push_back(std::unique_ptr<Job>(new Job{first, last, begin, end, is_last_part, {}, {}, {}}));
  };
  for (size_t text = 0; text < texts;) {
    const size_t begin = size_t(offsets[text]), size = size_t(offsets[text + 1]) - begin;
    if (size > wanted && may_cut) {
      for (size_t at = 0; at < size;) {
        const size_t end = size - at > wanted ? find_cut(encoding.pretokenizer(), finder, {bytes + begin, size}, at + wanted) : size;
        add_job(text, text + 1, begin + at, begin + end, end == size);
        at = end;
      }
      text++;
      continue;
    }
    size_t last = text + 1;
    while (last < texts && size_t(offsets[last + 1]) - begin <= wanted) last++;
    add_job(text, last, begin, size_t(offsets[last]), true);
    text = last;
  }

  std::atomic<size_t> next = 0;
  run_on_threads(threads, [&] {
    for (size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < jobs.size();) run_job(encoding, bytes, offsets, allowed, *jobs[i]);
  });

  result.offsets.reserve(texts + 1);
  result.offsets.push_back(0);
  std::vector<size_t> begins;
  begins.reserve(jobs.size());
  size_t tokens = 0;
  for (const std::unique_ptr<Job>& job : jobs) {
    if (job->failure) std::rethrow_exception(job->failure);
    for (const size_t end : job->ends) result.offsets.push_back(int64_t(tokens + end));
    begins.push_back(tokens);
    tokens += job->tokens.size();
  }
  if (jobs.size() == 1) {
    result.tokens = jobs[0]->tokens.release();
    return;
  }
  result.tokens = static_cast<uint32_t*>(std::malloc(std::max<size_t>(tokens, 1) * sizeof(uint32_t)));
  if (!result.tokens) throw std::bad_alloc();
  next = 0;
  run_on_threads(threads, [&] {
    for (size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < jobs.size();) {
      const TokenBuffer& part = jobs[i]->tokens;
      if (part.size()) std::memcpy(result.tokens + begins[i], part.data(), part.size() * sizeof(uint32_t));
    }
  });
}

}  // namespace bpe
