#include "detect/history_thinning.h"

#include <algorithm>

namespace lf::detect {
namespace {

/// The serial that stands for `serial` after thinning: itself, or the next one kept.
class Renumbering {
 public:
  explicit Renumbering(std::vector<SamplePoint>& samples) {
    const std::size_t half = samples.size() / 2;
    std::vector<SamplePoint> kept;
    kept.reserve(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      // The first of an epoch stays: survivors are counted from it.
      const bool first_of_epoch = i == 0 || samples[i].epoch != samples[i - 1].epoch;
      if (i < half && i % 2 == 1 && !first_of_epoch) {
        samples[i + 1].births += samples[i].births;
      } else {
        kept.push_back(samples[i]);
      }
    }
    samples = std::move(kept);
    for (const SamplePoint& sample : samples) serials_.push_back(sample.serial);
  }

  Serial operator()(Serial serial) const { return *std::ranges::lower_bound(serials_, serial); }

 private:
  std::vector<Serial> serials_;
};

void add_flows(GroupPoint& to, const GroupPoint& from) {
  to.births += from.births;
  to.arrivals += from.arrivals;
  to.deaths += from.deaths;
  to.departures += from.departures;
}

void add_flows(Population::Point& to, const Population::Point& from) {
  to.births += from.births;
  to.deaths += from.deaths;
  to.moved += from.moved;
}

void add_flows(HeapPoint&, const HeapPoint&) {}

template <class Point>
void move_points(std::vector<Point>& points, const Renumbering& renumber, bool keeps_value) {
  std::vector<Point> kept;
  kept.reserve(points.size());
  for (Point point : points) {
    const Serial serial = renumber(point.serial);
    const bool moved = serial != point.serial;
    point.serial = serial;
    if constexpr (requires { point.count; }) {
      if (moved && !keeps_value) point.count = 0;
    }
    if (!kept.empty() && kept.back().serial == serial) {
      add_flows(point, kept.back());
      kept.back() = point;
    } else {
      kept.push_back(point);
    }
  }
  points = std::move(kept);
}

}  // namespace

void thin(Series& series) {
  const Renumbering renumber(series.samples);
  series.first_dump = renumber(series.first_dump);
  for (Group& group : series.groups) move_points(group.points, renumber, false);
  for (Population& population : series.populations) move_points(population.points, renumber, false);
  for (HeapSite& site : series.heap_sites) {
    move_points(site.points, renumber, true);
    site.first_serial = renumber(site.first_serial);
    site.last_serial = renumber(site.last_serial);
  }
  for (LiveGoroutine& goroutine : series.live) {
    goroutine.first_seen = renumber(goroutine.first_seen);
    goroutine.entered = renumber(goroutine.entered);
    goroutine.last_seen = renumber(goroutine.last_seen);
  }
}

bool forget_groups(Series& series, Serial oldest_kept) {
  const auto is_stale = [&](const auto& of) {
    return of.points.empty() || (of.points.back().count == 0 && of.points.back().serial < oldest_kept) ||
           of.points.back().serial < oldest_kept;
  };
  std::vector<std::uint32_t> new_group(series.groups.size()), new_population(series.populations.size());
  std::vector<bool> used(series.groups.size());
  for (const LiveGoroutine& goroutine : series.live) used[goroutine.group] = true;
  std::vector<bool> population_used(series.populations.size());
  std::vector<Group> groups;
  for (std::size_t i = 0; i < series.groups.size(); ++i) {
    if (!used[i] && is_stale(series.groups[i])) continue;
    new_group[i] = static_cast<std::uint32_t>(groups.size());
    const std::uint32_t population = series.groups[i].root_population;
    if (population > 0) population_used[population - 1] = true;
    groups.push_back(std::move(series.groups[i]));
  }
  const bool changed = groups.size() != new_group.size();
  series.groups = std::move(groups);
  std::vector<Population> populations;
  for (std::size_t i = 0; i < series.populations.size(); ++i) {
    if (!population_used[i] && is_stale(series.populations[i])) continue;
    new_population[i] = static_cast<std::uint32_t>(populations.size());
    populations.push_back(std::move(series.populations[i]));
  }
  const bool any = changed || populations.size() != new_population.size();
  series.populations = std::move(populations);
  for (Group& group : series.groups) {
    if (group.root_population > 0) group.root_population = new_population[group.root_population - 1] + 1;
  }
  for (LiveGoroutine& goroutine : series.live) goroutine.group = new_group[goroutine.group];
  return any;
}

}  // namespace lf::detect
