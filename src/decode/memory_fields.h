#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/memory_stats.h"

namespace lf::decode {

/// Collects runtime.MemStats by the names of its fields, as heap debug=1 prints them and /debug/vars encodes them.
class MemoryFields {
 public:
  /// Takes an integer field ("HeapAlloc", "StackInuse"); names that are not kept are passed over.
  void set(std::string_view name, std::uint64_t value);
  void set_gc_cpu_fraction(double fraction) { stats_.gc_cpu_fraction = fraction; }
  /// The next entry of the rings "PauseNs" or "PauseEnd", beyond 256 ignored.
  void add_pause(std::uint64_t pause_ns) { add(pauses_ns_, pause_ns); }
  void add_pause_end(std::uint64_t unix_ns) { add(pause_ends_ns_, unix_ns); }

  /// Whether anything was set.
  bool any() const { return any_; }
  /// The statistics; the pauses oldest first: entry (NumGC + 255) % 256 of the ring is the latest.
  MemoryStats finish();

 private:
  static void add(std::vector<std::uint64_t>& ring, std::uint64_t value);

  MemoryStats stats_;
  std::vector<std::uint64_t> pauses_ns_;
  std::vector<std::uint64_t> pause_ends_ns_;
  bool any_ = false;
};

}  // namespace lf::decode
