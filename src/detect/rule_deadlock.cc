#include "base/format.h"
#include "detect/rules.h"

namespace lf::detect {

/// Source: runtime/proc.go checkdead, which ends a program once no goroutine can run and no timer or descriptor could
/// wake one. Guards against: libraries' idle loops, which are asleep as well and not to blame.
void find_deadlocks(const Context& context, Evidences& evidences) {
  if (!context.series.deadlocked) return;
  for (std::uint32_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    const GroupFacts& facts = context.groups[i];
    if (facts.count == 0 || !is_waiting(group.state_class) || !facts.benign.empty()) continue;
    evidences.push_back({{SubjectKind::kGroup, i},
                         "goroutine/deadlock",
                         Grade::kProof,
                         "proof",
                         60,
                         format("the runtime ended the program here (all goroutines are asleep - deadlock!): {}",
                                facts.count == 1 ? "nothing could wake this one" : "nothing could wake them")});
  }
}

}  // namespace lf::detect
