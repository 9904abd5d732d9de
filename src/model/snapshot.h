#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "model/goroutine.h"
#include "model/heap_sample.h"
#include "model/memory_stats.h"

namespace lf {

/// What was learnt of one process at one moment. Parts that were not asked for, or not got, are absent.
struct Snapshot {
  WallTime taken_at;
  SteadyTime steady_at;  ///< for durations; wall time may jump. Files: derived from their times
  std::optional<GoroutineProfile> goroutines;
  std::optional<HeapProfile> heap;
  std::optional<MemoryStats> memory;
  /// Records of the runtime's leak profile, without those that say nothing (main's own `select {}`, no frames);
  /// absent where the profile was not read. Its silence is evidence of nothing.
  std::optional<std::vector<StackCount>> leaked;
  bool gc_forced = false;  ///< the heap was read right after a forced collection
};

}  // namespace lf
