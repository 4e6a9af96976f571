// Memory that runs out on purpose: every allocation of the library passes here, is counted, and fails where a test says so.
//
// The linker renames the calls in the objects of the library and in PCRE2 (--wrap), and the operators new and delete are replaced. What the
// C and C++ libraries allocate for themselves is not seen. Works under sanitizers too: what is counted here is allocated by theirs.
#pragma once

#include <cstdint>

namespace test {

// What fails from `start` on. Allocations count from 1.
struct AllocationPlan {
  uint64_t first_failure = UINT64_MAX;
  bool fails_for_good = false;  // all later ones fail, too
  bool refuses_threads = false;
};

void start_failing(const AllocationPlan& plan);
// No more failures. Returns the allocations since the start.
uint64_t stop_failing();
// Whether one has failed since the start.
bool has_failed();

// Blocks and mappings that were allocated and not released.
int64_t live_allocations();
// Bytes of the mappings among them.
int64_t live_mapped_bytes();

}  // namespace test
