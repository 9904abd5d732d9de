#include "decode/memory_fields.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace lf::decode {
namespace {

struct Field {
  std::string_view name;
  std::uint64_t MemoryStats::* member;
};

/// runtime/mstats.go MemStats; MaxRSS is heap debug=1's own (runtime/pprof/pprof_rusage.go).
constexpr std::array<Field, 22> kFields = {{
    {"TotalAlloc", &MemoryStats::total_alloc_bytes},
    {"Sys", &MemoryStats::sys_bytes},
    {"Mallocs", &MemoryStats::mallocs},
    {"Frees", &MemoryStats::frees},
    {"HeapAlloc", &MemoryStats::heap_alloc_bytes},
    {"HeapSys", &MemoryStats::heap_sys_bytes},
    {"HeapIdle", &MemoryStats::heap_idle_bytes},
    {"HeapInuse", &MemoryStats::heap_inuse_bytes},
    {"HeapReleased", &MemoryStats::heap_released_bytes},
    {"HeapObjects", &MemoryStats::heap_objects},
    {"StackInuse", &MemoryStats::stack_inuse_bytes},
    {"StackSys", &MemoryStats::stack_sys_bytes},
    {"MSpanSys", &MemoryStats::mspan_sys_bytes},
    {"MCacheSys", &MemoryStats::mcache_sys_bytes},
    {"BuckHashSys", &MemoryStats::buck_hash_sys_bytes},
    {"GCSys", &MemoryStats::gc_sys_bytes},
    {"OtherSys", &MemoryStats::other_sys_bytes},
    {"NextGC", &MemoryStats::next_gc_bytes},
    {"NumGC", &MemoryStats::num_gc},
    {"NumForcedGC", &MemoryStats::num_forced_gc},
    {"MaxRSS", &MemoryStats::max_rss_bytes},
    {"MaxRss", &MemoryStats::max_rss_bytes},
}};
constexpr std::size_t kRing = 256;

WallTime wall_time(std::uint64_t unix_ns) {
  const auto ns = static_cast<std::int64_t>(std::min<std::uint64_t>(unix_ns, INT64_MAX));
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(ns)));
}

}  // namespace

void MemoryFields::add(std::vector<std::uint64_t>& ring, std::uint64_t value) {
  if (ring.size() < kRing) ring.push_back(value);
}

void MemoryFields::set(std::string_view name, std::uint64_t value) {
  if (name == "LastGC") {
    stats_.last_gc = wall_time(value);
    any_ = true;
    return;
  }
  const auto field = std::ranges::find(kFields, name, &Field::name);
  if (field == kFields.end()) return;
  stats_.*(field->member) = value;
  any_ = true;
}

MemoryStats MemoryFields::finish() {
  const std::uint64_t seen = std::min<std::uint64_t>(stats_.num_gc, kRing);
  for (std::uint64_t cycle = stats_.num_gc - seen; cycle < stats_.num_gc; ++cycle) {
    const auto at = static_cast<std::size_t>(cycle % kRing);
    if (at >= pauses_ns_.size() || at >= pause_ends_ns_.size()) continue;
    stats_.pauses.push_back({wall_time(pause_ends_ns_[at]), pauses_ns_[at]});
  }
  return std::move(stats_);
}

}  // namespace lf::decode
