#pragma once

#include <span>
#include <vector>

#include "detect/history.h"
#include "model/heap_sample.h"
#include "model/stack_profile.h"
#include "pipeline/observation.h"

namespace lf::pipeline {

/// Stacks that are told apart, of each kind; the smaller ones beyond are summed.
inline constexpr std::size_t kStacksKept = 5'000;
/// Bytes of frames' names in them; the stacks beyond are summed likewise.
inline constexpr std::size_t kMostFrameText = 64UZ << 20;
/// Sites that have a series.
inline constexpr std::size_t kSeriesKept = 8;

/// What was seen at the first and at the last sample.
struct FirstAndLast {
  std::span<const StackGroup> first_groups, last_groups;
  std::span<const HeapSample> first_heap, last_heap;
};

/// The stacks of `seen` and the series of `history`, in numbered frames.
StackProfile stack_profile(const FirstAndLast& seen, const detect::History& history);

}  // namespace lf::pipeline
