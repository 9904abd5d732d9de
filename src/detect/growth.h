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
  bool grew_enough = false;  ///< not little; or by ten at least, in every interval

  std::uint64_t first() const { return counts.empty() ? 0 : counts.front(); }
  std::uint64_t last() const { return counts.empty() ? 0 : counts.back(); }
  /// Enough to tell a leak from a moment: three samples over five seconds; without identities four samples. Six samples
  /// a second apart are five seconds, some milliseconds more or less.
  bool seen_long_enough() const { return counts.size() >= (identified ? 3U : 4U) && span_seconds >= 4.95; }
  /// Whether the rise is more than what a steady number of goroutines that come and go shows by chance in so short a
  /// time. Ids tell that nobody left; without, the counts must part by more than their own scatter, or rise at each
  /// sample.
  bool beyond_chance() const;
  double per_minute() const;
};

/// The counts that stand nearest in time to each of `seconds` (on the clock of `growth.seconds`).
std::vector<double> counts_near(const Growth& growth, std::span<const double> seconds);

/// Measures `group` against the samples of `series`.
Growth measure_growth(const Series& series, const Group& group);

}  // namespace lf::detect
