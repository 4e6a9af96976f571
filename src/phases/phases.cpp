#include "phases.hpp"

namespace bpe {

extern const Phases phases_avx512, phases_generic;

const Phases& fastest_phases() {
  static constexpr const Phases* all[] = {
#if defined(__x86_64__)
      &phases_avx512,
#endif
      &phases_generic};
  for (const Phases* phases : all) {
    if (phases->is_supported()) return *phases;
  }
  return phases_generic;
}

}  // namespace bpe
