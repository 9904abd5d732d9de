#include "report/gc_pauses.h"

#include <algorithm>
#include <limits>

namespace lf::report {

std::optional<PauseSummary> summarize(const std::vector<GcPause>& pauses) {
  if (pauses.empty()) return std::nullopt;
  std::vector<std::int64_t> lengths;
  lengths.reserve(pauses.size());
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  for (const GcPause& pause : pauses) lengths.push_back(static_cast<std::int64_t>(std::min(pause.pause_ns, kMost)));
  std::ranges::sort(lengths);
  return PauseSummary{lengths.size(), std::chrono::nanoseconds{lengths[lengths.size() / 2]},
                      std::chrono::nanoseconds{lengths.back()}};
}

}  // namespace lf::report
