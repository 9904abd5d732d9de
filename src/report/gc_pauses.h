#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/memory_stats.h"

namespace lf::report {

/// The collector's pauses that MemStats still knows (up to 256), in short.
struct PauseSummary {
  std::size_t count = 0;
  std::chrono::nanoseconds median{0};
  std::chrono::nanoseconds longest{0};
};

/// None where there was no pause.
std::optional<PauseSummary> summarize(const std::vector<GcPause>& pauses);

}  // namespace lf::report
