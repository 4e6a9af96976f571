// The texts become jobs of about equal size: several short texts, or a part of a long one. The calling thread takes them from the first
// one on and writes their tokens where they stay; other threads take them from the last one back and write to memory of their own, from
// where the tokens are put behind the others when all jobs are done:
//
//   result   | job 0 | job 1 | job 2 | …                          <- | job 5 |  <- | job 4 |  <- | job 3 |
//
// Where a long text cannot be divided its job is taken first, by another thread, so that none is left alone with it at the end. What the calling
// thread takes behind it goes to memory of its own, too.
//
// A long text is cut between an ASCII letter and a following blank, where every known pattern ends a pretoken:
//   - a letter is matched by \p{L}, [A-Za-z] or a class with it, and no alternative goes on from a letter to white space; what deepseek3
//     leaves unmatched has no letters;
//   - a blank after a letter begins a pretoken, and what follows is matched without a look back;
//   - a text that ends in a letter has the same pretokens as when a blank follows: only the rules for white space look ahead, and
//     deepseek3's for what it leaves unmatched;
//   - of several splits, one after the other (deepseek3, starcoder), the first ones cut out numbers, kana and ideographs, to which neither
//     belongs: the place is inside a piece, and for that piece the same holds.
// So both sides alone have the pretokens of the whole. Where special tokens are allowed, the place must also lie inside none.
#include "batch.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include "encoder.hpp"
#include "text_cut.hpp"
#include "text_limit.hpp"
#include "threads.hpp"

namespace bpe {
namespace {

constexpr size_t most_work = 4 << 20;     // bytes of a job: enough to fill a cache, small enough to share out evenly
constexpr size_t jobs_per_thread = 16;

// Part of one text, or whole texts [first_text, last_text).
struct Job {
  size_t first_text, last_text;
  size_t begin, end;  // bytes in the buffer
  bool is_last_part;  // of its text
  TokenBuffer own_tokens;    // unless it is in place
  size_t place;              // of its tokens in the result
  std::vector<size_t> ends;  // in tokens of the job, behind each text that ends in it
  std::exception_ptr failure;
  bool is_taken = false;
  bool is_in_place = false;  // its tokens went to the result

