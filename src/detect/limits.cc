#include "detect/limits.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "detect/memory_facts.h"

/// A suspicion needs five that came and none that left; who leaks nine in the time of the look shows five nineteen
/// times of twenty. Counts need a rise in each of three intervals.
namespace lf::detect {
namespace {

constexpr double kSurelyFive = 9.2;  // P(X >= 5) is 95 % for a Poisson count X of this mean

std::optional<double> goroutines_per_second(const Series& series) {
  std::size_t samples = 0;
  double first = 0, last = 0;
  bool identities = !series.identities_broken;
  for (const SamplePoint& sample : series.samples) {
    if (sample.epoch != series.epoch || !sample.has_goroutines || sample.truncated) continue;
    if (samples++ == 0) first = sample.seconds;
    last = sample.seconds;
    identities = identities && sample.has_identities;
  }
  const std::size_t rises_wanted = identities ? 1 : 3;
  if (samples <= rises_wanted || last <= first) return std::nullopt;
  return kSurelyFive * (identities ? 1 : 2) / (last - first);
}

constexpr double kMiB = 1 << 20;

/// By profiles: a rise of a megabyte and twice its sampling error over four, or seven sampled objects that stay between
/// two.
std::optional<double> seen_in_profiles(const MemoryFacts& memory, double rate) {
  constexpr double kSurelySeven = 11.8;  // P(X >= 7) is 95 % for a Poisson count X of this mean
  constexpr std::size_t kLeastSamples = 4;
  if (memory.live_bytes.size() < 2 || memory.collections < 1) return std::nullopt;
  const double span = memory.seconds.back() - memory.seconds.front();
  if (span <= 0) return std::nullopt;
  const double by_flow = kSurelySeven * rate / span;
  if (memory.live_bytes.size() < kLeastSamples || memory.collections < 2) return by_flow;
  const double error = std::sqrt(rate * std::max(memory.live_bytes.back(), rate));
  return std::min(by_flow, std::max(kMiB, 2 * error) / span);
}

/// By the distances of collections before the look, while as much is allocated as before: a rise of three standard
/// errors. The goal of a small heap is 4 MiB whatever is alive.
std::optional<double> seen_in_gc_pace(const MemoryFacts& memory) {
  constexpr double kErrors = 3, kSmallHeap = 2 * kMiB;
  if (!memory.gc_pace || memory.live_bytes.empty() || memory.gc_pace->span <= 0) return std::nullopt;
  const double live = std::max(memory.live_bytes.back(), kSmallHeap);
  return std::max(kErrors * memory.gc_pace->error_per_second * live, kSmallHeap / memory.gc_pace->span);
}

std::optional<double> bytes_per_second(const MemoryFacts& memory, double rate) {
  const std::optional<double> directly = seen_in_profiles(memory, rate), before = seen_in_gc_pace(memory);
  return directly && before ? std::min(*directly, *before) : directly ? directly : before;
}

}  // namespace

DetectionLimits find_limits(const Context& context) {
  DetectionLimits limits;
  if (context.options.goroutines) limits.goroutines_per_s = goroutines_per_second(context.series);
  if (context.options.memory) limits.bytes_per_s = bytes_per_second(context.memory, sampling_rate(context.series));
  return limits;
}

}  // namespace lf::detect
