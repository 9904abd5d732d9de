#include "detect/come_and_stay.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "detect/flow.h"

namespace lf::detect {
namespace {

constexpr std::uint64_t kLeastNewcomers = 2;

/// Of three samples two may be one moment (compare looks twice after the load), which catches what is in flight: then
/// two newcomers are not enough.
bool enough_came(const Growth& growth) {
  if (growth.counts.size() > 3 || growth.entries >= 4) return true;
  const double apart = growth.seconds.back() - growth.seconds[growth.seconds.size() - 2];
  return apart * 4 >= growth.span_seconds;
}

/// More joined those that were there at the first sample, all of whom are still there, nobody got away, and they cannot
/// be a pool's idlers: locks and sends by what they are; others by a pile half as large again, in a process that is
/// silent since, that nobody keeps (stuck kinds without identities: by the pile and the silence).
bool piles_up(const Growth& growth, StateClass state_class) {
  if (growth.leaves > 0 || growth.first() == 0 || growth.rises == 0) return false;
  if (growth.identified && growth.survivors < growth.first()) return false;
  const bool never_idle = state_class == StateClass::kLock || state_class == StateClass::kChanSend;
  if (growth.identified && (never_idle || state_class == StateClass::kForever)) return true;
  const bool silent_since = growth.tail_expected == 0;
  const bool half_as_large_again = (growth.last() - growth.first()) * 2 >= growth.first();
  if (!silent_since || !half_as_large_again) return false;
  return growth.identified ? growth.unkept() : is_stuck_class(state_class);
}

/// Most who came to be seen at work had been waiting elsewhere: a pool that has more to do, or a processor that has.
bool called_to_work(const Growth& growth, StateClass state_class) {
  return is_at_work(state_class) && growth.identified && growth.births * 2 < growth.entries;
}

/// Whether the growth is a pool's: workers who were there before and have nothing more to do, one after the other.
bool fell_idle(const Growth& growth, StateClass state_class) {
  return growth.moved_here && !waiting_is_wrong(state_class);
}

/// How long they stay at least, where that says more than how long they were watched.
std::string stay_in_words(const Growth& growth) {
  const double stay = least_mean_stay(growth.goroutine_seconds, growth.leaves);
  if (stay < 2 * growth.span_seconds) return {};
  return format(", so that they stay for {} on average at least", span_in_words(stay));
}

void add(const Context& context, std::uint32_t index, std::string_view rule, Grade grade, Evidences& evidences) {
  const Growth& growth = context.groups[index].growth;
  const Subject subject{SubjectKind::kGroup, index};
  const std::string span = span_in_words(growth.span_seconds);
  std::string identity;
  if (growth.identified) {
    identity =
        format("{} came and {} {} in {} ({} samples, {:.0f} goroutine-seconds){}; {} of the first {} are still there",
               growth.entries, growth.leaves == 0 ? "none" : std::to_string(growth.leaves),
               context.groups[index].of_population ? "ended" : "left", span, growth.counts.size(),
               growth.goroutine_seconds, stay_in_words(growth), growth.survivors, growth.first());
  } else {
    identity = format(
        "the number never fell in {} samples over {}; without goroutine ids, arrivals and departures can "
        "only be counted",
        growth.counts.size(), span);
  }
  const int persistence = grade == Grade::kLasting ? (growth.identified ? 35 : 25) : 15;
  evidences.push_back({subject, rule, grade, "persistence", persistence, std::move(identity)});
  const double per_minute = growth.per_minute();
  const int steadiness = static_cast<int>(20.0 * static_cast<double>(growth.rises) /
                                          static_cast<double>(std::max<std::size_t>(growth.active_intervals, 1)));
  evidences.push_back(
      {subject, rule, Grade::kRemark, "growth", std::clamp(steadiness, 5, 20),
       format("goroutines at each sample: {} ({:+.1f} a minute)", counts_in_words(growth.counts), per_minute)});
}

/// So few came in so short a time that they may be a slow flow's, of whom none has left yet. Those that somebody keeps,
/// or that wait where healthy goroutines do, may be so for longer.
bool are_few(const Growth& growth, StateClass state_class) {
  constexpr double kLong = 30, kLongByCounts = 60;
  if (growth.rules_out_flow(kFlowDoubtful)) return false;
  if (growth.identified) return growth.span_seconds < kLong && !growth.unkept();
  // A flow that brings ten more does not then stand still.
  const bool stands = growth.entries >= 10 && growth.counts[growth.counts.size() - 2] == growth.last();
  if (stands && is_stuck_class(state_class)) return false;
  const bool long_look = growth.span_seconds >= kLongByCounts;
  if (growth.chance_before_silence < (long_look ? 0.1 : 0.05)) return false;
  return !long_look || growth.first() == 0 || !is_stuck_class(state_class);
}

/// What a look that is long enough shows of goroutines that came and of whom nobody leaves.
std::optional<Grade> judge_long_look(const GroupFacts& facts, StateClass state_class) {
  const Growth& growth = facts.growth;
  const bool over = growth.stopped_long_since && !is_stuck_class(state_class);
  const bool goes_on = growth.rises_to_the_end && !over;
  if (!goes_on && !piles_up(growth, state_class)) return std::nullopt;
  // A sleeper wakes by itself, who is at work waits soon, a crowd that has levelled off or hardly grew may be others
  // each time; without identities nobody can tell that it is the same.
  const bool hardly_grew = growth.grew_little && !growth.rules_out_flow(state_class);
  // A few more of a large crowd that parks may be a ramp's: it shows by going on.
  constexpr double kShortRamp = 15;
  const bool short_ramp =
      growth.grew_little && !is_stuck_class(state_class) && growth.rises < 3 && growth.span_seconds < kShortRamp;
  const bool passing = state_class == StateClass::kSleep || is_at_work(state_class) || !growth.main_part ||
                       hardly_grew || (growth.levelled_off && !is_stuck_class(state_class));
  // An id at a handler may be the next request's on the same connection: rising load looks alike for a while.
  constexpr double kLongestRequest = 30;
  const bool next_request = facts.serves_requests && growth.span_seconds < kLongestRequest;
  const bool by_chance = !is_stuck_class(state_class) && (!growth.beyond_chance() || next_request);
  // Those of a population that moves on are alive: more of them may be more to do.
  const bool alive = facts.of_population && !growth.unkept();
  const bool unsure =
      (!growth.identified && passing) || by_chance || alive || short_ramp || are_few(growth, state_class);
  return growth.incomplete || unsure || !enough_came(growth) ? Grade::kGlimpse : Grade::kLasting;
}

}  // namespace

std::optional<Grade> come_and_stay(const GroupFacts& facts, StateClass state_class) {
  const Growth& growth = facts.growth;
  if (growth.counts.size() < 2 || growth.last() == 0 || state_class == StateClass::kRuntime) return std::nullopt;
  if (!growth.nobody_leaves || growth.entries < kLeastNewcomers) return std::nullopt;
  if (!growth.identified && growth.falls > 0) return std::nullopt;
  if (called_to_work(growth, state_class) || fell_idle(growth, state_class)) return std::nullopt;
  // More of a population that is alive are more clients, for as long as a morning's rise may take.
  constexpr double kLongRise = 60;
  if (facts.of_population && growth.span_seconds < kLongRise && !growth.unkept()) return std::nullopt;
  if (growth.grew_enough && growth.seen_long_enough()) {
    const std::optional<Grade> grade = judge_long_look(facts, state_class);
    if (grade) return grade;
  }
  const bool short_look = growth.grew_enough && !growth.seen_long_enough();
  if (short_look && growth.leaves == 0 && growth.first() >= 2 && growth.tail_expected < 1) return Grade::kGlimpse;
  const bool no_flow = growth.identified && growth.rules_out_flow(kFlowDoubtful) && growth.came_last;
  return no_flow ? std::optional(Grade::kGlimpse) : std::nullopt;
}

void find_who_stay(const Context& context, std::string_view rule, bool (*applies)(StateClass), Evidences& evidences) {
  for (std::uint32_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    if (!applies(group.state_class)) continue;
    const std::optional<Grade> grade = come_and_stay(context.groups[i], group.state_class);
    const std::uint64_t count = context.groups[i].count;
    if (!grade || (*grade == Grade::kGlimpse && count < context.options.leakprof_threshold)) continue;
    add(context, i, rule, *grade, evidences);
  }
}

std::string span_in_words(double seconds) {
  if (seconds < 10) return format("{:.1f} s", seconds);
  if (seconds < 180) return format("{:.0f} s", seconds);
  if (seconds < 3 * 3600) return format("{:.0f} min", seconds / 60);
  return format("{:.1f} h", seconds / 3600);
}

std::string counts_in_words(const std::vector<std::uint64_t>& counts) {
  constexpr std::size_t kMost = 8;
  std::string out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts.size() > kMost && i == kMost / 2) {
      out += ", …";
      i = counts.size() - kMost / 2;
    }
    out += format("{}{}", out.empty() ? "" : ", ", counts[i]);
  }
  return out;
}

}  // namespace lf::detect
