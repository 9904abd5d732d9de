#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/finding.h"

namespace lf {

/// A frame's place in `StackProfile::frames`.
using FrameNumber = std::uint32_t;

/// Goroutines with one stack and one state, at the first and the last sample.
struct GoroutineStack {
  std::string state;
  std::uint64_t count = 0, count_first = 0;
  std::vector<FrameNumber> frames;  ///< leaf first; empty where stacks were too many to tell apart
};

/// The live heap that one stack allocated, at the first and the last sample.
struct HeapStack {
  std::uint64_t inuse_bytes = 0, inuse_objects = 0;
  std::uint64_t inuse_bytes_first = 0, inuse_objects_first = 0;
  std::vector<FrameNumber> frames;  ///< as above
};

/// How many goroutines one site held, or how many live bytes, at each sample.
struct SiteSeries {
  FrameNumber site = 0;
  std::string state;                  ///< empty for memory
  std::vector<std::uint64_t> values;  ///< as many as the times beside it, oldest first
};

/// What flame graphs and charts are drawn from. Frames are numbered, so that a stack costs four bytes a frame; the
/// numbers of stacks and of series are bounded, what is beyond is summed in stacks without frames.
struct StackProfile {
  std::vector<SourceLine> frames;
  std::vector<GoroutineStack> goroutines;  ///< most first
  std::vector<HeapStack> heap;             ///< most in use first
  std::uint64_t goroutine_stacks_summed = 0, heap_stacks_summed = 0;
  std::vector<WallTime> goroutine_times, heap_times;
  std::vector<SiteSeries> goroutine_series;  ///< of the most crowded sites
  std::vector<SiteSeries> heap_series;       ///< of those with most in use
};

}  // namespace lf
