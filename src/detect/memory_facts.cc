#include "detect/memory_facts.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <tsl/robin_map.h>

#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/flow.h"

/// Heap values as the runtime gives them are estimates: one allocation in about 512 KiB is sampled, so that a value
/// built from k samples has an error of about its k-th root. They are also as old as the last collection: two profiles
/// without one between them are one measurement. So a site's series has one value a collection, its growth must stand
/// out of its own sampling error, and a trend test decides, not two ends.
///
/// A rise is no leak yet: caches and pools fill up. What has stopped rising has come to its plateau; a single growing
/// array (few objects, much bigger each time) rises in steps that come ever more seldom, so for it a plateau is told
/// only when it has lasted as long as the growth before it. The profile is late by up to two collections and noisy;
/// where MemStats is at hand, the goal of the next collection, which is the exact live heap times a constant, tells
/// whether the rise goes on.
namespace lf::detect {
namespace {

constexpr double kMiB = 1 << 20;
constexpr double kFivePercent = 0.05;

/// The samples with a heap profile, one a collection: indices into Series::samples.
std::vector<std::size_t> distinct_heaps(const Series& series) {
  std::vector<std::size_t> picked;
  for (std::size_t i = 0; i < series.samples.size(); ++i) {
    const SamplePoint& sample = series.samples[i];
    if (sample.epoch != series.epoch || !sample.live_bytes) continue;
    if (!picked.empty()) {
      const SamplePoint& before = series.samples[picked.back()];
      if (before.num_gc && sample.num_gc && *before.num_gc == *sample.num_gc) continue;
      if (!sample.num_gc && *before.live_bytes == *sample.live_bytes) continue;
    }
    picked.push_back(i);
  }
  return picked;
}

/// Standard error of an estimated growth of `bytes` in objects like those of `point`: an object of size s is sampled
/// with probability p = 1 − exp(−s / rate), and stands for 1 / p of its kind.
double error_of(double bytes, const HeapPoint& point, double rate) {
  if (point.inuse_objects <= 0) return std::sqrt(std::max(bytes, rate) * rate);
  const double size = static_cast<double>(point.inuse_bytes) / static_cast<double>(point.inuse_objects);
  const double sampled = chance_of_sample(size, rate);
  return sampled > 0 ? std::sqrt(std::max(bytes, size) * size * (1 - sampled) / sampled) : rate;
}

std::vector<HeapPoint> values_at(const HeapSite& site, const Series& series, std::span<const std::size_t> at) {
  std::vector<HeapPoint> values;
  auto point = site.points.begin();
  HeapPoint current;
  for (const std::size_t index : at) {
    for (; point != site.points.end() && point->serial <= series.samples[index].serial; ++point) current = *point;
    values.push_back(current);
  }
  return values;
}

/// Whether the last part of the series still rises at a good part of the whole's pace.
bool rises_late(const HeapGrowth& growth, bool in_steps) {
  const std::size_t n = growth.bytes.size();
  if (in_steps) {
    std::size_t last_step = 0;
    double highest = growth.bytes.front();
    for (std::size_t i = 1; i < n; ++i) {
      if (growth.bytes[i] > highest * 1.1) last_step = i;
      highest = std::max(highest, growth.bytes[i]);
    }
    const double growing = growth.seconds[last_step] - growth.seconds.front();
    const double flat = growth.seconds.back() - growth.seconds[last_step];
    return last_step > 0 && flat < growing;
  }
  const std::size_t tail = std::max<std::size_t>(3, n * 2 / 5);
  if (n < tail + 2) return true;
  const std::span<const double> seconds(growth.seconds), bytes(growth.bytes);
  const Trend late = find_trend(seconds.last(tail), bytes.last(tail));
  return late.slope_per_second > growth.trend.slope_per_second / 3;
}

HeapGrowth measure_site(const HeapSite& site, const Series& series, std::span<const std::size_t> at,
                        bool goal_rises_late) {
  HeapGrowth growth;
  const std::vector<HeapPoint> values = values_at(site, series, at);
  if (values.empty()) return growth;
  for (std::size_t i = 0; i < at.size(); ++i) {
    growth.seconds.push_back(series.samples[at[i]].seconds - series.samples[at[0]].seconds);
    growth.bytes.push_back(static_cast<double>(values[i].inuse_bytes));
  }
  const HeapPoint& last = values.back();
  const double last_size = last.inuse_objects > 0 ? growth.bytes.back() / static_cast<double>(last.inuse_objects) : 0;
  growth.in_steps = last.inuse_objects <= 4 && last_size >= kMiB;
  if (values.size() < 2) return growth;
  for (std::size_t i = 1; i < growth.bytes.size(); ++i)
    growth.fell = std::max(growth.fell, growth.bytes[i - 1] - growth.bytes[i]);
  growth.trend = find_trend(growth.seconds, growth.bytes);
  const double rate = sampling_rate(series);
  growth.noise_bytes = error_of(std::max(growth.trend.total, growth.bytes.back() - growth.bytes.front()), last, rate);
  const double first = std::max(growth.trend.first_fit, 0.0);
  growth.significant = growth.trend.p_rising < kFivePercent && growth.trend.total >= kMiB &&
                       growth.trend.total >= 2 * growth.noise_bytes && growth.trend.total >= first / 10;
  growth.over = !rises_late(growth, growth.in_steps) || !(growth.in_steps || goal_rises_late);
  growth.still_growing = growth.significant && !growth.over;
  return growth;
}

GoalGrowth measure_goal(const Series& series) {
  constexpr std::uint64_t kNoGoal = std::uint64_t{1} << 60;  // GOGC=off
  GoalGrowth goal;
  std::uint64_t last_gc = 0;
  for (const SamplePoint& sample : series.samples) {
    if (sample.epoch != series.epoch || !sample.next_gc_bytes || !sample.num_gc) continue;
    if (*sample.next_gc_bytes >= kNoGoal) continue;
    if (!goal.bytes.empty() && *sample.num_gc == last_gc) continue;
    last_gc = *sample.num_gc;
    goal.seconds.push_back(sample.seconds);
    goal.bytes.push_back(static_cast<double>(*sample.next_gc_bytes));
  }
  constexpr std::size_t kLeast = 3;
  if (goal.bytes.size() < kLeast) return goal;
  // What is in flight at a collection counts as live: a twentieth of a megabyte either way at the least.
  constexpr double kInFlight = kMiB / 20;
  const double by_line = chance_of_line(goal.seconds, goal.bytes, kInFlight * kInFlight);
  const double by_trend = find_trend(goal.seconds, goal.bytes).p_rising;
  constexpr double kLeastGain = 2 * kMiB;  // below, it is what a little more load has in flight
  goal.rises = std::min(by_line, by_trend) < kFivePercent && goal.live_gain() >= kLeastGain;
  return goal;
}

/// Bytes a second between the first and the last sample that `value` has one of, where they are far enough apart.
template <class Value>
std::optional<double> pace_of(const Series& series, Value value) {
  std::optional<std::pair<double, double>> first, last;
  for (const SamplePoint& sample : series.samples) {
    const std::optional<std::uint64_t> bytes = sample.epoch == series.epoch ? value(sample) : std::nullopt;
    if (!bytes) continue;
    last = {sample.seconds, static_cast<double>(*bytes)};
    if (!first) first = last;
  }
  constexpr double kShortest = 0.3;
  if (!first || last->first - first->first < kShortest) return std::nullopt;
  return (last->second - first->second) / (last->first - first->first);
}

std::optional<double> exact_pace(const Series& series, const GoalGrowth& goal) {
  const std::optional<double> forced = pace_of(
      series, [](const SamplePoint& sample) { return sample.gc_forced ? sample.heap_alloc_bytes : std::nullopt; });
  if (forced) return forced;
  constexpr double kFloor = 4.5 * kMiB;  // a small heap's goal is 4 MiB
  if (goal.bytes.size() < 2 || goal.bytes.back() < kFloor) return std::nullopt;
  const double span = goal.seconds.back() - goal.seconds.front();
  return span > 0 ? std::optional(goal.live_gain() / span) : std::nullopt;
}

/// Who came and went at the sites, by function.
void add_flows(const Series& series, MemoryFacts& facts) {
  tsl::robin_map<std::uint32_t, std::uint32_t> site_of;
  for (std::uint32_t i = 0; i < series.heap_sites.size(); ++i) site_of[series.heap_sites[i].function.value] = i;
  for (const HeapStack& stack : series.heap_stacks) {
    const ObjectFlow flow = flow_of(stack);
    facts.flow.add(flow);
    const auto at = site_of.find(stack.function.value);
    if (at != site_of.end()) facts.sites[at->second].flow.add(flow);
  }
}

/// Whether the collector's goal still rises over the last third at a good part of its whole pace.
bool rises_late(const GoalGrowth& goal) {
  const std::vector<double>&seconds = goal.seconds, &goals = goal.bytes;
  const std::size_t tail = std::max<std::size_t>(4, goals.size() / 3);
  if (goals.size() < tail + 2) return true;
  const Trend whole = find_trend(seconds, goals);
  const Trend late = find_trend(std::span(seconds).last(tail), std::span(goals).last(tail));
  return late.slope_per_second > whole.slope_per_second / 3;
}

/// The last fall of 40 % between neighbours that is more than sampling noise; one over a restart where there is no
/// other.
bool find_cliff(const Series& series, std::size_t window, MemoryFacts& facts) {
  std::string& reason = facts.pattern_reason;
  std::vector<const SamplePoint*> heaps;
  for (const SamplePoint& sample : series.samples) {
    if (sample.live_bytes) heaps.push_back(&sample);
  }
  if (heaps.size() > window) heaps.erase(heaps.begin(), heaps.end() - static_cast<std::ptrdiff_t>(window));
  const double rate = sampling_rate(series);
  bool found = false;
  for (std::size_t i = heaps.size(); i-- > 1;) {
    const double before = static_cast<double>(*heaps[i - 1]->live_bytes),
                 now = static_cast<double>(*heaps[i]->live_bytes);
    const double fall = before - now;
    if (before < kMiB || fall < 0.4 * before || fall < 3 * std::sqrt(before * rate)) continue;
    const bool restarted = heaps[i]->epoch != heaps[i - 1]->epoch;
    if (restarted && found) continue;
    found = true;
    facts.fell_by_restart = restarted;
    reason = format("the live heap fell by {:.0f} % from {:.1f} to {:.1f} MiB between two samples{}",
                    100 * fall / before, before / kMiB, now / kMiB,
                    restarted ? "; the process was restarted between them" : "; the process was not restarted");
    if (!restarted) break;
  }
  return found;
}

void judge_pattern(const Series& series, std::size_t window, MemoryFacts& facts) {
  const std::size_t n = std::min(window, facts.live_bytes.size());
  const std::span<const double> seconds = std::span(facts.seconds).last(n), bytes = std::span(facts.live_bytes).last(n);
  if (find_cliff(series, window, facts)) facts.pattern = MemoryPattern::kCliff;
  if (facts.live_bytes.empty()) {
    facts.pattern_reason = "no heap profile was read";
    return;
  }
  if (facts.pattern == MemoryPattern::kCliff && n < 4) return;
  if (n < 4 || (facts.collections_known && facts.collections < 2)) {
    facts.pattern_reason =
        format("{} heap sample{} over {} collection{} {} seen; a trend needs four over two collections", n,
               n == 1 ? "" : "s", facts.collections, facts.collections == 1 ? "" : "s", n == 1 ? "was" : "were");
    return;
  }
  facts.trend = find_trend(seconds, bytes);
  const double least = std::max(kMiB, 0.05 * std::max(facts.trend.first_fit, 0.0));
  const bool fell_back = bytes.back() < 0.6 * std::ranges::max(bytes);
  if (facts.trend.p_rising < kFivePercent && facts.trend.total >= least && !fell_back) {
    facts.pattern = MemoryPattern::kGrowing;
    facts.pattern_reason =
        format("the live heap rises by {:.2f} MiB/s: {:+.1f} MiB over {} ({} samples, {})",
               facts.trend.slope_per_second / kMiB, facts.trend.total / kMiB,
               span_in_words(seconds.back() - seconds.front()), n, chance_in_words(facts.trend.p_rising));
  } else if (facts.pattern != MemoryPattern::kCliff) {
    facts.pattern = MemoryPattern::kStable;
    facts.pattern_reason = format("no significant rise of the live heap over {} ({} samples, median {:.1f} MiB)",
                                  span_in_words(seconds.back() - seconds.front()), n, middle_of(bytes) / kMiB);
  }
}

}  // namespace

double sampling_rate(const Series& series) {
  return static_cast<double>(series.heap_rate_bytes > 0 ? series.heap_rate_bytes : 512 * 1024);
}

double chance_of_sample(double size, double rate) {
  return -std::expm1(-size / rate);
}

bool grew_and_grows(const MemoryFacts& memory) {
  constexpr double kOneInThousand = 0.001;
  return memory.gc_pace && memory.gc_pace->chance < kOneInThousand && memory.exact_per_second.value_or(0) > 0;
}

bool surely_grows(const MemoryFacts& memory) {
  return memory.goal.rises ? memory.goal_rises_late : grew_and_grows(memory);
}

bool carries_growth(const HeapGrowth& site, const MemoryFacts& memory) {
  constexpr double kGoodPart = 4, kSurely = 3, kOneInHundred = 0.01;
  if (site.bytes.size() < 2 || site.over || site.rise() < kMiB || site.fell * kGoodPart > site.rise()) return false;
  const bool grows = surely_grows(memory);
  if (site.flow.chance() < (grows ? kFivePercent : kOneInHundred)) return memory.exact_per_second.value_or(1) > 0;
  return grows && site.rise() >= kSurely * site.noise_bytes && site.rise() * kGoodPart >= memory.goal.live_gain();
}

std::string growth_in_words(const MemoryFacts& memory) {
  const GoalGrowth& goal = memory.goal;
  if (goal.rises) {
    return format(
        "the live heap grows by about {:.2f} MiB/s: the collector's goal, which follows it exactly, rose from {:.0f} "
        "to {:.0f} MiB over {} collections seen in {}",
        goal.live_gain() / (goal.seconds.back() - goal.seconds.front()) / kMiB, goal.bytes.front() / kMiB,
        goal.bytes.back() / kMiB, goal.bytes.size(), span_in_words(goal.seconds.back() - goal.seconds.front()));
  }
  if (memory.exact_per_second.value_or(0) <= 0) return {};
  std::string words = format("the live heap grew by {:.2f} MiB/s", *memory.exact_per_second / kMiB);
  if (surely_grows(memory)) words += ", and before the look as well: " + gc_pace_in_words(*memory.gc_pace);
  return words;
}

MemoryFacts measure_memory(const Series& series, std::size_t window) {
  MemoryFacts facts;
  const std::vector<std::size_t> at = distinct_heaps(series);
  for (const std::size_t index : at) {
    facts.seconds.push_back(series.samples[index].seconds);
    facts.live_bytes.push_back(static_cast<double>(*series.samples[index].live_bytes));
  }
  if (!at.empty()) {
    const SamplePoint &first = series.samples[at.front()], &last = series.samples[at.back()];
    facts.collections_known = first.num_gc && last.num_gc;
    facts.collections = facts.collections_known ? *last.num_gc - *first.num_gc : at.size() - 1;
  }
  judge_pattern(series, std::max<std::size_t>(window, 3), facts);
  facts.goal = measure_goal(series);
  facts.goal_rises_late = rises_late(facts.goal);
  facts.exact_per_second = exact_pace(series, facts.goal);
  facts.allocated_per_second = pace_of(series, [](const SamplePoint& sample) { return sample.total_alloc_bytes; });
  facts.gc_pace = measure_gc_pace(series.pauses);
  for (const HeapSite& site : series.heap_sites)
    facts.sites.push_back(measure_site(site, series, at, facts.goal_rises_late));
  add_flows(series, facts);
  return facts;
}

}  // namespace lf::detect
