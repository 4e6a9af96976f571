#include "dispatch.hpp"

#include <atomic>
#include <cstdlib>

#include "phases/phases.hpp"
#include "transcode/transcode.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace bpe {

namespace avx512 { extern const Scanners scanners; }
namespace avx2 { extern const Scanners scanners; }
namespace avx2_without_pext { extern const Scanners scanners; }
namespace neon { extern const Scanners scanners; }
namespace portable { extern const Scanners scanners; }

namespace {

#if defined(__x86_64__)

// AMD before Zen 3 runs pext and pdep in microcode: families 0x15 (Excavator), 0x17 (Zen, Zen 2) and 0x18 (Hygon's Zen).
bool has_slow_pext() noexcept {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (!__get_cpuid(0, &eax, &ebx, &ecx, &edx)) return false;
  const bool is_amd = ebx == 0x68747541 || ebx == 0x6F677948;  // "Auth"enticAMD, "Hygo"nGenuine
  if (!is_amd || !__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return false;
  const unsigned base_family = eax >> 8 & 15;
  const unsigned extended_family = eax >> 20 & 255;
  return base_family + (base_family == 15 ? extended_family : 0) < 0x19;
}

// __builtin_cpu_supports asks the operating system, too, whether it saves the registers.
bool has_avx2_without_pext() noexcept {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("popcnt");
}

bool has_avx2() noexcept { return has_avx2_without_pext() && !has_slow_pext(); }

bool has_avx512() noexcept {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
}

constexpr Kernel avx512_kernel = {"avx512", has_avx512, avx512::scanners, &phases_avx512, &transcoders_avx512};
constexpr Kernel avx2_kernel = {"avx2", has_avx2, avx2::scanners, &phases_avx2, &transcoders_avx2};
constexpr Kernel avx2_without_pext_kernel = {
    "avx2_without_pext", has_avx2_without_pext, avx2_without_pext::scanners, &phases_avx2, &transcoders_avx2};

#elif defined(__aarch64__)

constexpr Kernel neon_kernel = {"neon", []() noexcept { return true; }, neon::scanners, &phases_portable, &transcoders_portable};

#endif

constexpr Kernel portable_kernel = {
    "portable", []() noexcept { return true; }, portable::scanners, &phases_portable, &transcoders_portable};

const Kernel& choose_kernel() {
  const char* name = std::getenv("TOKEN_RANKER_KERNEL");
  const Kernel* named = name ? find_kernel(name) : nullptr;
  if (named && named->is_supported()) return *named;
  const Kernel* const* kernel = kernels;
  while (!(*kernel)->is_supported()) kernel++;
  return **kernel;
}

}  // namespace

const Kernel* const kernels[] = {
#if defined(__x86_64__)
    &avx512_kernel, &avx2_kernel, &avx2_without_pext_kernel,
#elif defined(__aarch64__)
    &neon_kernel,
#endif
    &portable_kernel, nullptr};

const Kernel* find_kernel(std::string_view name) {
  for (const Kernel* const* kernel = kernels; *kernel; kernel++) {
    if ((*kernel)->name == name) return *kernel;
  }
  return nullptr;
}

// Not a local static with a lock, which a child of fork could find held for ever: whichever thread comes first, the choice is the same.
const Kernel& chosen_kernel() {
  static constinit std::atomic<const Kernel*> chosen = nullptr;
  const Kernel* kernel = chosen.load(std::memory_order_relaxed);
  if (!kernel) {
    kernel = &choose_kernel();
    chosen.store(kernel, std::memory_order_relaxed);
  }
  return *kernel;
}

}  // namespace bpe
