#include "threads.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdio>

#if defined(__linux__)
#include <sched.h>
#elif defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#endif

namespace bpe {
namespace {

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

}  // namespace

unsigned usable_processors() {
  unsigned processors = std::max(1u, std::thread::hardware_concurrency());
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) processors = std::max(1, CPU_COUNT(&set));
  if (const unsigned quota = container_quota()) processors = std::min(processors, std::max(1u, quota));
#elif defined(_WIN32)
  DWORD_PTR mine = 0, all = 0;  // 0: in more than one group of processors
  if (GetProcessAffinityMask(GetCurrentProcess(), &mine, &all) && mine) processors = unsigned(std::popcount(uint64_t{mine}));
#endif
  return processors;
}

unsigned paying_threads(unsigned asked, size_t worth) {
  worth = std::max<size_t>(1, worth);
  if (asked == 0) asked = worth > 1 ? usable_processors() : 1;
  return unsigned(std::min<size_t>(asked, worth));
}

}  // namespace bpe
