#include "detect/facts.h"

#include <algorithm>
#include <cmath>

#include "detect/benign.h"
#include "detect/come_and_stay.h"
#include "detect/trend.h"

namespace lf::detect {
namespace {

std::vector<double> as_doubles(const std::vector<std::uint64_t>& counts) {
  return {counts.begin(), counts.end()};
}

/// Whether `a` and `b` have grown alike, sample for sample: as many, give or take a tenth.
bool in_step(const Growth& a, const Growth& b) {
  if (a.counts.size() != b.counts.size() || a.counts.size() < 3) return false;
  for (std::size_t i = 0; i < a.counts.size(); ++i) {
    const double high = static_cast<double>(std::max(a.counts[i], b.counts[i]));
    const double low = static_cast<double>(std::min(a.counts[i], b.counts[i]));
    if (high - low > std::max(2.0, high / 10)) return false;
  }
  return correlate(as_doubles(a.counts), as_doubles(b.counts)) >= 0.95;
}

std::vector<double> counts_of(const Population& population, const Series& series) {
  std::vector<double> counts;
  auto at = population.points.begin();
  for (const SamplePoint& sample : series.samples) {
    if (sample.epoch != series.epoch || !sample.has_identities || sample.truncated) continue;
    while (at != population.points.end() && at->serial < sample.serial) ++at;
    const bool here = at != population.points.end() && at->serial == sample.serial;
    counts.push_back(here ? at->count : 0);
  }
  return counts;
}

/// Whether goroutines of some population that is alive, seen at different places from sample to sample, have grown as
/// the group has: then its growth is load.
bool explained_by_load(const Series& series, const Group& group, const Growth& growth) {
  if (!growth.identified || growth.counts.size() < 3) return false;
  const double gain = static_cast<double>(growth.last()) - static_cast<double>(growth.first());
  return std::ranges::any_of(series.populations, [&](const Population& population) {
    if (!population.identified || &population == &series.populations[group.root_population - 1]) return false;
    std::uint64_t seen = 0, moved = 0;
    for (const Population::Point& point : population.points) {
      seen += point.count;
      moved += point.moved;
    }
    constexpr std::uint64_t kOneInFifty = 50;
    if (moved < 2 || moved * kOneInFifty < seen) return false;
    const std::vector<double> counts = counts_of(population, series);
    if (counts.size() != growth.counts.size() || counts.back() - counts.front() < gain / 2) return false;
    return correlate(counts, as_doubles(growth.counts)) >= 0.9;
  });
}

/// Whose starters have ended, and how many starters there were.
void count_orphans(const Series& series, std::vector<GroupFacts>& facts) {
  std::vector<std::uint32_t> alive;
  alive.reserve(series.live.size());
  for (const LiveGoroutine& goroutine : series.live) alive.push_back(static_cast<std::uint32_t>(goroutine.id));
  std::ranges::sort(alive);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> started;  // group, starter
  for (const LiveGoroutine& goroutine : series.live) {
    if (goroutine.parent == 0) continue;
    started.emplace_back(goroutine.group, goroutine.parent);
    if (!std::ranges::binary_search(alive, goroutine.parent)) ++facts[goroutine.group].growth.orphans;
  }
  std::ranges::sort(started);
  const auto repeated = std::ranges::unique(started);
  started.erase(repeated.begin(), repeated.end());
  for (const auto& [group, starter] : started) ++facts[group].growth.starters;
}

}  // namespace

std::vector<GroupFacts> measure_groups(const Symbols& symbols, const Series& series) {
  std::vector<GroupFacts> facts(series.groups.size());
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Group& group = series.groups[i];
    facts[i].growth = measure_growth(series, group);
    facts[i].count = facts[i].growth.last();
    if (facts[i].growth.counts.empty() && !group.points.empty()) facts[i].count = group.points.back().count;
    const BenignWait* benign = find_benign(symbols, symbols.stack(group.stack), group.creator, group.state_class);
    if (benign == nullptr) continue;
    facts[i].benign = benign->reason;
    facts[i].number = benign->number;
  }
  if (!series.identities_broken) count_orphans(series, facts);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    GroupFacts& own = facts[i];
    const Group& group = series.groups[i];
    const bool known_load = !own.benign.empty() && own.number != BenignNumber::kConstant;
    if (!known_load && group.state_class != StateClass::kIo) continue;
    if (!come_and_stay(own, group.state_class)) continue;
    own.explained_by_load = explained_by_load(series, group, own.growth);
    for (std::size_t j = 0; known_load && j < facts.size() && own.in_step_with == 0; ++j) {
      if (j == i || !facts[j].benign.empty() || !come_and_stay(facts[j], series.groups[j].state_class)) continue;
      if (in_step(own.growth, facts[j].growth)) own.in_step_with = static_cast<std::uint32_t>(j + 1);
    }
  }
  return facts;
}

}  // namespace lf::detect
