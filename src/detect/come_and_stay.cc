#include "detect/come_and_stay.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"

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
  return growth.moved_here && (!is_stuck_class(state_class) || state_class == StateClass::kCond);
}

void add(const Context& context, std::uint32_t index, std::string_view rule, Grade grade, Evidences& evidences) {
  const Growth& growth = context.groups[index].growth;
  const Subject subject{SubjectKind::kGroup, index};
  const std::string span = span_in_words(growth.span_seconds);
  std::string identity;
  if (growth.identified) {
    identity = format("{} came and {} left in {} ({} samples); {} of the first {} are still there", growth.entries,
                      growth.leaves == 0 ? "none" : std::to_string(growth.leaves), span, growth.counts.size(),
                      growth.survivors, growth.first());
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

}  // namespace

std::optional<Grade> come_and_stay(const GroupFacts& facts, StateClass state_class) {
  const Growth& growth = facts.growth;
  if (growth.counts.size() < 2 || growth.last() == 0 || state_class == StateClass::kRuntime) return std::nullopt;
  if (!growth.nobody_leaves || !growth.grew_enough || growth.entries < kLeastNewcomers) return std::nullopt;
  if (!growth.identified && growth.falls > 0) return std::nullopt;
  if (called_to_work(growth, state_class) || fell_idle(growth, state_class)) return std::nullopt;
  if (growth.seen_long_enough()) {
    const bool over = growth.stopped_long_since && !is_stuck_class(state_class);
    if ((growth.rises_to_the_end && !over) || piles_up(growth, state_class)) {
      // A sleeper wakes by itself, who is at work waits soon, a crowd that has levelled off or hardly grew may be
      // others each time; without identities nobody can tell that it is the same.
      const bool passing = state_class == StateClass::kSleep || is_at_work(state_class) || !growth.main_part ||
                           growth.grew_little || (growth.levelled_off && !is_stuck_class(state_class));
      // An id at a handler may be the next request's on the same connection: rising load looks alike for a while.
      constexpr double kLongestRequest = 30;
      const bool next_request = facts.serves_requests && growth.span_seconds < kLongestRequest;
      const bool by_chance = !is_stuck_class(state_class) && (!growth.beyond_chance() || next_request);
      const bool unsure = (!growth.identified && passing) || by_chance;
      return growth.incomplete || unsure || !enough_came(growth) ? Grade::kGlimpse : Grade::kLasting;
    }
    return std::nullopt;
  }
  const bool whole = growth.leaves == 0 && growth.first() >= 2 && growth.tail_expected < 1;
  return whole ? std::optional(Grade::kGlimpse) : std::nullopt;
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
