#include "detect/history.h"

#include <algorithm>
#include <utility>

#include <tsl/robin_map.h>

#include "base/hash.h"
#include "detect/heap_history.h"
#include "detect/history_flattening.h"
#include "detect/history_thinning.h"
#include "detect/stack_facts.h"

namespace lf::detect {
namespace {

struct GroupKey {
  FrameId site;
  FrameId creator;
  StateClass state_class;
  bool identified;
  bool operator==(const GroupKey&) const = default;
};

struct GroupKeyHash {
  std::size_t operator()(const GroupKey& key) const noexcept {
    std::uint64_t mixed = (std::uint64_t{key.site.value} << 32) | key.creator.value;
    mixed ^= (static_cast<std::uint64_t>(key.state_class) << 1 | (key.identified ? 1U : 0U)) * 0x9E3779B97F4A7C15ULL;
    mixed *= 0xFF51AFD7ED558CCDULL;
    return mixed ^ (mixed >> 33);
  }
};

/// Sums over one snapshot for one group.
struct Tally {
  GroupPoint point;
  std::uint64_t leaked = 0, survivors = 0;
  std::uint32_t commonest = 0;  ///< members at `stack`
  StackId stack;
  WaitState state = WaitState::kUnknown;
  LabelsId labels;
  std::uint16_t wait_min = 0, wait_max = 0;
  bool touched = false;
};

/// A goroutine of the snapshot being pushed.
struct Member {
  std::uint64_t id = 0;
  std::uint32_t group = 0;
  std::uint32_t population = 0;
  StackId stack;
  std::uint32_t parent = 0;
};

template <class T>
std::optional<std::uint64_t> fall(const std::optional<T>& before, const std::optional<T>& now) {
  return before && now && *now < *before ? std::optional<std::uint64_t>(*before - *now) : std::nullopt;
}

}  // namespace

struct History::Impl {
  Impl(const Symbols& names, HistoryLimits most) : symbols(&names), limits(most) {}

  const Symbols* symbols;
  HistoryLimits limits;
  Series series;
  Warnings warnings;
  std::size_t pushed = 0;
  SteadyTime first_steady;
  StackFactsTable stacks{*symbols};
  HeapHistory heap{*symbols, limits.heap_sites};
  tsl::robin_map<GroupKey, std::uint32_t, GroupKeyHash> group_index;
  tsl::robin_map<std::uint64_t, std::uint32_t, NumberHash> population_index;
  std::vector<Tally> tallies;
  std::vector<Population::Point> population_tallies;
  bool epoch_has_dump = false;
  bool epoch_has_forced = false;  ///< a collection of ours
  bool epoch_has_counts = false;  ///< then dumps are taken for counts too, so that all samples make one series

  std::uint32_t group_of(StackId stack, FrameId creator, WaitState state, bool identified) {
    const StackFacts& facts = stacks.of(stack);
    const GroupKey key{facts.site, creator, state_class(state), identified};
    const auto [at, is_new] = group_index.try_emplace(key, static_cast<std::uint32_t>(series.groups.size()));
    if (is_new) {
      Group group;
      group.site = key.site;
      group.creator = creator;
      group.state_class = key.state_class;
      group.identified = identified;
      group.user_site = facts.user_site;
      series.groups.push_back(std::move(group));
    }
    if (tallies.size() < series.groups.size()) tallies.resize(series.groups.size());
    return at->second;
  }

