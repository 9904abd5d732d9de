#include "detect/come_and_stay.h"
#include "detect/rules.h"

namespace lf::detect {

/// Source: as growing-site, for the network poller: reads, writes and dials without a deadline. Guards against:
/// kept-alive connections (benign catalogue), whose number follows the load.
void find_stuck_io(const Context& context, Evidences& evidences) {
  find_who_stay(
      context, "goroutine/stuck-io", [](StateClass state_class) { return state_class == StateClass::kIo; }, evidences);
}

}  // namespace lf::detect
