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

// What the processor has and the operating system saves. Asked here: __builtin_cpu_supports answers no to everything where the compiler's
// run-time library fills no table, as Zig's.
struct Features {
  bool avx2 = false;  // with BMI, BMI2 and POPCNT
  bool avx512 = false;
};

Features find_features() noexcept {
  constexpr unsigned popcnt = 1u << 23, xsave_in_use = 1u << 27;  // leaf 1, ecx
  constexpr unsigned bmi = 1u << 3, avx2 = 1u << 5, bmi2 = 1u << 8;  // leaf 7, ebx
  constexpr unsigned avx512f = 1u << 16, avx512bw = 1u << 30, avx512vl = 1u << 31;  // leaf 7, ebx
  constexpr unsigned avx512vbmi = 1u << 1, avx512vbmi2 = 1u << 6;  // leaf 7, ecx
  constexpr unsigned saves_ymm = 0x06, saves_zmm = 0xE6;  // XCR0
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  const auto has = [](unsigned value, unsigned bits) { return (value & bits) == bits; };
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !has(ecx, popcnt | xsave_in_use)) return {};
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return {};
  unsigned saved = 0, saved_high = 0;
  __asm__("xgetbv" : "=a"(saved), "=d"(saved_high) : "c"(0));
  Features features;
  features.avx2 = has(saved, saves_ymm) && has(ebx, bmi | avx2 | bmi2);
  features.avx512 = features.avx2 && has(saved, saves_zmm) && has(ebx, avx512f | avx512bw | avx512vl) && has(ecx, avx512vbmi | avx512vbmi2);
  return features;
}

bool has_avx2_without_pext() noexcept { return find_features().avx2; }
bool has_avx2() noexcept { return find_features().avx2 && !has_slow_pext(); }
bool has_avx512() noexcept { return find_features().avx512 && !has_slow_pext(); }

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
