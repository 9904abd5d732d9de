#include <algorithm>

#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/lock_graph.h"
#include "detect/rules.h"

namespace lf::detect {
namespace {

bool waits_on_sync(StateClass state_class) {
  return state_class == StateClass::kLock || state_class == StateClass::kWaitGroup || state_class == StateClass::kCond;
}

std::string words_of(const Context& context, std::uint32_t index) {
  const LockPart& part = context.locks.parts[index];
  const GroupFacts& facts = context.groups[index];
  if (facts.growth.counts.size() < 2) {
    return format("{}: {} stuck here (one dump, so no duration)", describe(part), facts.count);
  }
  return format("{}: {} of the {} goroutines here were stuck in all {} samples over {}", describe(part), part.stuck,
                facts.count, facts.growth.counts.size(), span_in_words(facts.growth.span_seconds));
}

}  // namespace

/// Source: the wait-for graph of lock_graph.cc. Guards against: busy locks, whose queue moves (nobody who waits here
/// may have left in the whole observation), and the guess who holds a lock: no leak rests on it alone, the goroutines
/// must have been stuck, the same ones, in every sample.
void find_stuck_locks(const Context& context, Evidences& evidences) {
  for (std::uint32_t i = 0; i < context.series.groups.size(); ++i) {
    const LockPart& part = context.locks.parts[i];
    const Growth& growth = context.groups[i].growth;
    if (part.knot == LockKnot::kNone || part.stuck == 0 || growth.leaves > 0) continue;
    if (!part.root && context.groups[part.behind].growth.leaves > 0) continue;
    // The network may answer in the next moment.
    const bool may_go_on = part.knot == LockKnot::kHolderInNetwork;
    const bool long_enough = growth.seen_long_enough() && !growth.incomplete && !may_go_on;
    evidences.push_back({{SubjectKind::kGroup, i},
                         "goroutine/stuck-lock",
                         long_enough ? Grade::kLasting : Grade::kGlimpse,
                         "lock",
                         30,
                         words_of(context, i)});
    if (part.addresses == 0 && waits_on_sync(context.series.groups[i].state_class)) {
      evidences.push_back(
          {{SubjectKind::kGroup, i},
           "goroutine/stuck-lock",
           Grade::kRemark,
           "lock",
           0,
           "the dump does not tell which lock they wait on: who holds it is inferred from stacks alone"});
    }
  }
}

}  // namespace lf::detect
