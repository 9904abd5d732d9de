#include "detect/memory_doubt.h"

#include <algorithm>

#include "base/format.h"
#include "detect/come_and_stay.h"

namespace lf::detect {
namespace {

constexpr double kMiB = 1 << 20;
constexpr std::uint64_t kFirstGoal = 4 << 20;  // the heap at which the first collection comes (runtime/mgcpacer.go)
constexpr double kOneInTen = 0.1, kOneInHundred = 0.01;

/// Whether the look has shown that the live heap does not grow by `per_second` bytes.
bool is_flat(const MemoryFacts& memory, double per_second) {
  constexpr double kShortest = 2;  // requests under way come and go
  const GoalGrowth& goal = memory.goal;
  const bool seen = memory.exact_per_second && memory.seconds.size() >= 2 &&
                    memory.seconds.back() - memory.seconds.front() >= kShortest;
  return seen && !goal.rises && *memory.exact_per_second < per_second;
}

/// Whether most of the live heap is one array or a few, which grow in steps: between two of them it stands still.
bool grows_in_steps(const MemoryFacts& memory) {
  return std::ranges::any_of(memory.sites, [&](const HeapGrowth& site) {
    return site.in_steps && site.bytes.back() * 2 >= memory.live_bytes.back();
  });
}

}  // namespace

std::string find_memory_doubt(const Context& context) {
  const MemoryFacts& memory = context.memory;
  // One sample shows no growth, and says so; load that has fallen since the start can't be told from it there.
  if (memory.live_bytes.empty() || !memory.allocated_per_second) return {};
  const bool gathers =
      std::ranges::any_of(memory.sites, [&](const HeapGrowth& site) { return carries_growth(site, memory); });
  if (gathers || surely_grows(memory)) return "the live heap grows, seen for a short time only";
  // Our own requests allocate as well.
  constexpr double kLittle = 0.4 * kMiB, kSmallLeak = 0.1 * kMiB;
  if (*memory.allocated_per_second < kLittle) return {};
  if (!memory.gc_pace) {
    // A young process, or one that hardly collects: what it allocates may be leaked or garbage. A heap that is smaller
    // than that of the first collection holds nothing to speak of.
    const std::optional<MemoryStats>& stats = context.series.memory;
    const bool tiny = stats && stats->heap_alloc_bytes < kFirstGoal;
    if (tiny || is_flat(memory, kSmallLeak)) return {};
    return format("{:.1f} MiB/s are allocated, and too few collections have ended to tell whether they are kept",
                  *memory.allocated_per_second / kMiB);
  }
  // A third of the pace before is enough to call the growth not ended.
  constexpr double kGoodPart = 3;
  const bool steps = grows_in_steps(memory);
  if (memory.gc_pace->chance >= (steps ? kOneInTen : kOneInHundred)) return {};
  if (!steps && is_flat(memory, memory.gc_pace->growth_per_second() * memory.live_bytes.back() / kGoodPart)) return {};
  return "the live heap may grow: " + gc_pace_in_words(*memory.gc_pace);
}

std::optional<double> seconds_to_two_collections(const Series& series, const MemoryFacts& memory) {
  if (series.samples.empty() || memory.allocated_per_second.value_or(0) <= 0) return std::nullopt;
  const SamplePoint& last = series.samples.back();
  if (!last.next_gc_bytes || !last.heap_alloc_bytes) return std::nullopt;
  const auto goal = static_cast<double>(*last.next_gc_bytes), now = static_cast<double>(*last.heap_alloc_bytes);
  return (std::max(goal - now, 0.0) + goal / 2) / *memory.allocated_per_second;
}

}  // namespace lf::detect
