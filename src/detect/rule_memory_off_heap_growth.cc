#include <algorithm>

#include "base/format.h"
#include "detect/attached_memory.h"
#include "detect/come_and_stay.h"
#include "detect/memory_facts.h"
#include "detect/rules.h"

namespace lf::detect {
namespace {

constexpr std::string_view kId = "memory/off-heap-growth";
constexpr double kMiB = 1 << 20;

struct OffHeap {
  std::vector<double> seconds, bytes;
};

OffHeap series_of(const Context& context, std::optional<std::uint64_t> SamplePoint::* field) {
  OffHeap out;
  for (const SamplePoint& sample : context.series.samples) {
    if (sample.epoch != context.series.epoch || !(sample.*field)) continue;
    out.seconds.push_back(sample.seconds);
    out.bytes.push_back(static_cast<double>(*(sample.*field)));
  }
  return out;
}

bool grows(const OffHeap& series, const Trend& trend, double least) {
  if (series.bytes.size() < 4 || series.seconds.back() - series.seconds.front() < 5) return false;
  if (trend.p_rising >= 0.05 || trend.total < std::max(least, trend.first_fit / 10)) return false;
  const std::size_t tail = std::max<std::size_t>(3, series.bytes.size() * 2 / 5);
  const Trend late = find_trend(std::span(series.seconds).last(tail), std::span(series.bytes).last(tail));
  return late.slope_per_second > trend.slope_per_second / 3;
}

/// The leaking group of goroutines whose number goes with `bytes`, or none.
std::optional<std::uint32_t> grows_with(const Context& context, const OffHeap& stacks) {
  std::optional<std::uint32_t> best;
  double best_correlation = 0.9;
  for (std::uint32_t i = 0; i < context.groups.size(); ++i) {
    const Growth& growth = context.groups[i].growth;
    const auto grade = come_and_stay(context.groups[i], context.series.groups[i].state_class);
    if (!grade || *grade < Grade::kLasting || !context.groups[i].benign.empty() || growth.counts.size() < 4) continue;
    const double correlation = correlate(stacks.bytes, counts_near(growth, stacks.seconds));
    if (correlation <= best_correlation) continue;
    best = i;
    best_correlation = correlation;
  }
  return best;
}

}  // namespace

/// Source: MemStats (Stack inuse, Sys, MaxRSS). Guards against: stacks that shrink again, a high-water mark that stands
/// still, memory that the Go heap explains. Growth of stacks together with leaking goroutines is part of their leak;
/// memory that nothing in the runtime's books explains is C's or mapped, and named as a suspicion only.
void find_off_heap_growth(const Context& context, Evidences& evidences) {
  const Subject subject{SubjectKind::kProcess, 0};
  const OffHeap stacks = series_of(context, &SamplePoint::stack_inuse_bytes);
  const Trend stack_trend = find_trend(stacks.seconds, stacks.bytes);
  if (grows(stacks, stack_trend, kMiB)) {
    const auto group = grows_with(context, stacks);
    const double per_goroutine =
        group
            ? stack_trend.total / static_cast<double>(std::max<std::uint64_t>(context.groups[*group].growth.entries, 1))
            : 0;
    std::string words =
        format("goroutine stacks rose by {:.1f} MiB over {} ({:+.2f} MiB/s)", stack_trend.total / kMiB,
               span_in_words(stacks.seconds.back() - stacks.seconds.front()), stack_trend.slope_per_second / kMiB);
    if (group) {
      words = format("{}, in step with goroutines that never leave (at {}): {:.1f} KiB each", words,
                     context.symbols.function(context.series.groups[*group].site), per_goroutine / 1024);
    }
    // What any goroutine's stack takes belongs to its leak; deep stacks are a finding.
    const bool small_change = group && per_goroutine <= AttachedMemory::kSmallChange && context.options.goroutines;
    if (small_change) {
      evidences.push_back({{SubjectKind::kGroup, *group}, kId, Grade::kRemark, "stacks", 5, std::move(words)});
    } else {
      evidences.push_back(
          {subject, kId, group ? Grade::kLasting : Grade::kRemark, "growth", group ? 40 : 20, std::move(words)});
    }
  }
  const OffHeap resident = series_of(context, &SamplePoint::max_rss_bytes);
  const OffHeap system = series_of(context, &SamplePoint::sys_bytes);
  if (resident.bytes.size() != system.bytes.size()) return;
  const Trend resident_trend = find_trend(resident.seconds, resident.bytes);
  const Trend system_trend = find_trend(system.seconds, system.bytes);
  constexpr double kLeast = 8 * kMiB;
  if (!grows(resident, resident_trend, kLeast)) return;
  // What the runtime has mapped and not touched yet becomes resident without Sys rising.
  const double unexplained =
      std::min(resident_trend.total - std::max(system_trend.total, 0.0), resident.bytes.back() - system.bytes.back());
  if (unexplained < resident_trend.total * 0.7) return;
  const bool long_enough = resident.bytes.size() >= 8;
  evidences.push_back(
      {subject, kId, long_enough ? Grade::kLasting : Grade::kGlimpse, "growth", 35,
       format("the process' memory rose by {:.1f} MiB over {} while the Go runtime's own rose by {:.1f} MiB: "
              "C memory or mappings",
              resident_trend.total / kMiB, span_in_words(resident.seconds.back() - resident.seconds.front()),
              system_trend.total / kMiB)});
}

}  // namespace lf::detect
