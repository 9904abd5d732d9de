#include "detect/come_and_stay.h"
#include "detect/rules.h"

namespace lf::detect {

/// Source: as growing-site, for time.Sleep: they wake now and then, but never end. Guards against: loops that are
/// seen at other places as well, and so leave.
void find_timer_loops(const Context& context, Evidences& evidences) {
  find_who_stay(
      context, "goroutine/timer-loop", [](StateClass state_class) { return state_class == StateClass::kSleep; },
      evidences);
}

}  // namespace lf::detect
