#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detect/gc_pace.h"
#include "detect/object_flow.h"
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
  bool over = false;           ///< it rose, and has come to its plateau
  bool in_steps = false;       ///< a few large objects: an array that grows does so ever more seldom
  ObjectFlow flow;             ///< from the first to the last of them
  double fell = 0;             ///< the most that it fell by from one to the next: a batch that ends, a buffer emptied
  double gain() const { return bytes.empty() ? 0 : trend.total; }
  /// From end to end, which two values tell as well.
  double rise() const { return bytes.empty() ? 0 : bytes.back() - bytes.front(); }
};

/// The collector's goal after each collection: the exact live heap times a constant, 2 by default, known without
/// sampling error.
struct GoalGrowth {
  std::vector<double> seconds, bytes;
  bool rises = false;  ///< along a line, or in a trend, beyond 5 % chance, by two megabytes of live heap at least
  /// What the live heap grew by.
  double live_gain() const { return bytes.empty() ? 0 : (bytes.back() - bytes.front()) / 2; }
};

/// What the memory of the process does.
struct MemoryFacts {
  std::vector<double> seconds, live_bytes;  ///< one value a collection, current epoch
  std::uint64_t collections = 0;            ///< ended between the first and the last of these
  bool collections_known = false;
  /// Whether the collector's goal, which follows the exact live heap, rises to the end; true where it is not known.
  bool goal_rises_late = true;
  GoalGrowth goal;
  ObjectFlow flow;                             ///< of all sites
  std::optional<GcPace> gc_pace;               ///< before the look
  std::optional<double> allocated_per_second;  ///< bytes, in the look
  /// What the live heap grew by in bytes a second, known without sampling error: between two forced collections, or by
  /// the collector's goal.
  std::optional<double> exact_per_second;
  MemoryPattern pattern = MemoryPattern::kUnknown;
  bool fell_by_restart = false;  ///< the cliff is another process' beginning
  std::string pattern_reason;
  Trend trend;                    ///< of live_bytes over the window
  std::vector<HeapGrowth> sites;  ///< as Series::heap_sites
};

/// One allocation in so many bytes is sampled; the runtime's default where the profile does not tell.
double sampling_rate(const Series& series);

/// The chance that an object of `size` bytes is sampled at that rate (runtime/malloc.go, MemProfileRate).
double chance_of_sample(double size, double rate);

/// Whether `site` gathers what it allocates, for looks too short for a trend of its own: sampled objects come and don't
/// leave, or it gained a good part, beyond its sampling error, of what the collector's goal rose by.
bool carries_growth(const HeapGrowth& site, const MemoryFacts& memory);

/// Whether the live heap grew before the look, by the distances of collections, and grows in it, exactly measured.
bool grew_and_grows(const MemoryFacts& memory);

/// Whether the live heap grows, without any sampling error: by the collector's goal, or as it did before the look.
bool surely_grows(const MemoryFacts& memory);

/// What is known without sampling error of how the live heap grows: "the live heap grows by about 1.20 MiB/s: …"; empty
/// where nothing is.
std::string growth_in_words(const MemoryFacts& memory);

/// `window`: the last samples that the pattern looks at (-memory-history).
MemoryFacts measure_memory(const Series& series, std::size_t window);

}  // namespace lf::detect
