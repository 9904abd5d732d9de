#include "detect/attached_memory.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "base/format.h"
#include "detect/memory_facts.h"
#include "detect/site.h"
#include "detect/trend.h"

/// Which memory do leaked goroutines hold? Any two lines that rise correlate, so that rising together is no reason. Two
/// reasons count, and each needs a figure:
///
/// - The code says it: what allocates is on the goroutines' stack, or has started them, or was called by somebody who
///   is or has. Then what came between two collections must go together, or the bytes a goroutine be steady (at an even
///   pace, over thirds of the observation: each interval has too few sampled objects to say).
/// - The figures say it, in one package: where the number of newcomers varies, bytes that come and stay out with them
///   are theirs. A steady pace of both says nothing.
///
/// The heap profile is late by up to two collections, so that bytes are held against the goroutines of the same and of
/// the interval before.
namespace lf::detect {
namespace {

constexpr double kMiB = 1 << 20;
constexpr double kRises = 0.7;           // correlation of the levels, without which nothing is looked at
constexpr double kRelated = 0.5;         // correlation of the differences, where the code speaks for it
constexpr double kUnrelated = 0.8;       // and where it does not
constexpr std::size_t kDifferences = 6;  // the least for that
constexpr double kVaries = 0.25;         // standard deviation of the newcomers over their mean
constexpr double kSteady = 0.5;          // the same of the bytes a goroutine

std::vector<double> differences(std::span<const double> values) {
  std::vector<double> out;
  for (std::size_t i = 1; i < values.size(); ++i) out.push_back(values[i] - values[i - 1]);
  return out;
}

/// Standard deviation over mean; large where the mean is not positive.
double variation(std::span<const double> values) {
  double mean = 0, square = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) square += (value - mean) * (value - mean) / static_cast<double>(values.size());
  constexpr double kLarge = 1e9;
  return mean > 0 ? std::sqrt(square) / mean : kLarge;
}

/// The correlation of the differences, of one interval with itself or the one before, whichever is higher.
double correlate_differences(std::span<const double> newcomers, std::span<const double> bytes) {
  const double same = correlate(newcomers, bytes);
  if (newcomers.size() < 4) return same;
  return std::max(same, correlate(newcomers.first(newcomers.size() - 1), bytes.last(bytes.size() - 1)));
}

/// The bytes that came with each newcomer, interval by interval; those without newcomers are left out.
std::vector<double> bytes_each(std::span<const double> newcomers, std::span<const double> bytes) {
  std::vector<double> out;
  for (std::size_t i = 0; i < newcomers.size(); ++i) {
    if (newcomers[i] > 0) out.push_back(bytes[i] / newcomers[i]);
  }
  return out;
}

/// The same over each third of the observation. Where the pace is even, single intervals tell nothing but the sampling
/// error of their few objects.
std::vector<double> bytes_each_by_thirds(std::span<const double> counts, std::span<const double> bytes) {
  std::vector<double> newcomers, rises;
  for (std::size_t third = 0; third < 3; ++third) {
    const std::size_t from = third * (counts.size() - 1) / 3, to = (third + 1) * (counts.size() - 1) / 3;
    newcomers.push_back(counts[to] - counts[from]);
    rises.push_back(bytes[to] - bytes[from]);
  }
  return bytes_each(newcomers, rises);
}

std::set<std::string_view> user_functions(const Symbols& symbols, StackId stack) {
  std::set<std::string_view> functions;
  for (const FrameId frame : symbols.stack(stack)) {
    const std::string_view function = symbols.function(frame);
    if (owner_of(function, symbols.file(frame)) == CodeOwner::kUser && function != "main.main")
      functions.insert(function);
  }
  return functions;
}

/// What of the code ties `site` to `group`, in words; empty where nothing does.
std::string relation(const Symbols& symbols, const Group& group, const HeapSite& site) {
  const std::string_view allocator = symbols.text(site.function), starter = symbols.function(group.creator);
  const std::set<std::string_view> on_stack = user_functions(symbols, group.stack);
  if (on_stack.contains(allocator)) return "it is on these goroutines' stack";
  if (!starter.empty() && starter != "main.main" && allocator == starter) return "it starts these goroutines";
  for (const std::string_view caller : user_functions(symbols, site.stack)) {
    if (on_stack.contains(caller)) return format("{} calls it and is on these goroutines' stack", caller);
  }
  const bool called_by_starter =
      !starter.empty() && starter != "main.main" &&
      std::ranges::any_of(symbols.stack(site.stack), [&](FrameId frame) { return symbols.function(frame) == starter; });
  if (called_by_starter) return format("{} calls it and starts these goroutines", starter);
  return {};
}

}  // namespace

std::vector<AttachedMemory> find_attached_memory(const Context& context, std::uint32_t group) {
  const Growth& growth = context.groups[group].growth;
  const Group& goroutines = context.series.groups[group];
  std::vector<AttachedMemory> attached;
  if (growth.counts.size() < 4 || growth.last() <= growth.first()) return attached;
  for (std::uint32_t i = 0; i < context.memory.sites.size(); ++i) {
    const HeapGrowth& heap = context.memory.sites[i];
    const HeapSite& site = context.series.heap_sites[i];
    if (!heap.significant || heap.bytes.size() < 4) continue;
    // The heap's values are one a collection: the counts nearest in time stand beside them.
    std::vector<double> at(heap.seconds);
    for (double& seconds : at) seconds += context.memory.seconds.front();
    const std::vector<double> counts = counts_near(growth, at);
    if (correlate(counts, heap.bytes) < kRises) continue;
    const std::vector<double> newcomers = differences(counts), bytes = differences(heap.bytes);
    const double together = correlate_differences(newcomers, bytes);
    const bool varies = variation(newcomers) >= kVaries;
    const std::vector<double> each = varies ? bytes_each(newcomers, bytes) : bytes_each_by_thirds(counts, heap.bytes);
    const bool steady = each.size() >= 3 && variation(each) <= kSteady;
    std::string reason = relation(context.symbols, goroutines, site);
    if (reason.empty()) {
      const bool one_package =
          package_of(context.symbols.text(site.function)) == package_of(context.symbols.function(goroutines.site));
      if (!one_package || !varies || together < kUnrelated || newcomers.size() < kDifferences) continue;
      reason = "both come in the same intervals";
    } else if (!(varies && together >= kRelated) && !steady) {
      continue;
    }
    const auto now = static_cast<std::uint64_t>(std::max(heap.bytes.back(), 0.0));
    const double per_goroutine = heap.gain() / static_cast<double>(growth.last() - growth.first());
    const std::string figure = varies ? format("correlation of the differences {:.2f}", together)
                                      : format("varying by {:.0f} %", 100 * variation(each));
    attached.push_back(
        {i, now, per_goroutine,
         format("memory allocated in {} grows with them: {}; {:.1f} MiB live now, about {:.1f} KiB a goroutine over "
                "{} intervals ({})",
                context.symbols.text(site.function), reason, heap.bytes.back() / kMiB, per_goroutine / 1024,
                bytes.size(), figure)});
  }
  std::ranges::stable_sort(attached, std::greater{}, &AttachedMemory::bytes);
  return attached;
}

}  // namespace lf::detect
