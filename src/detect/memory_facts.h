#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detect/series.h"
#include "detect/trend.h"
#include "model/report.h"

namespace lf::detect {

/// How the live heap of one allocating function went, one value a collection.
struct HeapGrowth {
  std::vector<double> seconds, bytes;
  Trend trend;
  double noise_bytes = 0;      ///< standard error of its growth, from the number of sampled objects behind it
  bool significant = false;    ///< beyond the noise, beyond 1 MiB, a trend at 5 %
  bool still_growing = false;  ///< not a rise that has come to its plateau
  double gain() const { return bytes.empty() ? 0 : trend.total; }
};

/// What the memory of the process does.
struct MemoryFacts {
  std::vector<double> seconds, live_bytes;  ///< one value a collection, current epoch
  std::uint64_t collections = 0;            ///< ended between the first and the last of these
  bool collections_known = false;
  /// Whether the collector's goal, which follows the exact live heap, rises to the end; true where it is not known.
  bool goal_rises_late = true;
  MemoryPattern pattern = MemoryPattern::kUnknown;
  bool fell_by_restart = false;  ///< the cliff is another process' beginning
  std::string pattern_reason;
  Trend trend;                    ///< of live_bytes over the window
  std::vector<HeapGrowth> sites;  ///< as Series::heap_sites
};

/// `window`: the last samples that the pattern looks at (-memory-history).
MemoryFacts measure_memory(const Series& series, std::size_t window);

}  // namespace lf::detect
