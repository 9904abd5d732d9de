#include "detect/growth.h"

#include <algorithm>
#include <cmath>

#include "detect/flow.h"

/// What tells a leak from a busy program, by counts and identities.
///
/// A healthy site has a flow: who comes also goes. A leak has none: goroutines come and stay. So the first question is
/// whether anybody leaves (at most one in fifty a sample, for a sampler may catch somebody between two places, and a
/// third of those who came), the second whether more keep coming. "Keep" is where growth counters go wrong: every pool,
/// cache and ramp grows once. A rise that stopped while the rest of the process went on being busy is a plateau; one
/// that stopped because the whole process fell silent (nothing anywhere was born any more) says nothing about the
/// future. A stop is a stop only when the pace so far had brought three or more by now (a Poisson process is silent
/// that long by chance once in twenty). And a silence that lasts as long as the rise says that the rise is over.
///
/// A place's growth may also be a move: of workers who were there before and fall idle here one after the other. Then
/// all goroutines of their entry function together have not become more.
///
/// Without identities a fall is all that can be seen of somebody who left: a crowd of fixed size, of whom one comes for
/// each that goes, looks like one that nobody leaves. Its ramp shows: it levels off, though one more may come at the
/// end.
namespace lf::detect {
namespace {

struct Judged {
  const SamplePoint* sample;
  GroupPoint point;  ///< zero where the group has none
};

std::vector<Judged> judged_samples(const Series& series, std::span<const GroupPoint> points, bool identified,
                                   bool& incomplete) {
  std::vector<Judged> judged;
  auto at = points.begin();
  for (const SamplePoint& sample : series.samples) {
    if (sample.epoch != series.epoch || !sample.has_goroutines || sample.has_identities != identified) continue;
    while (at != points.end() && at->serial < sample.serial) ++at;
    GroupPoint point;
    if (at != points.end() && at->serial == sample.serial) point = *at;
    if (sample.truncated) {
      incomplete = true;
      continue;
    }
    judged.push_back({&sample, point});
  }
  return judged;
}

/// Whether nothing in the process was born up to this sample. Counts alone see a goroutine that changes its state as
/// one less here and one more there, so that two are let pass.
bool is_quiet(const SamplePoint& sample, bool identified) {
  return sample.births <= (identified ? 0U : 2U);
}

/// What all goroutines of the group's entry function, wherever they are, grew by from the first to the last of
/// `judged`.
std::int64_t gain_of_population(const Series& series, const Group& group, const std::vector<Judged>& judged) {
  const std::vector<Population::Point>& points = series.populations[group.root_population - 1].points;
  const auto count_at = [&](Serial serial) {
    const auto at = std::ranges::lower_bound(points, serial, {}, &Population::Point::serial);
    return at != points.end() && at->serial == serial ? std::int64_t{at->count} : 0;
  };
  return count_at(judged.back().sample->serial) - count_at(judged.front().sample->serial);
}

/// `Growth::levelled_off`, over the intervals in which something was going on.
bool levels_off(const Growth& growth) {
  constexpr double kTenth = 10;
  const std::size_t end = growth.active_intervals;
  for (std::size_t i = 1; i < end; ++i) {
    if (growth.counts[i] <= growth.first()) continue;
    const auto came = static_cast<double>(growth.counts[i] - growth.first());
    const double expected = came * (growth.seconds[end] - growth.seconds[i]) / (growth.seconds[i] - growth.seconds[0]);
    const double more = static_cast<double>(growth.counts[end]) - static_cast<double>(growth.counts[i]);
    if (expected >= kSilentOnceInTwenty && more * kTenth <= expected) return true;
  }
  return false;
}

/// `Growth::chance_before_silence`: where nothing is born any more, a flow drains.
double chance_before_silence(const Growth& growth) {
  constexpr double kRounding = 1.0 / 12;
  const std::size_t active = growth.active_intervals + 1;
  if (growth.identified || active >= growth.counts.size() || growth.last() != growth.counts[active - 1]) return 1;
  const std::vector<double> counts(growth.counts.begin(), growth.counts.begin() + static_cast<std::ptrdiff_t>(active));
  return chance_of_line(std::span(growth.seconds).first(active), counts, kRounding);
}

/// Whether a pile of any size surely grows. Counts that rise in each of a few intervals are worth a longer look.
bool grows_surely(const Growth& growth, StateClass state_class) {
  constexpr std::uint64_t kMany = 10;
  if (growth.entries < kMany * growth.leaves) return false;
  const bool in_every_interval =
      !growth.identified && growth.entries >= kMany && growth.rises >= 3 && growth.rises + 1 == growth.counts.size();
  return growth.rules_out_flow(state_class) || in_every_interval;
}

}  // namespace

bool waiting_is_wrong(StateClass state_class) {
  return is_stuck_class(state_class) && state_class != StateClass::kCond;
}

bool Growth::rules_out_flow(StateClass state_class) const {
  const bool wrong = waiting_is_wrong(state_class);
  if (identified) return rules_out_flow(wrong ? kFlowRuledOutOfStuck : kFlowRuledOut);
  if (counts.size() > 4) return rules_out_flow(kFlowRuledOutByCounts);
  return rules_out_flow(wrong ? kFlowDoubtful : kFlowRuledOutByFourCounts);
}

bool Growth::beyond_chance() const {
  constexpr double kLongTime = 30;  // of samples so far apart none repeats the other
  constexpr double kScatters = 1.5;
  if (identified || span_seconds >= kLongTime || rules_out_flow(kFlowRuledOutByCounts)) return true;
  const double gain = static_cast<double>(last()) - static_cast<double>(first());
  return rises + 1 == counts.size() || gain >= kScatters * std::sqrt(static_cast<double>(first() + last()));
}

double Growth::per_minute() const {
  if (span_seconds <= 0) return 0;
  return (static_cast<double>(last()) - static_cast<double>(first())) * 60 / span_seconds;
}

std::vector<double> counts_near(const Growth& growth, std::span<const double> seconds) {
  std::vector<double> counts;
  if (growth.counts.empty()) return counts;
  for (const double at : seconds) {
    const auto nearest = std::ranges::min_element(growth.seconds, {}, [&](double t) { return std::abs(t - at); });
    counts.push_back(static_cast<double>(growth.counts[static_cast<std::size_t>(nearest - growth.seconds.begin())]));
  }
  return counts;
}

namespace {

/// What `judged` tells, but for who the goroutines are.
Growth measure(const std::vector<Judged>& judged, StateClass state_class, bool identified) {
  Growth growth;
  growth.identified = identified;
  std::uint64_t exposure = 0;
  std::size_t last_rise = 0, last_busy = 0;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const GroupPoint& point = judged[i].point;
    growth.seconds.push_back(judged[i].sample->seconds);
    growth.counts.push_back(point.count);
    if (i == 0) continue;
    const std::uint64_t before = growth.counts[i - 1], entries_before = growth.entries;
    exposure += before;
    growth.goroutine_seconds += static_cast<double>(before) * (growth.seconds[i] - growth.seconds[i - 1]);
    if (growth.identified) {
      growth.births += point.births;
      growth.entries += std::uint64_t{point.births} + point.arrivals;
      growth.leaves += std::uint64_t{point.deaths} + point.departures;
    } else if (point.count > before) {
      growth.entries += point.count - before;
    } else {
      growth.leaves += before - point.count;
    }
    growth.came_last = growth.entries > entries_before;
    if (point.count > before) {
      ++growth.rises;
      last_rise = i;
    }
    if (point.count < before) ++growth.falls;
    if (!is_quiet(*judged[i].sample, growth.identified)) last_busy = i;
  }
  if (judged.size() < 2) return growth;
  growth.span_seconds = growth.seconds.back() - growth.seconds.front();
  growth.chance_of_flow = growth.identified ? chance_of_flow(growth.entries, growth.leaves)
                                            : std::min(chance_of_steady(growth.rises, growth.falls),
                                                       chance_of_line(growth.seconds, growth.counts));
  growth.active_intervals = std::max(last_busy, last_rise);
  growth.chance_before_silence = chance_before_silence(growth);
  // However often one looks, those who leave must be few beside those who come.
  constexpr std::uint64_t kOneInFifty = 50, kFewBeside = 3;
  growth.nobody_leaves = growth.leaves * kOneInFifty <= exposure && growth.leaves * kFewBeside <= growth.entries;
  if (last_rise > 0) {
    const double rising_time = growth.seconds[last_rise] - growth.seconds.front();
    const double idle_time = growth.seconds[growth.active_intervals] - growth.seconds[last_rise];
    growth.tail_expected = static_cast<double>(growth.entries) * idle_time / rising_time;
    const double standing_time = growth.seconds.back() - growth.seconds[last_rise];
    growth.expected_since_rise = static_cast<double>(growth.entries) * standing_time / rising_time;
    growth.stopped_long_since = judged.size() - 1 - last_rise >= 3 && standing_time >= rising_time;
  }
  growth.levelled_off = levels_off(growth);
  growth.rises_to_the_end = growth.rises >= 2 && growth.tail_expected < kSilentOnceInTwenty;
  const std::uint64_t gain = growth.last() > growth.first() ? growth.last() - growth.first() : 0;
  const bool by_a_quarter = gain >= 2 && gain * 4 >= growth.first();
  const bool steadily = growth.rises >= 3 && growth.counts.size() >= 5 && growth.rises * 2 >= growth.active_intervals;
  growth.grew_little = !by_a_quarter && !steadily;
  growth.grew_enough = !growth.grew_little || grows_surely(growth, state_class);
  return growth;
}

}  // namespace

