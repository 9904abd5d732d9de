#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/hash_index.h"
#include "detect/history.h"
#include "model/report.h"
#include "model/snapshot.h"

namespace lf::pipeline {

/// So many sites a report lists, of each kind, and so many bytes of names in them; their goroutines and bytes are
/// counted whatever their number.
inline constexpr std::size_t kMostSites = 10'000;
inline constexpr std::size_t kMostSiteText = 64UZ << 20;

/// Goroutines with one stack, one creator and one state.
struct StackGroup {
  StackId stack;
  FrameId creator;
  WaitState state = WaitState::kUnknown;
  bool serves_our_request = false;
  std::uint64_t count = 0;
  std::uint64_t longest_wait_minutes = 0;
};

/// The goroutines of `profile` grouped; groups in the order of their first member.
std::vector<StackGroup> group_stacks(const GoroutineProfile& profile);

/// What was measured over a command, as the report's sections show it; detection's history beside it.
///
/// Bounded: groups and heap of the first and the last snapshot, one small point a sample (thinned beyond
/// `kPointsKept`), and the history's own bounds.
class Observation {
 public:
  static constexpr std::size_t kPointsKept = 1'024;

  /// `symbols` must outlive the observation.
  explicit Observation(const Symbols& symbols) : symbols_(symbols), history_(symbols) {}

  void add(Snapshot snapshot);

  bool has_goroutines() const { return goroutine_total_.has_value(); }
  bool has_memory() const { return heap_snapshots_ > 0 || memory_.has_value(); }
  std::size_t size() const { return history_.size(); }
  detect::History& history() { return history_; }
  const detect::History& history() const { return history_; }
  const std::vector<StackGroup>& last_groups() const { return last_groups_; }

  /// Writes what was measured into the report's `goroutines` and `memory` sections.
  void fill(Report& report) const;

  /// The stacks of the first and the last snapshot, and the series between.
  StackProfile stacks() const;

 private:
  struct HeapAt {
    std::int64_t inuse_bytes = 0, inuse_objects = 0, alloc_bytes = 0, alloc_objects = 0, heaviest = 0;
    StackId stack;
  };
  using HeapBySite = std::map<FrameId, HeapAt>;

  void add_goroutines(const Snapshot& snapshot);
  void add_heap(const Snapshot& snapshot);
  std::vector<SiteCount> site_counts() const;
  std::vector<AllocationSite> allocation_sites() const;
  GoroutineSection goroutine_section() const;
  MemorySection memory_section() const;

  const Symbols& symbols_;
  detect::History history_;
  std::optional<std::uint64_t> goroutine_total_;
  std::uint64_t system_ = 0;
  bool truncated_ = false;
  std::vector<StackGroup> first_groups_, last_groups_;
  std::vector<GoroutineSamplePoint> goroutine_points_;
  std::vector<MemorySamplePoint> memory_points_;
  HeapBySite first_heap_, last_heap_;
  /// Of one heap profile, which is first and last, there are only the last.
  HeapSamples first_heap_samples_, last_heap_samples_;
  SteadyTime first_heap_at_, last_heap_at_;
  std::size_t heap_snapshots_ = 0;
  std::optional<MemoryStats> first_memory_, memory_;
  SteadyTime first_memory_at_;
  std::chrono::duration<double> stats_span_{0};
  std::optional<std::uint64_t> live_bytes_;
};

}  // namespace lf::pipeline
