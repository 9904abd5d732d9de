#include "detect/facts.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "detect/benign.h"
#include "detect/come_and_stay.h"
#include "detect/site.h"
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

/// A population whose goroutines are seen at different places from sample to sample.
struct AlivePopulation {
  std::uint32_t index = 0;  ///< into Series::populations
  std::vector<double> counts;
};

/// Of very many those with the most movement.
std::vector<AlivePopulation> find_alive(const Series& series) {
  constexpr std::size_t kMost = 1'000;
  constexpr std::uint64_t kOneInFifty = 50;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> moving;
  for (std::uint32_t i = 0; i < series.populations.size(); ++i) {
    const Population& population = series.populations[i];
    std::uint64_t seen = 0, moved = 0;
    for (const Population::Point& point : population.points) {
      seen += point.count;
      moved += point.moved;
    }
    if (population.identified && moved >= 2 && moved * kOneInFifty >= seen) moving.emplace_back(moved, i);
  }
  if (moving.size() > kMost) {
    std::ranges::stable_sort(moving, std::ranges::greater{}, [](const auto& entry) { return entry.first; });
    moving.resize(kMost);
  }
  std::vector<AlivePopulation> alive;
  for (const auto& [moved, index] : moving) alive.push_back({index, counts_of(series.populations[index], series)});
  return alive;
}

/// Whether goroutines of some population that is alive have grown as the group has: then its growth is load.
bool explained_by_load(const std::vector<AlivePopulation>& alive, const Group& group, const Growth& growth) {
  if (!growth.identified || growth.counts.size() < 3) return false;
  const double gain = static_cast<double>(growth.last()) - static_cast<double>(growth.first());
  const std::vector<double> own = as_doubles(growth.counts);
  return std::ranges::any_of(alive, [&](const AlivePopulation& population) {
    const std::vector<double>& counts = population.counts;
    if (population.index + 1 == group.root_population || counts.size() != own.size()) return false;
    return counts.back() - counts.front() >= gain / 2 && correlate(counts, own) >= 0.9;
  });
}

/// Whose starters have ended, and how many starters there were; of populations also who was there from the beginning.
void count_orphans(const Series& series, std::vector<GroupFacts>& facts) {
  std::vector<std::uint32_t> alive;
  alive.reserve(series.live.size());
  for (const LiveGoroutine& goroutine : series.live) alive.push_back(static_cast<std::uint32_t>(goroutine.id));
  std::ranges::sort(alive);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> started;  // group, starter
  for (const LiveGoroutine& goroutine : series.live) {
    const std::uint32_t part_of = facts[goroutine.group].part_of;
    const std::uint32_t group = part_of > 0 ? part_of - 1 : goroutine.group;
    GroupFacts& own = facts[group];
    if (own.of_population && goroutine.first_seen == series.first_dump) ++own.growth.survivors;
    if (goroutine.parent == 0) continue;
    started.emplace_back(group, goroutine.parent);
    if (!std::ranges::binary_search(alive, goroutine.parent)) ++own.growth.orphans;
  }
  std::ranges::sort(started);
  const auto repeated = std::ranges::unique(started);
  started.erase(repeated.begin(), repeated.end());
  for (const auto& [group, starter] : started) ++facts[group].growth.starters;
}

/// Whether each group's starter is on the stack of a goroutine that is there now. One pass over the stacks: asked for
/// each group anew, a dump of many different stacks would take for ever.
void find_starters(const Symbols& symbols, const Series& series, std::vector<GroupFacts>& facts) {
  std::unordered_set<StringId> running;
  std::vector<bool> seen(symbols.frame_count() + 1, false);
  for (const Group& group : series.groups) {
    if (group.points.empty() || group.points.back().count == 0) continue;
    for (const FrameId frame : symbols.stack(group.stack)) {
      if (seen[frame.value]) continue;
      seen[frame.value] = true;
      running.insert(symbols.frame(frame).function);
    }
  }
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const FrameId creator = series.groups[i].creator;
    facts[i].starter_runs = creator && running.contains(symbols.frame(creator).function);
  }
}

/// The groups that come and stay and are in no benign catalogue: a benign wait may grow in step with them. Of very many
/// the largest.
std::vector<std::uint32_t> find_leaders(const Series& series, const std::vector<GroupFacts>& facts) {
  constexpr std::size_t kMost = 1'000;
  std::vector<std::uint32_t> leaders;
  for (std::uint32_t i = 0; i < facts.size(); ++i) {
    if (facts[i].benign.empty() && come_and_stay(facts[i], series.groups[i].state_class)) leaders.push_back(i);
  }
  if (leaders.size() > kMost) {
    std::ranges::stable_sort(leaders, std::ranges::greater{}, [&](std::uint32_t i) { return facts[i].count; });
    leaders.resize(kMost);
    std::ranges::sort(leaders);
  }
  return leaders;
}

