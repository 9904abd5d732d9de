#include "detect/heap_history.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "base/saturate.h"
#include "detect/memory_facts.h"

namespace lf::detect {
namespace {

/// How many of `objects` of `bytes` together were sampled. Scaled numbers are cut to whole ones, by half an object on
/// average.
std::int64_t sampled_of(std::int64_t objects, std::int64_t bytes, double rate) {
  if (objects <= 0) return 0;
  const double size = static_cast<double>(bytes) / static_cast<double>(objects);
  return std::llround(std::min((static_cast<double>(objects) + 0.5) * chance_of_sample(size, rate), 1e15));
}

}  // namespace

/// Counts the sampled objects of a record at its stack.
void HeapHistory::count(const HeapSample& record, StringId function, double rate, bool is_first, Series& series) {
  const auto next = static_cast<std::uint32_t>(series.heap_stacks.size());
  auto at = stack_index_.find(record.stack.value);
  if (at == stack_index_.end()) {
    if (next >= kMostStacks) return;
    at = stack_index_.try_emplace(record.stack.value, next).first;
    series.heap_stacks.push_back({.function = function, .first = {}, .latest = {}});
  }
  HeapStack& stack = series.heap_stacks[at->second];
  const std::int64_t inuse =
      record.inuse_sampled > 0 ? record.inuse_sampled : sampled_of(record.inuse_objects, record.inuse_bytes, rate);
  const std::int64_t allocated = sampled_of(record.alloc_objects, record.alloc_bytes, rate);
  add_saturating(stack.latest.inuse, inuse);
  add_saturating(stack.latest.allocated, allocated);
  if (is_first) stack.first = stack.latest;
}

void HeapHistory::push(const HeapProfile& heap, StackFactsTable& stacks, SamplePoint& sample, Series& series) {
  sample.live_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(heap.live_bytes(), 0));
  if (heap.rate_bytes > 0) series.heap_rate_bytes = heap.rate_bytes;
  std::vector<HeapPoint> sums(series.heap_sites.size());
  std::vector<std::int64_t> heaviest(sums.size());
  std::vector<std::pair<std::int64_t, std::int64_t>> allocated(sums.size());
  const bool is_first = stack_index_.empty() || (sample.gc_forced && !compares_forced_);
  compares_forced_ = compares_forced_ || sample.gc_forced;
  const double rate = sampling_rate(series);
  for (HeapStack& stack : series.heap_stacks) {
    stack.latest = {};
    if (is_first) stack.first = {};
  }
  for (const HeapSample& record : heap.samples) {
    const StackFacts& facts = stacks.of(record.stack);
    if (facts.serves_profiles) continue;
    const StringId function = symbols_->frame(facts.site).function;
    const auto [at, is_new] = index_.try_emplace(function.value, static_cast<std::uint32_t>(series.heap_sites.size()));
    const std::uint32_t index = at->second;
    if (is_new) {
      HeapSite site;
      site.function = function;
      site.first_serial = sample.serial;
      site.frame = facts.site;
      site.stack = record.stack;
      site.user_site = facts.user_site;
      series.heap_sites.push_back(std::move(site));
      sums.emplace_back();
      heaviest.push_back(-1);
      allocated.emplace_back();
    }
    count(record, function, rate, is_first, series);
    add_saturating(sums[index].inuse_bytes, record.inuse_bytes);
    add_saturating(sums[index].inuse_objects, record.inuse_objects);
    add_saturating(sums[index].inuse_sampled, record.inuse_sampled);
    add_saturating(allocated[index].first, record.alloc_bytes);
    add_saturating(allocated[index].second, record.alloc_objects);
    if (record.inuse_bytes > heaviest[index]) {
      heaviest[index] = record.inuse_bytes;
      series.heap_sites[index].frame = facts.site;
      series.heap_sites[index].stack = record.stack;
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    HeapSite& site = series.heap_sites[i];
    HeapPoint point = sums[i];
    point.serial = sample.serial;
    site.last_serial = sample.serial;
    if (site.first_serial == sample.serial) {
      site.alloc_bytes_first = allocated[i].first;
      site.alloc_objects_first = allocated[i].second;
    }
    site.alloc_bytes = std::max(site.alloc_bytes, allocated[i].first);
    site.alloc_objects = std::max(site.alloc_objects, allocated[i].second);
    const bool changed = site.points.empty() || site.points.back().inuse_bytes != point.inuse_bytes ||
                         site.points.back().inuse_objects != point.inuse_objects;
    if (changed) site.points.push_back(point);
  }
  forget_small_sites(series);
}

void HeapHistory::forget_small_sites(Series& series) {
  if (series.heap_sites.size() <= most_sites_) return;
  std::ranges::stable_sort(series.heap_sites, std::greater{},
                           [](const HeapSite& site) { return site.points.back().inuse_bytes; });
  series.heap_sites.resize(most_sites_ / 2);
  index_.clear();
  for (std::uint32_t i = 0; i < series.heap_sites.size(); ++i) index_[series.heap_sites[i].function.value] = i;
}

void note_memory(const MemoryStats& stats, SamplePoint& sample) {
  sample.heap_alloc_bytes = stats.heap_alloc_bytes;
  sample.heap_inuse_bytes = stats.heap_inuse_bytes;
  sample.objects = stats.heap_objects;
  sample.num_gc = stats.num_gc;
  sample.stack_inuse_bytes = stats.stack_inuse_bytes;
  sample.sys_bytes = stats.sys_bytes;
  sample.total_alloc_bytes = stats.total_alloc_bytes;
  if (stats.next_gc_bytes > 0) sample.next_gc_bytes = stats.next_gc_bytes;
  if (stats.max_rss_bytes > 0) sample.max_rss_bytes = stats.max_rss_bytes;
}

}  // namespace lf::detect
