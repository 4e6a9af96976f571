// Which kernel runs. The only file that asks what the CPU has.
#pragma once

#include <string_view>

#include "scanner.hpp"

namespace bpe {

// Fastest first; ends with portable, which is always supported, and a nullptr.
extern const Kernel* const kernels[];

// The kernel with this name, supported or not; nullptr if there is none.
const Kernel* find_kernel(std::string_view name);

// The first supported kernel, or the one that the environment variable TOKEN_RANKER_KERNEL names if it is supported. Chosen once.
// Only speed depends on it.
const Kernel& chosen_kernel();

}  // namespace bpe
