#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/rules.h"

namespace lf::detect {

/// Source: stuckroutines' idea that ids which persist between dumps are stuck. Guards against: idle pools and lone
/// waiters, which persist as well: only sends that nobody takes and locks that nobody gets count, and only where
/// several stand at one place.
void find_persistent_sites(const Context& context, Evidences& evidences) {
  for (std::uint32_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    const Growth& growth = context.groups[i].growth;
    const bool all_stayed = growth.identified && growth.counts.size() >= 2 && growth.leaves == 0 &&
                            growth.survivors == growth.last() && growth.last() == growth.first();
    // A moment's standstill of a few is what a slow receiver makes; of many it is worth a longer look.
    constexpr std::uint64_t kManyInAMoment = 100;
    const std::uint64_t enough = growth.seen_long_enough() ? context.options.leakprof_threshold : kManyInAMoment;
    if (!all_stayed || growth.last() < enough) continue;
    const bool stuck = group.state_class == StateClass::kChanSend ||
                       (group.state_class == StateClass::kLock && growth.seen_long_enough());
    if (!stuck || !context.groups[i].benign.empty()) continue;
    evidences.push_back({{SubjectKind::kGroup, i},
                         "goroutine/persistent-site",
                         Grade::kGlimpse,
                         "persistence",
                         20,
                         format("the same {} goroutines stood here in each of {} samples over {}", growth.last(),
                                growth.counts.size(), span_in_words(growth.span_seconds))});
  }
}

}  // namespace lf::detect
