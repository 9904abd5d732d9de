#include <cmath>

#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/rules.h"

namespace lf::detect {
namespace {

constexpr std::uint64_t kLongWaitMinutes = 3;  // one collection interval (two minutes) may be false
constexpr std::uint64_t kCrowd = 100;

int crowd_points(std::uint64_t count) {
  return static_cast<int>(std::min(15.0, 5.0 * std::log10(static_cast<double>(count))));
}

}  // namespace

/// Source: LeakProf (CGO 2024), its single-profile crowding. Guards against: number alone. Where several samples tell
/// who comes and goes, a crowd is only a remark; minutes in headers begin at a collection, are absent before the
/// second, and may be one collection interval too high, so that they add to a suspicion and never make a leak.
void find_crowded_sites(const Context& context, Evidences& evidences) {
  for (std::uint32_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    const GroupFacts& facts = context.groups[i];
    if (facts.count < context.options.leakprof_threshold || !is_waiting(group.state_class)) continue;
    if (!facts.benign.empty()) continue;
    const Subject subject{SubjectKind::kGroup, i};
    const bool one_look = !facts.growth.seen_long_enough() && facts.growth.leaves == 0;
    const bool many = facts.count >= context.options.goroutine_thresholds.critical;
    const Grade grade = one_look && many ? Grade::kCrowd : Grade::kRemark;
    if (grade == Grade::kCrowd || facts.count >= kCrowd) {
      evidences.push_back({subject, "goroutine/crowded-site", grade, "crowd", crowd_points(facts.count),
                           format("{} goroutines wait at this one place", facts.count)});
    }
    const std::uint64_t enough = is_stuck_class(group.state_class) ? context.options.leakprof_threshold : kCrowd;
    if (group.wait_min < kLongWaitMinutes || facts.count < enough) continue;
    evidences.push_back(
        {subject, "goroutine/crowded-site", one_look ? Grade::kLongWait : Grade::kRemark, "wait", 10,
         format("all {} have waited for at least {} minutes (a hint: the runtime's clock for it starts at "
                "a collection)",
                facts.count, group.wait_min)});
  }
}

}  // namespace lf::detect
