#include "pipeline/observation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <tuple>
#include <utility>

#include "base/hash.h"
#include "base/saturate.h"
#include "detect/findings.h"
#include "detect/site.h"
#include "pipeline/stack_profile.h"

namespace lf::pipeline {
namespace {

std::uint64_t at_least_zero(std::int64_t value) {
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

/// Halves the resolution of the older half, so that a long watch keeps its whole span in bounded memory.
template <class Point>
void thin(std::vector<Point>& points) {
  if (points.size() <= Observation::kPointsKept) return;
  std::size_t kept = 1;
  const std::size_t half = points.size() / 2;
  for (std::size_t i = 2; i < points.size(); i += i < half ? 2 : 1) points[kept++] = std::move(points[i]);
  points.resize(kept);
}

/// Puts `sites` in the order of their rank, and leaves out what is more than a report holds.
template <class Site, class Rank, class Size>
void keep_largest(std::vector<Site>& sites, Rank rank, Size size) {
  std::ranges::sort(sites, [&](const Site& a, const Site& b) { return rank(a) < rank(b); });
  detect::keep_what_fits(sites, kMostSites, kMostSiteText, size);
}

double per(std::uint64_t last, std::uint64_t first, double seconds) {
  return last > first ? static_cast<double>(last - first) / seconds : 0;
}

}  // namespace

std::vector<StackGroup> group_stacks(const GoroutineProfile& profile) {
  std::vector<StackGroup> groups;
  HashIndex index;
  const auto add = [&](const StackGroup& member) {
    const std::array<std::uint32_t, 4> key{member.stack.value, member.creator.value,
                                           static_cast<std::uint32_t>(member.state),
                                           member.serves_our_request ? 1U : 0U};
    const std::uint32_t at = index.find_or_insert(
        hash_bytes(std::as_bytes(std::span(key))),
        [&](std::uint32_t value) {
          const StackGroup& group = groups[value];
          return group.stack == member.stack && group.creator == member.creator && group.state == member.state &&
                 group.serves_our_request == member.serves_our_request;
        },
        [&] {
          groups.push_back(member);
          groups.back().count = 0;
          return static_cast<std::uint32_t>(groups.size() - 1);
        });
    groups[at].count += member.count;
    groups[at].longest_wait_minutes = std::max(groups[at].longest_wait_minutes, member.longest_wait_minutes);
  };
  for (const Goroutine& goroutine : profile.goroutines) {
    if (goroutine.has(kSystem) || goroutine.has(kScheduler)) continue;
    add({goroutine.stack, goroutine.creator, goroutine.state, goroutine.has(kServesOurRequest), 1,
         goroutine.wait_minutes});
  }
  for (const StackCount& record : profile.counts) {
    add({record.stack, {}, record.state, record.serves_our_request, at_least_zero(record.count), 0});
  }
  return groups;
}

void Observation::add(Snapshot snapshot) {
  if (snapshot.goroutines) add_goroutines(snapshot);
  if (snapshot.heap || snapshot.memory) add_heap(snapshot);
  history_.push(snapshot);
  if (!snapshot.heap) return;
  if (heap_snapshots_++ == 1) first_heap_samples_ = std::move(last_heap_samples_);
  last_heap_samples_ = std::move(snapshot.heap->samples);
}

void Observation::add_goroutines(const Snapshot& snapshot) {
  const GoroutineProfile& profile = *snapshot.goroutines;
  last_groups_ = group_stacks(profile);
  if (!goroutine_total_) first_groups_ = last_groups_;
  goroutine_total_ = profile.total;
  system_ = profile.system;
  truncated_ = profile.truncated;
  goroutine_points_.push_back({snapshot.taken_at, profile.total});
  thin(goroutine_points_);
}

void Observation::add_heap(const Snapshot& snapshot) {
  MemorySamplePoint point{
      .at = snapshot.taken_at, .live_bytes = {}, .heap_alloc_bytes = {}, .objects = {}, .num_gc = {}};
  if (snapshot.heap) {
    last_heap_.clear();
    std::int64_t objects = 0;
    for (const HeapSample& sample : snapshot.heap->samples) {
      HeapAt& at = last_heap_[history_.stack_facts().of(sample.stack).site];
      add_saturating(at.inuse_bytes, sample.inuse_bytes);
      add_saturating(at.inuse_objects, sample.inuse_objects);
      add_saturating(at.alloc_bytes, sample.alloc_bytes);
      add_saturating(at.alloc_objects, sample.alloc_objects);
      add_saturating(objects, sample.inuse_objects);
      if (sample.inuse_bytes >= at.heaviest)
        std::tie(at.heaviest, at.stack) = std::pair(sample.inuse_bytes, sample.stack);
    }
    last_heap_at_ = snapshot.steady_at;
    if (heap_snapshots_ == 0) {
      first_heap_ = last_heap_;
      first_heap_at_ = last_heap_at_;
    }
    live_bytes_ = point.live_bytes = at_least_zero(snapshot.heap->live_bytes());
    point.objects = at_least_zero(objects);
  }
  if (snapshot.memory) {
    memory_ = snapshot.memory;
    point.heap_alloc_bytes = memory_->heap_alloc_bytes;
    point.objects = memory_->heap_objects;
    point.num_gc = memory_->num_gc;
    // After a restart the counters start again: rates are of the present process only.
    if (!first_memory_ || memory_->total_alloc_bytes < first_memory_->total_alloc_bytes) {
      first_memory_ = memory_;
      first_memory_at_ = snapshot.steady_at;
    }
    stats_span_ = snapshot.steady_at - first_memory_at_;
  }
  memory_points_.push_back(point);
  thin(memory_points_);
}

std::vector<SiteCount> Observation::site_counts() const {
  using Key = std::tuple<FrameId, FrameId, WaitState>;
  struct Sum {
    std::uint64_t count = 0, first = 0, largest = 0, longest_wait = 0;
    StackId stack;
  };
  std::map<Key, Sum> sums;
  // Counts have no creators: where the form changed between first and last, places are compared without.
  const auto has_creators = [](const std::vector<StackGroup>& groups) {
    return std::ranges::any_of(groups, [](const StackGroup& group) { return static_cast<bool>(group.creator); });
  };
  const bool with_creators = has_creators(first_groups_) == has_creators(last_groups_);
  const auto key_of = [&](const StackGroup& group) {
    return Key{detect::site_frame(symbols_, group.stack), with_creators ? group.creator : FrameId{}, group.state};
  };
  for (const StackGroup& group : last_groups_) {
    if (group.serves_our_request) continue;
    Sum& sum = sums[key_of(group)];
    sum.count += group.count;
    sum.longest_wait = std::max(sum.longest_wait, group.longest_wait_minutes);
    if (group.count > sum.largest) std::tie(sum.largest, sum.stack) = std::pair(group.count, group.stack);
  }
  for (const StackGroup& group : first_groups_) {
    const auto sum = sums.find(key_of(group));
    if (sum != sums.end() && !group.serves_our_request) sum->second.first += group.count;
  }
  const auto rank = [&](const std::pair<Key, Sum>& entry) {
    const auto& [frame, creator, state] = entry.first;
    return std::tuple(~entry.second.count, symbols_.function(frame), symbols_.file(frame), symbols_.frame(frame).line,
                      wait_state_name(state), symbols_.function(creator), symbols_.file(creator),
                      symbols_.frame(creator).line);
  };
  std::vector<std::pair<Key, Sum>> largest(sums.begin(), sums.end());
  sums.clear();
  keep_largest(largest, rank, [&](const std::pair<Key, Sum>& entry) {
    const auto& [frame, creator, state] = entry.first;
    return detect::text_size(symbols_, entry.second.stack) + detect::text_size(symbols_, frame) +
           detect::text_size(symbols_, creator);
  });
  std::vector<SiteCount> sites;
  for (const auto& [key, sum] : largest) {
    const auto& [frame, creator, state] = key;
    SiteCount site{.site = detect::source_line(symbols_, frame),
                   .creator = {},
                   .state = std::string(wait_state_name(state)),
                   .count = sum.count,
                   .count_first = sum.first,
                   .stack = detect::source_lines(symbols_, sum.stack),
                   .longest_wait_minutes = sum.longest_wait};
    if (creator) site.creator = detect::source_line(symbols_, creator);
    sites.push_back(std::move(site));
  }
  return sites;
}

GoroutineSection Observation::goroutine_section() const {
  GoroutineSection section;
  section.total = *goroutine_total_;
  section.system = system_;
  section.truncated = truncated_;
  section.samples = goroutine_points_;
  std::map<std::string, std::uint64_t> by_state;
  for (const StackGroup& group : last_groups_) by_state[std::string(wait_state_name(group.state))] += group.count;
  section.by_state.assign(by_state.begin(), by_state.end());
  std::ranges::stable_sort(section.by_state, std::ranges::greater{}, &std::pair<std::string, std::uint64_t>::second);
  section.sites = site_counts();
  return section;
}

std::vector<AllocationSite> Observation::allocation_sites() const {
  const double seconds = std::chrono::duration<double>(last_heap_at_ - first_heap_at_).count();
  const auto rank = [&](const std::pair<FrameId, HeapAt>& entry) {
    const auto& [frame, at] = entry;
    return std::tuple(~at_least_zero(at.inuse_bytes), ~at_least_zero(at.alloc_bytes), symbols_.function(frame),
                      symbols_.file(frame), symbols_.frame(frame).line);
  };
  std::vector<std::pair<FrameId, HeapAt>> largest(last_heap_.begin(), last_heap_.end());
  keep_largest(largest, rank, [&](const std::pair<FrameId, HeapAt>& entry) {
    return detect::text_size(symbols_, entry.second.stack) + detect::text_size(symbols_, entry.first);
  });
  std::vector<AllocationSite> sites;
  for (const auto& [frame, at] : largest) {
    AllocationSite site{.site = detect::source_line(symbols_, frame),
                        .inuse_bytes = at_least_zero(at.inuse_bytes),
                        .inuse_objects = at_least_zero(at.inuse_objects),
                        .alloc_bytes = at_least_zero(at.alloc_bytes),
                        .alloc_objects = at_least_zero(at.alloc_objects),
                        .alloc_bytes_per_s = {},
                        .stack = detect::source_lines(symbols_, at.stack)};
    const auto first = first_heap_.find(frame);
    const std::int64_t alloc_first = first == first_heap_.end() ? 0 : first->second.alloc_bytes;
    if (first != first_heap_.end()) site.inuse_bytes_first = at_least_zero(first->second.inuse_bytes);
    if (seconds > 0)
      site.alloc_bytes_per_s =
          static_cast<double>(at_least_zero(subtract_saturating(at.alloc_bytes, alloc_first))) / seconds;
    sites.push_back(std::move(site));
  }
  return sites;
}

MemorySection Observation::memory_section() const {
  MemorySection section;
  section.live_bytes = live_bytes_;
  section.stats = memory_;
  section.samples = memory_points_;
  if (!memory_points_.empty()) section.objects = memory_points_.back().objects;
  section.sites = allocation_sites();
  if (stats_span_.count() > 0 && memory_) {
    const double seconds = stats_span_.count();
    section.alloc_bytes_per_s = per(memory_->total_alloc_bytes, first_memory_->total_alloc_bytes, seconds);
    section.alloc_objects_per_s = per(memory_->mallocs, first_memory_->mallocs, seconds);
    section.collections_per_min = per(memory_->num_gc, first_memory_->num_gc, seconds) * 60;
  }
  return section;
}

void Observation::fill(Report& report) const {
  if (has_goroutines()) report.goroutines = goroutine_section();
  if (has_memory()) report.memory = memory_section();
}

StackProfile Observation::stacks() const {
  return stack_profile({.first_groups = first_groups_,
                        .last_groups = last_groups_,
                        .first_heap = heap_snapshots_ > 1 ? first_heap_samples_ : last_heap_samples_,
                        .last_heap = last_heap_samples_},
                       history_);
}

}  // namespace lf::pipeline
