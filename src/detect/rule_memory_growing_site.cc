#include <algorithm>

#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/memory_facts.h"
#include "detect/rules.h"

namespace lf::detect {
namespace {

constexpr double kMiB = 1 << 20;
constexpr std::uint64_t kLeastCollections = 2;

/// What a site must gain to matter to the process: a fifth of the live heap, 16 MiB at most. Below, it may be one of
/// the buffers, caches and tables that fill for minutes before they are emptied (a LSM tree's in-memory table, a log).
bool matters(const HeapGrowth& growth, const MemoryFacts& memory) {
  constexpr double kAlways = 16 * kMiB;
  return memory.live_bytes.empty() || growth.gain() >= std::min(kAlways, memory.live_bytes.front() / 5);
}

}  // namespace

/// Source: Mann–Kendall and Theil–Sen on the live heap after collections (see memory_facts.cc). Guards against: the
/// profile's sampling error, profiles without a collection between them, caches and buffers that fill up once, and
/// those that are small beside the heap.
void find_growing_memory_sites(const Context& context, Evidences& evidences) {
  const MemoryFacts& memory = context.memory;
  if (memory.collections_known && memory.collections < kLeastCollections) return;
  for (std::uint32_t i = 0; i < memory.sites.size(); ++i) {
    const HeapGrowth& growth = memory.sites[i];
    if (!growth.significant || !growth.still_growing) {
      if (!carries_growth(growth, memory)) continue;
      evidences.push_back({{SubjectKind::kHeapSite, i},
                           "memory/growing-site",
                           Grade::kGlimpse,
                           "growth",
                           25,
                           format("live bytes rose from {:.1f} to {:.1f} MiB (sampling error ±{:.1f} MiB); {}",
                                  growth.bytes.front() / kMiB, growth.bytes.back() / kMiB, growth.noise_bytes / kMiB,
                                  goal_in_words(memory.goal))});
      continue;
    }
    const double span = growth.seconds.back() - growth.seconds.front();
    const bool lasting = growth.bytes.size() >= 4 && span >= 5 && matters(growth, memory);
    const double share = memory.trend.total > 0 ? std::min(1.0, growth.gain() / memory.trend.total) : 0;
    const Subject subject{SubjectKind::kHeapSite, i};
    evidences.push_back(
        {subject, "memory/growing-site", lasting ? Grade::kLasting : Grade::kGlimpse, "growth", 45,
         format("live bytes rose from {:.1f} to {:.1f} MiB over {} collections in {} (trend {}, "
                "sampling error ±{:.1f} MiB)",
                growth.bytes.front() / kMiB, growth.bytes.back() / kMiB, growth.bytes.size() - 1, span_in_words(span),
                chance_in_words(growth.trend.p_rising), growth.noise_bytes / kMiB)});
    evidences.push_back({subject, "memory/growing-site", Grade::kRemark, "share", static_cast<int>(40 * share),
                         format("{:+.2f} MiB/s, {:.0f} % of what the live heap grew by",
                                growth.trend.slope_per_second / kMiB, 100 * share)});
  }
}

}  // namespace lf::detect
