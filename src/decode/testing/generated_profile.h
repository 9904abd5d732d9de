#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "decode/testing/generated_dump.h"

namespace lf::decode::testing {

/// What to generate as a heap profile; the same shape gives the same bytes everywhere.
struct HeapShape {
  std::uint64_t seed = 1;
  std::size_t samples = 1000;  ///< each with a stack of its own
  std::size_t frames_min = 6;
  std::size_t frames_max = 20;
};

/// Makes the profile.proto bytes (not yet gzipped) of goroutine?debug=0 as runtime/pprof writes them: runtime leaf
/// frames included, locations with several lines where frames are inlined, functions and locations between the samples,
/// the string table at the end.
std::string generate_goroutine_profile(const DumpShape& shape);

/// Makes the profile.proto bytes (not yet gzipped) of heap?debug=0: four values and the label "bytes" a sample.
std::string generate_heap_profile(const HeapShape& shape);

/// Writes heap?debug=1: unscaled records in rising order of bytes in use, then the MemStats.
void generate_heap_debug1(const HeapShape& shape, const TextSink& sink);

}  // namespace lf::decode::testing
