#include <cmath>

#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/long_wait.h"
#include "detect/rules.h"

namespace lf::detect {
namespace {

constexpr std::uint64_t kHours = 60;  // nobody is slow to receive for so long
constexpr std::uint64_t kLargeCrowd = 500;

int crowd_points(std::uint64_t count) {
  return static_cast<int>(std::min(15.0, 5.0 * std::log10(static_cast<double>(count))));
}

/// Whether the minutes in the headers speak against the group: of a crowd, or of a send that stands for so long that no
/// slow receiver is left to blame. A pool idles for as long as it is not needed, so where several looks tell that
/// nobody comes, only what somebody else must end counts.
Grade weigh_waits(const Context& context, const Group& group, const GroupFacts& facts) {
  const bool stuck = waiting_is_wrong(group.state_class);
  const bool stands_for_hours = group.state_class == StateClass::kChanSend && group.wait_min >= kHours;
  const std::uint64_t enough = is_stuck_class(group.state_class) ? context.options.leakprof_threshold : kCrowd;
  if (group.wait_min < kLongWaitMinutes || (facts.count < enough && !stands_for_hours)) return Grade::kRemark;
  const bool one_dump = facts.growth.counts.size() <= 1;
  return (stuck || one_dump) && facts.growth.leaves == 0 ? Grade::kLongWait : Grade::kRemark;
}

/// What a crowd of the benign catalogue comes to.
std::string connections_in_words(const GroupFacts& facts) {
  constexpr std::string_view kSecond = "one dump does not tell whether they grow: a second one does";
  if (facts.each == 1) return format("{} of them; {}", facts.count, kSecond);
  return format("about {} connections of {} are open; {}", facts.count / facts.each, facts.library, kSecond);
}

}  // namespace

/// Source: LeakProf (CGO 2024), its single-profile crowding. Guards against: number alone: idle pools are a remark
/// whatever their size, and so are crowds of which somebody leaves. Minutes in headers begin at a collection, are
/// absent before the second, and may be one collection interval too high, so that they add to a suspicion and never
/// make a leak.
void find_crowded_sites(const Context& context, Evidences& evidences) {
  for (std::uint32_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    const GroupFacts& facts = context.groups[i];
    const Subject subject{SubjectKind::kGroup, i};
    if (facts.is_ordinary_crowd()) {
      evidences.push_back({subject, "goroutine/crowded-site", Grade::kRemark, "crowd", crowd_points(facts.count),
                           connections_in_words(facts)});
    }
    if (facts.count == 0 || !is_waiting(group.state_class) || !facts.benign.empty()) continue;
    const bool suspect = waiting_is_wrong(group.state_class) && facts.count >= kLargeCrowd && facts.growth.leaves == 0;
    if (suspect || facts.count >= kCrowd) {
      evidences.push_back({subject, "goroutine/crowded-site", suspect ? Grade::kCrowd : Grade::kRemark, "crowd",
                           crowd_points(facts.count), format("{} goroutines wait at this one place", facts.count)});
    }
    const Grade waits = weigh_waits(context, group, facts);
    if (group.wait_min < kLongWaitMinutes || (facts.count < kCrowd && waits == Grade::kRemark)) continue;
    evidences.push_back({subject, "goroutine/crowded-site", waits, "wait", 10,
                         format("all {} have waited for at least {} minutes (a hint: the runtime's clock for it starts "
                                "at a collection)",
                                facts.count, group.wait_min)});
  }
}

}  // namespace lf::detect
