#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "detect/series.h"

namespace lf::detect {

/// How a group's number of goroutines went over the samples that can be judged: those since the last restart, of the
/// group's own form, not cut.
struct Growth {
  std::vector<double> seconds;
  std::vector<std::uint64_t> counts;
  bool identified = false;  ///< flows are known by goroutine id
  bool incomplete = false;  ///< some samples were cut and are not in here
  double span_seconds = 0;
  double goroutine_seconds = 0;  ///< of exposure: how long how many were watched
  /// That a steady flow looks like this (flow.h): by who came and who left; without identities by rises and falls, or
  /// by how straight the rise is.
  double chance_of_flow = 1;
  /// Without identities: that a steady count rises so straight up to where the process fell silent, and stays there
  /// since; 1 where it didn't.
  double chance_before_silence = 1;
  bool came_last = false;       ///< somebody came in the last interval
  std::uint64_t entries = 0;    ///< came after the first sample: born, or arrived from elsewhere
  std::uint64_t births = 0;     ///< of these, born
  std::uint64_t leaves = 0;     ///< died, or went elsewhere
  std::uint64_t survivors = 0;  ///< there from the first sample to the last
  std::uint64_t orphans = 0;    ///< members whose starter has ended
  std::uint64_t starters = 0;   ///< different goroutines that started them
  std::size_t rises = 0;        ///< intervals in which the count rose
  std::size_t falls = 0;
  std::size_t active_intervals = 0;  ///< without those at the end in which nothing in the process was born
  double tail_expected = 0;  ///< entries that the pace so far would have brought since the last rise, active time only
  double expected_since_rise = 0;  ///< the same, whether or not the process is silent
  bool nobody_leaves = false;
  bool rises_to_the_end = false;
  /// Hardly any came since some sample, where the pace before it had brought ten times as many, and three at least.
  bool levelled_off = false;
  /// Without identities: the larger part of what its entry function's goroutines grew by, so that it is no passing
  /// state.
  bool main_part = true;
  /// All goroutines of its entry function together did not grow by half as many: they were there before, elsewhere.
  bool moved_here = false;
  /// Nobody keeps them: they were started by several goroutines that have all ended, or nearly each by one of its own,
  /// as no pool's are.
  bool unkept() const { return starters >= 2 && (orphans == last() || starters * 5 >= last() * 4); }
  /// Nothing came for at least three samples and as long as the rise took, though the process may have been silent.
  bool stopped_long_since = false;
  bool grew_little = false;  ///< by less than two, or than a quarter, and not in most of many intervals
  bool grew_enough = false;  ///< not little; or surely, whatever the size of the pile

  std::uint64_t first() const { return counts.empty() ? 0 : counts.front(); }
  std::uint64_t last() const { return counts.empty() ? 0 : counts.back(); }
  /// Enough to tell a leak from a moment: three samples over five seconds; without identities four samples. Six samples
  /// a second apart are five seconds, some milliseconds more or less.
  bool seen_long_enough() const { return counts.size() >= (identified ? 3U : 4U) && span_seconds >= 4.95; }
  /// Whether the rise is more than what a steady number of goroutines that come and go shows by chance in so short a
  /// time. Ids tell that nobody left; without, the counts must part by more than their own scatter, or rise at each
  /// sample.
  bool beyond_chance() const;
  /// Whether no steady flow looks like this, be the pile ten or ten thousand.
  bool rules_out_flow(double chance) const { return last() > first() && chance_of_flow < chance; }
  /// As sure as a leak needs it.
  bool rules_out_flow(StateClass state_class) const;
  double per_minute() const;
};

/// Whether goroutines of this class do not wait in healthy programs for long: is_stuck_class, but for a Cond, at which
/// pools idle.
bool waiting_is_wrong(StateClass state_class);

/// So many are expected where none came once in twenty times by chance.
inline constexpr double kSilentOnceInTwenty = 3.0;

/// Chances below which a steady flow is ruled out: for a suspicion (five came, none left); for a leak at sends, locks
/// and WaitGroups, where waiting itself is wrong (seven), and elsewhere (ten); for a leak by a straight line of counts.
inline constexpr double kFlowDoubtful = 0.01;
inline constexpr double kFlowRuledOutOfStuck = 1e-3;
inline constexpr double kFlowRuledOut = 1e-4;
inline constexpr double kFlowRuledOutByCounts = 0.001, kFlowRuledOutByFourCounts = 0.005;

/// The counts that stand nearest in time to each of `seconds` (on the clock of `growth.seconds`).
std::vector<double> counts_near(const Growth& growth, std::span<const double> seconds);

/// Measures `group` against the samples of `series`.
Growth measure_growth(const Series& series, const Group& group);

/// The same of a whole population, wherever its goroutines are caught: only those who ended have left. Most of it waits
/// in `state_class`.
Growth measure_growth(const Series& series, const Population& population, StateClass state_class);

}  // namespace lf::detect
