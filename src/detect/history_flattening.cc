#include "detect/history_flattening.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

namespace lf::detect {
namespace {

/// Adds `more` to `points`, both rising in serial.
template <class Point, class Add>
void add_points(std::vector<Point>& points, const std::vector<Point>& more, const Add& add) {
  std::vector<Point> merged;
  merged.reserve(points.size() + more.size());
  std::ranges::merge(points, more, std::back_inserter(merged), {}, &Point::serial, &Point::serial);
  points = std::move(merged);
  std::size_t kept = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (points[kept].serial == points[i].serial) {
      add(points[kept], points[i]);
    } else {
      points[++kept] = points[i];
    }
  }
  if (!points.empty()) points.resize(kept + 1);
}

/// Returns where each population went.
std::vector<std::uint32_t> merge_populations(Series& series) {
  std::vector<std::uint32_t> now_at;
  std::vector<Population> merged;
  std::map<std::uint32_t, std::uint32_t> by_root;
  for (Population& population : series.populations) {
    for (Population::Point& point : population.points) point.births = point.deaths = point.moved = 0;
    const auto [at, is_new] = by_root.try_emplace(population.root.value, static_cast<std::uint32_t>(merged.size()));
    now_at.push_back(at->second);
    if (is_new) {
      merged.push_back(
          {.root = population.root, .creator = {}, .identified = false, .points = std::move(population.points)});
      continue;
    }
    add_points(merged[at->second].points, population.points, [](Population::Point& to, const Population::Point& from) {
      to.count += from.count;
      to.blocked += from.blocked;
    });
  }
  series.populations = std::move(merged);
  return now_at;
}

}  // namespace

void forget_identities(Series& series) {
  const std::vector<std::uint32_t> population_at = merge_populations(series);
  std::vector<Group> merged;
  std::map<std::tuple<std::uint32_t, StateClass>, std::size_t> by_place;
  for (Group& group : series.groups) {
    for (GroupPoint& point : group.points) point = {.serial = point.serial, .count = point.count};
    group.creator = {};
    group.identified = false;
    group.survivors = 0;
    group.wait_min = group.wait_max = 0;
    if (group.root_population > 0) group.root_population = population_at[group.root_population - 1] + 1;
    const auto [at, is_new] = by_place.try_emplace({group.site.value, group.state_class}, merged.size());
    if (is_new) {
      merged.push_back(std::move(group));
      continue;
    }
    Group& whole = merged[at->second];
    whole.leaked += group.leaked;
    if (whole.labels != group.labels) whole.labels = {};
    add_points(whole.points, group.points, [](GroupPoint& to, const GroupPoint& from) { to.count += from.count; });
  }
  series.groups = std::move(merged);
  series.live.clear();
  series.sync_waits.clear();
  series.identities_broken = false;
  for (SamplePoint& sample : series.samples) {
    if (sample.epoch == series.epoch) sample.has_identities = false;
  }
}

}  // namespace lf::detect