/// How long how many were at the group, in goroutines times samples.
std::uint64_t presence_of(const Group& group) {
  std::uint64_t sum = 0;
  for (const GroupPoint& point : group.points) sum += point.count;
  return sum;
}

/// Whether goroutines at the group have gone to another one or come from there.
bool moves(const Group& group) {
  return std::ranges::any_of(group.points,
                             [](const GroupPoint& point) { return point.arrivals + point.departures > 0; });
}

/// A loop is caught now here, now there: whoever moves on within a population has not left it. Where a population of
/// the program's own comes and none of it ends, though no place of it shows that, the place where most of it waits
/// speaks for all of it.
void judge_as_populations(const Symbols& symbols, const Series& series, std::vector<GroupFacts>& facts) {
  std::vector<std::vector<std::uint32_t>> places(series.populations.size() + 1);
  for (std::uint32_t i = 0; i < facts.size(); ++i) {
    if (!series.groups[i].points.empty()) places[series.groups[i].root_population].push_back(i);
  }
  for (std::uint32_t index = 0; index < series.populations.size(); ++index) {
    const Population& population = series.populations[index];
    const std::vector<std::uint32_t>& here = places[index + 1];
    if (here.size() < 2 || owner_of(symbols.text(population.root), {}) != CodeOwner::kUser) continue;
    if (population.identified && std::ranges::none_of(here, [&](std::uint32_t i) { return moves(series.groups[i]); }))
      continue;
    std::uint64_t all = 0, most = 0;
    std::uint32_t main = here.front();
    for (const std::uint32_t i : here) {
      const std::uint64_t own = presence_of(series.groups[i]);
      all += own;
      if (own > most) most = own, main = i;
    }
    const StateClass state_class = series.groups[main].state_class;
    if (most * 2 < all || !facts[main].benign.empty() || come_and_stay(facts[main], state_class)) continue;
    GroupFacts whole = facts[main];
    whole.growth = measure_growth(series, population, state_class);
    whole.of_population = true;
    if (!come_and_stay(whole, state_class)) continue;
    whole.count = whole.growth.last();
    facts[main] = std::move(whole);
    for (const std::uint32_t i : here) {
      if (i != main) facts[i].part_of = main + 1;
    }
  }
}

/// A client has several loops for each connection: of a crowd of them the first speaks for all.
void join_loops_of_one_connection(std::vector<GroupFacts>& facts) {
  constexpr std::uint64_t kOneInTen = 10;
  std::unordered_map<std::string_view, std::uint32_t> first_of;  // library
  for (std::uint32_t i = 0; i < facts.size(); ++i) {
    if (!facts[i].is_ordinary_crowd()) continue;
    const auto [at, is_first] = first_of.try_emplace(facts[i].library, i);
    if (is_first) continue;
    const GroupFacts& first = facts[at->second];
    const std::uint64_t ours = facts[i].count / facts[i].each, theirs = first.count / first.each;
    const std::uint64_t apart = ours > theirs ? ours - theirs : theirs - ours;
    if (apart * kOneInTen <= theirs) facts[i].goes_with = at->second + 1;
  }
}

}  // namespace

std::vector<GroupFacts> measure_groups(const Symbols& symbols, const Series& series) {
  std::vector<GroupFacts> facts(series.groups.size());
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Group& group = series.groups[i];
    facts[i].growth = measure_growth(series, group);
    facts[i].count = facts[i].growth.last();
    if (facts[i].growth.counts.empty() && !group.points.empty()) facts[i].count = group.points.back().count;
    facts[i].serves_requests = std::ranges::any_of(
        symbols.stack(group.stack), [&](FrameId frame) { return symbols.function(frame) == "net/http.(*conn).serve"; });
    const BenignWait* benign = find_benign(symbols, symbols.stack(group.stack), group.creator, group.state_class);
    if (benign == nullptr) continue;
    facts[i].benign = benign->reason;
    facts[i].number = benign->number;
    facts[i].library = benign->library();
    facts[i].each = benign->each;
  }
  judge_as_populations(symbols, series, facts);
  if (!series.identities_broken) count_orphans(series, facts);
  find_starters(symbols, series, facts);
  const std::vector<AlivePopulation> alive = find_alive(series);
  const std::vector<std::uint32_t> leaders = find_leaders(series, facts);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    GroupFacts& own = facts[i];
    const Group& group = series.groups[i];
    const bool known_load = !own.benign.empty() && own.number != BenignNumber::kConstant;
    if (!known_load && group.state_class != StateClass::kIo) continue;
    if (!come_and_stay(own, group.state_class)) continue;
    own.explained_by_load = explained_by_load(alive, group, own.growth);
    if (!known_load) continue;
    const auto leader =
        std::ranges::find_if(leaders, [&](std::uint32_t j) { return in_step(own.growth, facts[j].growth); });
    if (leader != leaders.end()) own.goes_with = *leader + 1;
  }
  join_loops_of_one_connection(facts);
  return facts;
}

}  // namespace lf::detect
