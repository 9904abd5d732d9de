#include <algorithm>
#include <string>
#include <utility>

#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/memory_facts.h"
#include "detect/rules.h"

namespace lf::detect {
namespace {

constexpr double kMiB = 1 << 20;
constexpr std::uint64_t kLeastCollections = 2;
/// Longer than a look by default: a cache that is filling can't be told from a leak in so short a time.
constexpr double kLongEnough = 12;

/// What a site must gain to matter to the process: a fifth of the live heap, 16 MiB at most. Below, it may be one of
/// the buffers, caches and tables that fill for minutes before they are emptied (a LSM tree's in-memory table, a log).
bool matters(const HeapGrowth& growth, const MemoryFacts& memory) {
  constexpr double kAlways = 16 * kMiB;
  return memory.live_bytes.empty() || growth.gain() >= std::min(kAlways, memory.live_bytes.front() / 5);
}

/// Whether what a short look shows is a leak: the heap has grown for a minute and still does, as exactly measured, and
/// this site gathers.
Grade grade_of_gathering(const HeapGrowth& growth, const MemoryFacts& memory) {
  constexpr double kShortest = 20, kMinute = 60;
  const double span = growth.seconds.back() - growth.seconds.front();
  if (!grew_and_grows(memory) || span < kShortest || memory.gc_pace->span + span < kMinute) return Grade::kGlimpse;
  const bool carries = growth.rise() * 2 >= *memory.exact_per_second * span;
  return carries ? Grade::kLasting : Grade::kGlimpse;
}

std::string gathering_in_words(const HeapGrowth& growth) {
  const std::int64_t falls = (growth.flow.changes - growth.flow.net) / 2;
  return format(
      "live bytes rose from {:.1f} to {:.1f} MiB (sampling error ±{:.1f} MiB) in {}: {} sampled objects more are kept, "
      "{} fewer, and a steady heap has as many of either ({})",
      growth.bytes.front() / kMiB, growth.bytes.back() / kMiB, growth.noise_bytes / kMiB,
      span_in_words(growth.seconds.back() - growth.seconds.front()), falls + growth.flow.net, falls,
      chance_in_words(growth.flow.chance()));
}

}  // namespace

/// Source: Mann–Kendall and Theil–Sen on the live heap after collections (see memory_facts.cc), and who came and went
/// of the sampled objects (object_flow.h), which two profiles tell. Guards against: the profile's sampling error,
/// profiles without a collection between them, caches and buffers that fill up once, and those that are small beside
/// the heap.
void find_growing_memory_sites(const Context& context, Evidences& evidences) {
  const MemoryFacts& memory = context.memory;
  for (std::uint32_t i = 0; i < memory.sites.size(); ++i) {
    const HeapGrowth& growth = memory.sites[i];
    const bool few = memory.collections_known && memory.collections < kLeastCollections;
    if (few || !growth.significant || !growth.still_growing) {
      if (!carries_growth(growth, memory)) continue;
      const Subject subject{SubjectKind::kHeapSite, i};
      const Grade grade = grade_of_gathering(growth, memory);
      evidences.push_back({subject, "memory/growing-site", grade, "growth", grade == Grade::kLasting ? 45 : 25,
                           gathering_in_words(growth)});
      if (std::string words = growth_in_words(memory); !words.empty())
        evidences.push_back({subject, "memory/growing-site", Grade::kRemark, "heap", 10, std::move(words)});
      continue;
    }
    const double span = growth.seconds.back() - growth.seconds.front();
    const bool long_enough = growth.bytes.size() >= 4 && span >= kLongEnough && matters(growth, memory);
    const bool lasting = long_enough || grade_of_gathering(growth, memory) == Grade::kLasting;
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
