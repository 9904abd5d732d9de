#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/goroutine.h"
#include "model/heap_sample.h"
#include "model/report.h"
#include "model/symbols.h"

namespace lf::detect {

/// What a verification by forced collections measured (spec, section 2, "GC analysis"). Bytes.
struct GcMeasurement {
  std::optional<std::uint64_t> baseline;     ///< B: live heap after a collection, at the start
  std::optional<std::uint64_t> before;       ///< P: HeapAlloc right before the first forced collection
  std::optional<std::uint64_t> before_live;  ///< L: its live part by the last natural collection
  std::optional<std::uint64_t> final_value;  ///< F: live heap after the last forced collection
  std::optional<std::uint64_t> allocated_in_wait;
  std::uint64_t collections = 0;  ///< that ended between B and F
  double seconds = 0;             ///< between B and F
  bool wanted = true;             ///< false: only goroutines are judged
  std::string refusal;            ///< why the target could not be made to collect; empty: it could
};

/// Goroutines of one site, creator and state at the three moments.
struct GcGroupCounts {
  FrameId site, creator;
  WaitState state = WaitState::kUnknown;
  StackId stack;
  std::uint64_t baseline = 0, before = 0, final_value = 0;
  std::uint64_t left = 0;  ///< of those here at the start, gone from here at the end; 0 where no ids tell
};

/// Whether the label says that what grew stayed: PARTIAL, LIKELY or CONFIRMED LEAK.
bool is_leak(GcResult result);

/// Judges the heap, and each group of goroutines by its counts. Pure. `groups` of the result hold what grew, and the
/// heap first. The result is the heap's; where that is not wanted, the worst group's.
GcSection judge_gc(const Symbols& symbols, const GcMeasurement& heap, const std::vector<GcGroupCounts>& groups);

/// Counts groups at the three moments; profiles that are null count as empty, `baseline` null as equal to `before`.
/// Where one of them has no creators (protobuf), all are grouped without.
std::vector<GcGroupCounts> count_gc_groups(const Symbols& symbols, const GoroutineProfile* baseline,
                                           const GoroutineProfile* before, const GoroutineProfile* final_profile);

/// Findings `gc/verdict` of verdict leak: a leak label whose freed percent is below `threshold`. `baseline` and
/// `final_heap`, where known, name the allocation site that grew most.
std::vector<Finding> find_gc_leaks(const Symbols& symbols, const GcSection& section,
                                   const std::vector<GcGroupCounts>& groups, double threshold,
                                   const HeapProfile* baseline, const HeapProfile* final_heap);

/// Result and freed percent of one value by B, P, L, F; `least` is the smallest lasting growth that counts.
struct GcJudgement {
  GcResult result = GcResult::kUnknown;
  double freed_percent = 0;
};
GcJudgement judge_values(double baseline, double before, double before_live, double final_value, double least);

}  // namespace lf::detect
