#include "detect/doubt.h"

#include <algorithm>
#include <optional>

#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/excuse.h"

namespace lf::detect {
namespace {

/// How long a pile that nobody joins or leaves is watched: whoever leaks once a second or more would have shown. Crowds
/// that may as well be a pool's are watched for just a second.
constexpr double kMomentSeconds = 2.5, kSecond = 1.3;
constexpr std::uint64_t kSmallCrowd = 16;
constexpr std::uint64_t kLeastPile = 2;
/// Beyond so many places it does not matter which they are.
constexpr std::size_t kMostDoubts = 100;

/// Members of each group by the age of their ids: whether they came one after the other while the process went on.
/// A pool's workers are born together, so that their ids are close.
std::vector<bool> find_gathered(const Series& series) {
  struct Ids {
    std::uint64_t lowest = UINT64_MAX, highest = 0, count = 0;
  };
  constexpr std::uint64_t kFarApart = 8, kLeastCrew = 5;
  std::vector<Ids> ids(series.groups.size());
  for (const LiveGoroutine& goroutine : series.live) {
    Ids& own = ids[goroutine.group];
    own.lowest = std::min(own.lowest, goroutine.id);
    own.highest = std::max(own.highest, goroutine.id);
    ++own.count;
  }
  std::vector<bool> gathered;
  for (const Ids& own : ids) {
    gathered.push_back(own.count >= kLeastCrew && own.highest - own.lowest >= kFarApart * own.count);
  }
  return gathered;
}

/// Nobody came and nobody went, and that is what a leak looks like for a moment: sends and locks that nobody serves,
/// and waiters who came one by one.
bool is_doubtful_pile(const GroupFacts& facts, StateClass state_class, bool gathered) {
  const Growth& growth = facts.growth;
  if (growth.span_seconds >= kMomentSeconds || growth.entries > 0 || facts.count < kLeastPile) return false;
  const bool crowd = facts.count >= kSmallCrowd && growth.span_seconds < kSecond;
  return facts.benign.empty() && (waiting_is_wrong(state_class) || gathered || crowd || growth.unkept());
}

/// Somebody came, nobody left, and it isn't over; a process that fell silent is no reason to wait. One or two in a long
/// look are below what it can tell.
bool still_grows(const Growth& growth) {
  const std::uint64_t least = growth.seen_long_enough() ? 3 : 1;
  return growth.entries >= least && growth.last() > growth.first() && growth.expected_since_rise < kSilentOnceInTwenty;
}

bool in_doubt(const GroupFacts& facts, StateClass state_class, bool gathered) {
  const Growth& growth = facts.growth;
  const std::optional<Grade> grade = come_and_stay(facts, state_class);
  if (grade) return *grade == Grade::kGlimpse;
  if (growth.counts.size() < 2 || growth.leaves > 0 || growth.falls > 0) return false;
  return still_grows(growth) || is_doubtful_pile(facts, state_class, gathered);
}

std::string words_of(const Context& context, std::uint32_t index) {
  const Group& group = context.series.groups[index];
  const Growth& growth = context.groups[index].growth;
  const std::string_view function = context.symbols.function(group.site);
  if (growth.last() > growth.first()) return format("{} grows, {} to {}", function, growth.first(), growth.last());
  return format("{} stand in {} at {}", growth.last(), wait_state_name(group.state), function);
}

}  // namespace

std::vector<Doubt> find_doubts(const Context& context) {
  const std::vector<bool> gathered = find_gathered(context.series);
  std::vector<Doubt> doubts;
  for (std::uint32_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    const GroupFacts& facts = context.groups[i];
    const bool settled = facts.count == 0 || facts.part_of > 0 || group.leaked > 0 ||
                         group.state_class == StateClass::kForever || !is_waiting(group.state_class);
    if (settled || !in_doubt(facts, group.state_class, gathered[i])) continue;
    if (excuse_of(context, i).at_most < Verdict::kLeak) continue;
    doubts.push_back({group.site, facts.count, words_of(context, i)});
  }
  std::ranges::stable_sort(doubts, std::ranges::greater{}, &Doubt::count);
  if (doubts.size() > kMostDoubts) doubts.resize(kMostDoubts);
  return doubts;
}

}  // namespace lf::detect