  size_t size() const { return end - begin; }
};

void run_job(const Encoding& encoding, const uint8_t* bytes, const int64_t* offsets, SpecialSelection allowed, Job& job,
             TokenBuffer& tokens) try {
  job.place = tokens.size();
  if (!job.is_in_place) tokens.expect(job.size());
  if (job.begin != size_t(offsets[job.first_text]) || !job.is_last_part) {
    encode(encoding, {bytes + job.begin, job.end - job.begin}, allowed, tokens);
    if (job.is_last_part) job.ends.push_back(tokens.size() - job.place);
    return;
  }
  job.ends.reserve(job.last_text - job.first_text);
  for (size_t text = job.first_text; text < job.last_text; text++) {
    encode(encoding, {bytes + offsets[text], size_t(offsets[text + 1] - offsets[text])}, allowed, tokens);
    job.ends.push_back(tokens.size() - job.place);
  }
} catch (...) {
  job.failure = std::current_exception();
}

using Jobs = std::vector<std::unique_ptr<Job>>;

// threads: as many as were asked for; then as many as pay.
Jobs divide_texts(const Encoding& encoding, const uint8_t* bytes, const int64_t* offsets, size_t texts, SpecialSelection allowed,
                  size_t least_work, unsigned& threads) {
  const size_t total = texts ? size_t(offsets[texts] - offsets[0]) : 0;
  threads = paying_threads(threads, total / least_work);
  const size_t wanted = threads == 1 ? SIZE_MAX : std::clamp(total / (threads * jobs_per_thread), least_work, most_work);

  const SpecialTokens::Finder finder(encoding.special_tokens(), allowed);
  const bool may_cut = encoding.may_cut();
  Jobs jobs;
  const auto add_job = [&](size_t first, size_t last, size_t begin, size_t end, bool is_last_part) {
    jobs.push_back(std::unique_ptr<Job>(new Job{first, last, begin, end, is_last_part, {}, 0, {}, {}, false, false}));
  };
  for (size_t text = 0; text < texts;) {
    const size_t begin = size_t(offsets[text]), size = size_t(offsets[text + 1]) - begin;
    if (size > wanted && may_cut) {
      for (size_t at = 0; at < size;) {
        const size_t end = size - at > wanted ? find_cut(finder, {bytes + begin, size}, at + wanted) : size;
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
  return jobs;
}

// Who takes which job. Those that are in place are the first ones.
class JobQueue {
 public:
  JobQueue(const Jobs& jobs, size_t total) : jobs_(jobs), last_(jobs.size()) {
    for (size_t i = 0; i < jobs.size(); i++) {
      if (jobs[i]->size() > 2 * (total / jobs.size())) large_.push_back(i);
    }
    std::sort(large_.begin(), large_.end(), [&](size_t a, size_t b) { return jobs[a]->size() < jobs[b]->size(); });
  }

  // nullptr: all are taken.
  Job* take(bool is_caller) {
    const std::lock_guard lock(mutex_);
    while (!is_caller && !large_.empty()) {
      Job& job = *jobs_[large_.back()];
      large_.pop_back();
      if (!std::exchange(job.is_taken, true)) return &job;
    }
    while (first_ < last_ && jobs_[first_]->is_taken) first_++;
    while (first_ < last_ && jobs_[last_ - 1]->is_taken) last_--;
    if (first_ == last_) return nullptr;
    Job& job = *jobs_[is_caller ? first_++ : --last_];
    job.is_taken = true;
    job.is_in_place = is_caller && first_ == in_place_ + 1;
    in_place_ += job.is_in_place;
    return &job;
  }
  size_t in_place() const { return in_place_; }

 private:
  const Jobs& jobs_;
  std::mutex mutex_;
  std::vector<size_t> large_;  // indices, the largest one last
  size_t first_ = 0, last_;    // those before and behind are taken
  size_t in_place_ = 0;
};

// Counts the tokens of the texts of a job. A part of a text adds to what other parts have counted.
void count_job(const Encoding& encoding, const uint8_t* bytes, const int64_t* offsets, SpecialSelection allowed, Job& job,
               int64_t* counts) try {
  const bool is_part = job.begin != size_t(offsets[job.first_text]) || !job.is_last_part;
  for (size_t text = job.first_text; text < job.last_text; text++) {
    const Text part =
        is_part ? Text(bytes + job.begin, job.end - job.begin) : Text(bytes + offsets[text], size_t(offsets[text + 1] - offsets[text]));
    std::atomic_ref<int64_t>(counts[text]).fetch_add(int64_t(count(encoding, part, allowed, SIZE_MAX)), std::memory_order_relaxed);
  }
} catch (...) {
  job.failure = std::current_exception();
}

}  // namespace

BatchTokens::~BatchTokens() { std::free(tokens); }

void encode_batch(const Encoding& encoding, const uint8_t* bytes, const int64_t* offsets, size_t texts, SpecialSelection allowed,
                  unsigned threads, BatchTokens& result, size_t least_work) {
  Jobs jobs = divide_texts(encoding, bytes, offsets, texts, allowed, least_work, threads);
  const size_t total = texts ? size_t(offsets[texts] - offsets[0]) : 0;

  TokenBuffer tokens;
  tokens.expect(total);
  JobQueue queue(jobs, total);
  run_on_threads(threads, [&](bool is_caller) {
    while (Job* const job = queue.take(is_caller)) {
      run_job(encoding, bytes, offsets, allowed, *job, job->is_in_place ? tokens : job->own_tokens);
    }
  });

  size_t size = tokens.size();
  for (size_t i = queue.in_place(); i < jobs.size(); i++) {
    jobs[i]->place = size;
    size += jobs[i]->own_tokens.size();
  }
  result.offsets.reserve(texts + 1);
  result.offsets.push_back(0);
  for (const std::unique_ptr<Job>& job : jobs) {
    if (job->failure) std::rethrow_exception(job->failure);
    for (const size_t end : job->ends) result.offsets.push_back(int64_t(job->place + end));
  }
  uint32_t* const all = tokens.room(size - tokens.size() + 1) - tokens.size();  // there is an array, even without tokens
  std::atomic<size_t> next = queue.in_place();
  run_on_threads(unsigned(std::min<size_t>(threads, jobs.size() - queue.in_place())), [&](bool) {
    for (size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < jobs.size();) {
      const TokenBuffer& part = jobs[i]->own_tokens;
      std::copy_n(part.data(), part.size(), all + jobs[i]->place);
    }
  });
  result.tokens = tokens.release();
}

void count_batch(const Encoding& encoding, const uint8_t* bytes, const int64_t* offsets, size_t texts, SpecialSelection allowed,
                 unsigned threads, int64_t* counts, size_t least_work) {
  const Jobs jobs = divide_texts(encoding, bytes, offsets, texts, allowed, least_work, threads);
  std::fill_n(counts, texts, 0);
  const size_t total = texts ? size_t(offsets[texts] - offsets[0]) : 0;
  JobQueue queue(jobs, total);
  run_on_threads(threads, [&](bool) {
    while (Job* const job = queue.take(false)) count_job(encoding, bytes, offsets, allowed, *job, counts);
  });
  for (const std::unique_ptr<Job>& job : jobs) {
    if (job->failure) std::rethrow_exception(job->failure);
  }
}

}  // namespace bpe
