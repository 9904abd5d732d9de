#include "pipeline/stack_profile.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "detect/findings.h"

namespace lf::pipeline {
namespace {

std::uint64_t at_least_zero(std::int64_t value) {
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

/// Numbers frames as they are met.
class FrameNumbers {
 public:
  FrameNumbers(const Symbols& symbols, std::vector<SourceLine>& frames) : symbols_(symbols), frames_(frames) {}

  FrameNumber of(FrameId frame) {
    const auto [at, is_new] = numbers_.try_emplace(frame.value, static_cast<FrameNumber>(frames_.size()));
    if (is_new) {
      frames_.push_back(detect::source_line(symbols_, frame));
      text_ += detect::text_size(symbols_, frame);
    }
    return at->second;
  }

  /// Whether names of more frames may be kept.
  bool has_room() const { return text_ < kMostFrameText; }

  std::vector<FrameNumber> of(StackId stack) {
    std::vector<FrameNumber> numbers;
    for (const FrameId frame : symbols_.stack(stack)) numbers.push_back(of(frame));
    return numbers;
  }

 private:
  const Symbols& symbols_;
  std::vector<SourceLine>& frames_;
  std::unordered_map<std::uint32_t, FrameNumber> numbers_;
  std::size_t text_ = 0;  ///< bytes of `frames_`
};

void add_goroutines(const FirstAndLast& seen, FrameNumbers& numbers, StackProfile& profile) {
  struct Counts {
    std::uint64_t last = 0, first = 0;
  };
  using Key = std::pair<StackId, WaitState>;
  std::map<Key, Counts> counts;
  for (const StackGroup& group : seen.last_groups) counts[{group.stack, group.state}].last += group.count;
  for (const StackGroup& group : seen.first_groups) {
    const auto at = counts.find({group.stack, group.state});
    if (at != counts.end()) at->second.first += group.count;
  }
  std::vector<std::pair<Key, Counts>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::ranges::greater{}, [](const auto& row) { return row.second.last; });
  std::map<WaitState, Counts> summed;
  for (const auto& [key, count] : sorted) {
    if (profile.goroutines.size() < kStacksKept && numbers.has_room()) {
      profile.goroutines.push_back(
          {std::string(wait_state_name(key.second)), count.last, count.first, numbers.of(key.first)});
      continue;
    }
    Counts& sum = summed[key.second];
    sum.last += count.last;
    sum.first += count.first;
    ++profile.goroutine_stacks_summed;
  }
  for (const auto& [state, count] : summed) {
    profile.goroutines.push_back({std::string(wait_state_name(state)), count.last, count.first, {}});
  }
}

void add_heap(const FirstAndLast& seen, FrameNumbers& numbers, StackProfile& profile) {
  std::map<StackId, HeapStack> stacks;
  for (const HeapSample& sample : seen.last_heap) {
    HeapStack& stack = stacks[sample.stack];
    stack.inuse_bytes += at_least_zero(sample.inuse_bytes);
    stack.inuse_objects += at_least_zero(sample.inuse_objects);
  }
  for (const HeapSample& sample : seen.first_heap) {
    const auto at = stacks.find(sample.stack);
    if (at == stacks.end()) continue;
    at->second.inuse_bytes_first += at_least_zero(sample.inuse_bytes);
    at->second.inuse_objects_first += at_least_zero(sample.inuse_objects);
  }
  std::vector<std::pair<StackId, HeapStack>> sorted;
  for (auto& [id, stack] : stacks) {
    if (stack.inuse_bytes > 0) sorted.emplace_back(id, std::move(stack));
  }
  std::ranges::stable_sort(sorted, std::ranges::greater{}, [](const auto& row) { return row.second.inuse_bytes; });
  HeapStack sum;
  for (auto& [id, stack] : sorted) {
    if (profile.heap.size() < kStacksKept && numbers.has_room()) {
      stack.frames = numbers.of(id);
      profile.heap.push_back(std::move(stack));
      continue;
    }
    sum.inuse_bytes += stack.inuse_bytes;
    sum.inuse_objects += stack.inuse_objects;
    sum.inuse_bytes_first += stack.inuse_bytes_first;
    sum.inuse_objects_first += stack.inuse_objects_first;
    ++profile.heap_stacks_summed;
  }
  if (profile.heap_stacks_summed > 0) profile.heap.push_back(std::move(sum));
}

/// The present process's samples: those of before a restart would draw a fall that was none.
template <class Has>
std::vector<const detect::SamplePoint*> samples_of(const detect::Series& series, Has has) {
  std::vector<const detect::SamplePoint*> samples;
  for (const detect::SamplePoint& sample : series.samples) {
    if (sample.epoch == series.epoch && has(sample)) samples.push_back(&sample);
  }
  return samples;
}

/// Each group's latest value with the group, largest first, the first `kSeriesKept`.
template <class Item, class Value>
std::vector<const Item*> largest(const std::vector<Item>& items, Value value) {
  std::vector<const Item*> sorted;
  for (const Item& item : items) {
    if (!item.points.empty()) sorted.push_back(&item);
  }
  const std::size_t kept = std::min(sorted.size(), kSeriesKept);
  std::ranges::partial_sort(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(kept), std::ranges::greater{},
                            [&](const Item* item) { return value(item->points.back()); });
  sorted.resize(kept);
  return sorted;
}

void add_goroutine_series(const detect::Series& series, FrameNumbers& numbers, StackProfile& profile) {
  const auto samples = samples_of(series, [](const auto& sample) { return sample.has_goroutines; });
  for (const auto* sample : samples) profile.goroutine_times.push_back(sample->at);
  for (const detect::Group* group : largest(series.groups, [](const auto& point) { return point.count; })) {
    SiteSeries line{numbers.of(group->site), std::string(wait_state_name(group->state)), {}};
    // A snapshot without a point of the group had none of its goroutines.
    auto point = group->points.begin();
    for (const auto* sample : samples) {
      while (point != group->points.end() && point->serial < sample->serial) ++point;
      line.values.push_back(point != group->points.end() && point->serial == sample->serial ? point->count : 0);
    }
    profile.goroutine_series.push_back(std::move(line));
  }
}

void add_heap_series(const detect::Series& series, FrameNumbers& numbers, StackProfile& profile) {
  const auto samples = samples_of(series, [](const auto& sample) { return sample.live_bytes.has_value(); });
  for (const auto* sample : samples) profile.heap_times.push_back(sample->at);
  for (const detect::HeapSite* site : largest(series.heap_sites, [](const auto& point) { return point.inuse_bytes; })) {
    SiteSeries line{numbers.of(site->frame), {}, {}};
    // There is a point only where something changed.
    auto point = site->points.begin();
    std::uint64_t value = 0;
    for (const auto* sample : samples) {
      for (; point != site->points.end() && point->serial <= sample->serial; ++point) {
        value = at_least_zero(point->inuse_bytes);
      }
      line.values.push_back(value);
    }
    profile.heap_series.push_back(std::move(line));
  }
}

}  // namespace

StackProfile stack_profile(const FirstAndLast& seen, const detect::History& history) {
  StackProfile profile;
  FrameNumbers numbers(history.symbols(), profile.frames);
  add_goroutines(seen, numbers, profile);
  add_heap(seen, numbers, profile);
  add_goroutine_series(history.series(), numbers, profile);
  add_heap_series(history.series(), numbers, profile);
  return profile;
}

}  // namespace lf::pipeline
