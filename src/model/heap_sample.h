#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/large_block.h"
#include "model/frame.h"

namespace lf {

/// One allocation stack, scaled to the whole population as the runtime does (runtime/pprof/protomem.go
/// scaleHeapSample). In-use values are as of the last completed collection.
struct HeapSample {
  StackId stack;  ///< leaf (allocating frame) first; leading runtime frames are hidden, as in debug=1
  /// Sampled, unscaled in-use objects behind the values where known, else 0: their number tells the error.
  std::uint32_t inuse_sampled = 0;
  std::int64_t inuse_objects = 0;
  std::int64_t inuse_bytes = 0;
  std::int64_t alloc_objects = 0;
  std::int64_t alloc_bytes = 0;
};
/// So many sampled objects as `HeapSample::inuse_sampled` holds them.
inline std::uint32_t sampled_objects(std::int64_t count) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, UINT32_MAX));
}
using HeapSamples = std::vector<HeapSample, WholeAllocator<HeapSample>>;

/// The sampled heap. `rate_bytes` is the mean distance of samples (runtime.MemProfileRate), 0 where unknown.
struct HeapProfile {
  HeapSamples samples;
  std::int64_t rate_bytes = 0;

  /// Sum of in-use bytes: the spec's live_bytes.
  std::int64_t live_bytes() const {
    std::int64_t sum = 0;
    for (const HeapSample& sample : samples) sum += sample.inuse_bytes;
    return sum;
  }
};

}  // namespace lf
