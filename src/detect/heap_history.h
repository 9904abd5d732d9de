#pragma once

#include <cstdint>

#include <tsl/robin_map.h>

#include "detect/series.h"
#include "detect/stack_facts.h"
#include "model/heap_sample.h"
#include "model/memory_stats.h"
#include "model/symbols.h"

namespace lf::detect {

/// Notes in `sample` what MemStats says of the process.
void note_memory(const MemoryStats& stats, SamplePoint& sample);

/// Keeps `Series::heap_sites`, the live heap of each allocating function over heap profiles, and `Series::heap_stacks`,
/// who came and went at each stack.
class HeapHistory {
 public:
  /// `most_sites`: beyond, the smallest are forgotten. Beyond `kMostStacks` stacks are left out.
  HeapHistory(const Symbols& symbols, std::size_t most_sites) : symbols_(&symbols), most_sites_(most_sites) {}

  /// Adds a point to each site of `series` whose live heap has changed, and sets the sample's live bytes.
  /// The first one after a forced collection is what later ones are compared with: others are late, by minutes perhaps.
  void push(const HeapProfile& heap, StackFactsTable& stacks, SamplePoint& sample, Series& series);

  /// Forgets all sites, with those of the series: another process.
  void clear() {
    index_.clear();
    stack_index_.clear();
    compares_forced_ = false;
  }

 private:
  static constexpr std::size_t kMostStacks = 200'000;

  void count(const HeapSample& record, StringId function, double rate, bool is_first, Series& series);
  void forget_small_sites(Series& series);

  const Symbols* symbols_;
  std::size_t most_sites_;
  bool compares_forced_ = false;                        ///< `HeapStack::first` is of right after a forced collection
  tsl::robin_map<std::uint32_t, std::uint32_t> index_;  ///< function's number → index into heap_sites
  tsl::robin_map<std::uint32_t, std::uint32_t> stack_index_;  ///< stack's number → index into heap_stacks
};

}  // namespace lf::detect