  std::uint32_t population_of(StackId stack, FrameId creator, bool identified) {
    const StringId root = stacks.of(stack).root;
    const std::uint64_t key =
        (std::uint64_t{root.value} << 32 | creator.value) ^ (identified ? 0 : 0x8000'0000'0000'0000ULL);
    const auto [at, is_new] = population_index.try_emplace(key, static_cast<std::uint32_t>(series.populations.size()));
    if (is_new)
      series.populations.push_back({.root = root, .creator = creator, .identified = identified, .points = {}});
    if (population_tallies.size() < series.populations.size()) population_tallies.resize(series.populations.size());
    return at->second;
  }

  void count(std::uint32_t group, std::uint32_t how_many, StackId stack, WaitState state, LabelsId labels,
             std::uint16_t minutes) {
    Tally& tally = tallies[group];
    if (tally.point.count == 0) {
      tally.labels = labels;
      tally.wait_min = tally.wait_max = minutes;
      tally.stack = stack;
      tally.state = state;
    }
    // The majority vote of Boyer and Moore: one pass, no table of stacks.
    if (tally.stack == stack) {
      tally.commonest += how_many;
    } else if (how_many > tally.commonest) {
      tally.stack = stack;
      tally.state = state;
      tally.commonest = how_many - tally.commonest;
    } else {
      tally.commonest -= how_many;
    }
    tally.touched = true;
    tally.point.count += how_many;
    if (tally.labels != labels) tally.labels = {};
    tally.wait_min = std::min(tally.wait_min, minutes);
    tally.wait_max = std::max(tally.wait_max, minutes);
  }

  Tally& touch(std::uint32_t group) {
    tallies[group].touched = true;
    return tallies[group];
  }

  void start_epoch() {
    ++series.epoch;
    series.groups.clear();
    series.populations.clear();
    series.live.clear();
    series.heap_sites.clear();
    series.heap_stacks.clear();
    series.leaked.clear();
    series.sync_waits.clear();
    series.identities_broken = false;
    group_index.clear();
    population_index.clear();
    heap.clear();
    tallies.clear();
    population_tallies.clear();
    series.pauses.clear();
    epoch_has_dump = epoch_has_counts = epoch_has_forced = false;
    warnings.add(WarningCode::kTargetRestarted);
  }

  /// The collector's counters never fall in one process; where both snapshots have them they decide alone.
  std::optional<bool> restarted_by_counters(const SamplePoint& now) const {
    for (std::size_t i = series.samples.size(); i-- > 0;) {
      const SamplePoint& before = series.samples[i];
      if (before.epoch != series.epoch) break;
      if (!before.num_gc || !now.num_gc || !before.total_alloc_bytes || !now.total_alloc_bytes) continue;
      return fall(before.num_gc, now.num_gc) || fall(before.total_alloc_bytes, now.total_alloc_bytes);
    }
    return std::nullopt;
  }

  /// Ids only rise in a process. When most of what lived had ids beyond all there is now, it is another process.
  bool restarted_by_ids(const GoroutineProfile& profile) const {
    if (!profile.has_identities() || profile.truncated || series.live.size() < 4) return false;
    std::uint64_t highest = 0;
    for (const Goroutine& goroutine : profile.goroutines) highest = std::max(highest, goroutine.id);
    const auto beyond = std::ranges::upper_bound(series.live, highest, {}, &LiveGoroutine::id);
    return static_cast<std::size_t>(series.live.end() - beyond) * 2 > series.live.size();
  }

  void push_goroutines(const GoroutineProfile& profile, SamplePoint& sample, bool surely_same_process) {
    if (!profile.has_identities() && epoch_has_dump) {
      forget_identities(series);
      reindex(true);
      epoch_has_dump = false;
    }
    epoch_has_counts = epoch_has_counts || !profile.has_identities();
    sample.has_goroutines = true;
    series.deadlocked = profile.deadlocked;
    sample.has_identities = !epoch_has_counts;
    sample.truncated = profile.truncated || profile.dropped > 0;
    sample.total = profile.total;
    for (Tally& tally : tallies) tally = {};
    for (Population::Point& tally : population_tallies) tally = {};
    if (sample.has_identities) {
      push_dump(profile, sample, surely_same_process);
      series.sync_waits = profile.sync_waits;
    } else {
      for (const Goroutine& goroutine : profile.goroutines) count_unidentified(goroutine);
      for (const StackCount& record : profile.counts) count_record(record);
      tell_who_vanished();
      count_births_without_ids(sample);
    }
    for (std::size_t i = 0; i < population_tallies.size(); ++i) {
      Population::Point point = population_tallies[i];
      const bool vanished = !series.populations[i].points.empty() && series.populations[i].points.back().count > 0;
      if (point.count + point.deaths == 0 && !vanished) continue;
      point.serial = sample.serial;
      series.populations[i].points.push_back(point);
    }
    for (std::size_t i = 0; i < tallies.size(); ++i) keep(series.groups[i], tallies[i], sample);
  }

  static void keep(Group& group, const Tally& tally, const SamplePoint& sample) {
    const bool same_form = group.identified == sample.has_identities;
    if (!same_form) return;
    // Counts do not tell who is leaked: what a dump has told stands.
    if (sample.has_identities || tally.leaked > 0) group.leaked = tally.leaked;
    group.survivors = tally.survivors;
    if (!tally.touched) return;
    GroupPoint point = tally.point;
    point.serial = sample.serial;
    group.points.push_back(point);
    if (point.count == 0) return;
    group.stack = tally.stack;
    group.state = tally.state;
    group.labels = tally.labels;
    group.wait_min = tally.wait_min;
    group.wait_max = tally.wait_max;
  }

  void push_dump(const GoroutineProfile& profile, SamplePoint& sample, bool surely_same_process) {
    std::vector<Member> members;
    members.reserve(profile.goroutines.size());
    const bool parents_told = profile.parents.size() == profile.goroutines.size();
    for (std::size_t i = 0; i < profile.goroutines.size(); ++i) {
      const Goroutine& goroutine = profile.goroutines[i];
      if (goroutine.has(kSystem) || goroutine.has(kScheduler) || goroutine.has(kServesOurRequest)) continue;
      const std::uint32_t group = group_of(goroutine.stack, goroutine.creator, goroutine.state, true);
      const std::uint32_t population = population_of(goroutine.stack, goroutine.creator, true);
      count(group, 1, goroutine.stack, goroutine.state, goroutine.labels, goroutine.wait_minutes);
      if (goroutine.has(kLeaked)) ++tallies[group].leaked;
      ++population_tallies[population].count;
      if (!is_at_work(state_class(goroutine.state))) ++population_tallies[population].blocked;
      series.groups[group].root_population = population + 1;
      members.push_back({goroutine.id, group, population, goroutine.stack, parents_told ? profile.parents[i] : 0});
    }
    std::ranges::sort(members, {}, &Member::id);
    merge(members, sample, surely_same_process);
  }

  /// Walks the ids of before and of now side by side: who was born, who stayed, who went.
  void merge(const std::vector<Member>& members, SamplePoint& sample, bool surely_same_process) {
    const bool first = !epoch_has_dump;
    if (first) series.first_dump = sample.serial;
    epoch_has_dump = true;
    std::vector<LiveGoroutine> now;
    now.reserve(members.size());
    std::size_t common = 0, contradictions = 0;
    auto before = series.live.cbegin();
    const auto end = series.live.cend();
    const auto gone = [&](const LiveGoroutine& goroutine) {
      if (sample.truncated) {
        now.push_back(goroutine);
        return;
      }
      ++touch(goroutine.group).point.deaths;
      const Group& group = series.groups[goroutine.group];
      ++population_tallies[population_of(goroutine.stack, group.creator, true)].deaths;
    };
    for (const Member& member : members) {
      for (; before != end && before->id < member.id; ++before) gone(*before);
      LiveGoroutine live{.id = member.id,
                         .group = member.group,
                         .parent = member.parent,
                         .stack = member.stack,
                         .first_seen = sample.serial,
                         .entered = sample.serial,
                         .last_seen = sample.serial};
      if (before != end && before->id == member.id) {
        ++common;
        if (series.groups[before->group].creator != series.groups[member.group].creator) ++contradictions;
        live.first_seen = before->first_seen;
        if (before->group == member.group) {
          live.entered = before->entered;
        } else {
          ++touch(member.group).point.arrivals;
          ++touch(before->group).point.departures;
        }
        if (before->stack != member.stack) ++population_tallies[member.population].moved;
        ++before;
      } else if (!first) {
        ++touch(member.group).point.births;
        ++population_tallies[member.population].births;
        ++sample.births;
      }
      if (live.first_seen == series.first_dump && live.entered == series.first_dump) ++tallies[member.group].survivors;
      if (now.empty() || now.back().id != member.id) now.push_back(live);
    }
    for (; before != end; ++before) gone(*before);
    const bool nobody_stayed = common == 0 && series.live.size() >= 5 && members.size() >= 5 && !sample.truncated;
    if (contradictions * 10 > common || (nobody_stayed && surely_same_process)) series.identities_broken = true;
    series.live = std::move(now);
  }

  void count_unidentified(const Goroutine& goroutine) {
    if (goroutine.has(kSystem) || goroutine.has(kScheduler)) return;
    count_record({.stack = goroutine.stack,
                  .labels = goroutine.labels,
                  .state = goroutine.state,
                  .serves_our_request = goroutine.has(kServesOurRequest),
                  .count = 1});
    if (goroutine.has(kLeaked)) ++tallies[group_of(goroutine.stack, {}, goroutine.state, false)].leaked;
  }

  void count_record(const StackCount& record) {
    if (record.serves_our_request || record.count <= 0) return;
    const auto how_many = static_cast<std::uint32_t>(std::min<std::int64_t>(record.count, UINT32_MAX / 2));
    const std::uint32_t group = group_of(record.stack, {}, record.state, false);
    count(group, how_many, record.stack, record.state, record.labels, 0);
    const std::uint32_t population = population_of(record.stack, {}, false);
    population_tallies[population].count += how_many;
    if (!is_at_work(state_class(record.state))) population_tallies[population].blocked += how_many;
    series.groups[group].root_population = population + 1;
  }

  void tell_who_vanished() {
    for (std::size_t i = 0; i < tallies.size(); ++i) {
      const Group& group = series.groups[i];
      if (group.identified) continue;
      const std::uint32_t before = group.points.empty() ? 0 : group.points.back().count;
      const std::uint32_t now = tallies[i].point.count;
      if (before > 0 && now == 0) tallies[i].touched = true;  // a point that says zero
    }
  }

  /// What blocked goroutines grew by, by entry function: one that moves from one wait to another is no birth.
  void count_births_without_ids(SamplePoint& sample) const {
    if (series.samples.empty()) return;
    for (std::size_t i = 0; i < series.populations.size(); ++i) {
      const Population& population = series.populations[i];
      if (population.identified) continue;
      const std::uint32_t before = population.points.empty() ? 0 : population.points.back().blocked;
      const std::uint32_t now = population_tallies[i].blocked;
      if (now > before) sample.births += now - before;
    }
  }

  /// Places the snapshot on the steady clock; one that seems to lie before its predecessor is put just after it.
  void place(const Snapshot& snapshot, SamplePoint& sample) {
    if (pushed == 0) first_steady = snapshot.steady_at;
    sample.seconds = std::chrono::duration<double>(snapshot.steady_at - first_steady).count();
    sample.at = snapshot.taken_at;
    if (series.samples.empty()) return;
    const SamplePoint& before = series.samples.back();
    if (sample.at < before.at) warnings.add(WarningCode::kClockJump);
    constexpr double kLeastStep = 1e-3;
    sample.seconds = std::max(sample.seconds, before.seconds + kLeastStep);
  }

  void forget() {
    if (series.samples.size() > limits.samples) {
      thin(series);
      reindex(forget_groups(series, series.samples[series.samples.size() / 2].serial));
    }
    if (series.groups.size() > limits.groups) reindex(forget_groups(series, series.samples.back().serial));
  }

  void reindex(bool changed) {
    if (!changed) return;
    group_index.clear();
    population_index.clear();
    for (std::uint32_t i = 0; i < series.groups.size(); ++i) {
      const Group& group = series.groups[i];
      group_index[GroupKey{group.site, group.creator, group.state_class, group.identified}] = i;
    }
    for (std::uint32_t i = 0; i < series.populations.size(); ++i) {
      const Population& population = series.populations[i];
      const std::uint64_t key = (std::uint64_t{population.root.value} << 32 | population.creator.value) ^
                                (population.identified ? 0 : 0x8000'0000'0000'0000ULL);
      population_index[key] = i;
    }
    tallies.assign(series.groups.size(), {});
    population_tallies.assign(series.populations.size(), {});
  }
};

History::History(const Symbols& symbols, HistoryLimits limits) : impl_(std::make_unique<Impl>(symbols, limits)) {}

History::~History() = default;
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;

void History::push(const Snapshot& snapshot) {
  Impl& impl = *impl_;
  SamplePoint sample;
  sample.serial = static_cast<Serial>(impl.pushed);
  sample.gc_forced = snapshot.gc_forced;
  impl.place(snapshot, sample);
  if (snapshot.memory) note_memory(*snapshot.memory, sample);
  const std::optional<bool> by_counters = impl.restarted_by_counters(sample);
  const bool by_ids = !by_counters && snapshot.goroutines && impl.restarted_by_ids(*snapshot.goroutines);
  if (by_counters.value_or(false) || by_ids) impl.start_epoch();
  sample.epoch = impl.series.epoch;
  if (snapshot.goroutines) impl.push_goroutines(*snapshot.goroutines, sample, by_counters.has_value());
  if (snapshot.heap) impl.heap.push(*snapshot.heap, impl.stacks, sample, impl.series);
  if (snapshot.memory) impl.series.memory = snapshot.memory;
  impl.epoch_has_forced = impl.epoch_has_forced || snapshot.gc_forced;
  if (snapshot.memory && !impl.epoch_has_forced) impl.series.pauses = snapshot.memory->pauses;
  if (snapshot.leaked) impl.series.leaked = *snapshot.leaked;
  impl.series.samples.push_back(sample);
  ++impl.pushed;
  impl.forget();
}

std::size_t History::size() const {
  return impl_->pushed;
}
const Symbols& History::symbols() const {
  return *impl_->symbols;
}
StackFactsTable& History::stack_facts() {
  return impl_->stacks;
}
const Series& History::series() const {
  return impl_->series;
}
const Warnings& History::warnings() const {
  return impl_->warnings;
}

}  // namespace lf::detect