Growth measure_growth(const Series& series, const Group& group) {
  bool incomplete = false;
  const std::vector<Judged> judged = judged_samples(series, group.points, group.identified, incomplete);
  Growth growth = measure(judged, group.state_class, group.identified && !series.identities_broken);
  growth.incomplete = incomplete;
  growth.survivors = growth.identified ? group.survivors : 0;
  if (judged.size() < 2 || group.root_population == 0) return growth;
  const std::int64_t of_all = gain_of_population(series, group, judged);
  const std::int64_t own =
      growth.last() > growth.first() ? static_cast<std::int64_t>(growth.last() - growth.first()) : 0;
  growth.main_part = growth.identified || of_all <= 0 || own * 2 >= of_all;
  growth.moved_here = own > 0 && of_all * 2 < own;
  return growth;
}

Growth measure_growth(const Series& series, const Population& population, StateClass state_class) {
  std::vector<GroupPoint> points;
  points.reserve(population.points.size());
  for (const Population::Point& point : population.points) {
    points.push_back({.serial = point.serial, .count = point.count, .births = point.births, .deaths = point.deaths});
  }
  bool incomplete = false;
  const std::vector<Judged> judged = judged_samples(series, points, population.identified, incomplete);
  Growth growth = measure(judged, state_class, population.identified && !series.identities_broken);
  growth.incomplete = incomplete;
  return growth;
}

}  // namespace lf::detect
