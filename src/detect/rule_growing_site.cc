#include "detect/come_and_stay.h"
#include "detect/rules.h"

namespace lf::detect {

/// Source: births, deaths and survivors by goroutine id; see growth.cc. Guards against: pools and ramps that reach a
/// plateau, bursts, samples that are missing or cut (these are not judged), restarts (series start anew).
void find_growing_sites(const Context& context, Evidences& evidences) {
  find_who_stay(
      context, "goroutine/growing-site",
      [](StateClass state_class) { return state_class != StateClass::kSleep && state_class != StateClass::kIo; },
      evidences);
}

}  // namespace lf::detect
