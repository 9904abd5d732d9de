#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace lf {

/// A pause of the collector.
struct GcPause {
  WallTime ended_at;
  std::uint64_t pause_ns = 0;
};

/// runtime.MemStats as heap debug=1 or /debug/vars print it, at the time of the request. Bytes unless named.
struct MemoryStats {
  std::uint64_t total_alloc_bytes = 0;
  std::uint64_t sys_bytes = 0;
  std::uint64_t mallocs = 0;  ///< objects
  std::uint64_t frees = 0;    ///< objects
  std::uint64_t heap_alloc_bytes = 0;
  std::uint64_t heap_sys_bytes = 0;
  std::uint64_t heap_idle_bytes = 0;
  std::uint64_t heap_inuse_bytes = 0;
  std::uint64_t heap_released_bytes = 0;
  std::uint64_t heap_objects = 0;
  std::uint64_t stack_inuse_bytes = 0;
  std::uint64_t stack_sys_bytes = 0;
  std::uint64_t mspan_sys_bytes = 0;
  std::uint64_t mcache_sys_bytes = 0;
  std::uint64_t buck_hash_sys_bytes = 0;
  std::uint64_t gc_sys_bytes = 0;
  std::uint64_t other_sys_bytes = 0;
  std::uint64_t next_gc_bytes = 0;
  WallTime last_gc;  ///< epoch: never
  std::uint64_t num_gc = 0;
  std::uint64_t num_forced_gc = 0;
  double gc_cpu_fraction = 0;
  std::uint64_t max_rss_bytes = 0;  ///< 0 where not told (vars, other systems)
  std::vector<GcPause> pauses;      ///< of the last up to 256 collections, oldest first
};

}  // namespace lf
