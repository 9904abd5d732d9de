#pragma once

#include <cstdint>
#include <span>

#include "detect/detect.h"

namespace lf::detect {

/// The level of `value` against `thresholds` (spec, section 2).
Level level_of(std::uint64_t value, const Thresholds& thresholds);

/// The health of a process: 100 less what its levels and findings cost (spec, section 2). Accepted findings cost
/// nothing. Without a leak, a suspect or an ALERT, what is unsettled leaves the level unknown.
HealthSection judge_health(const Verdicts& verdicts);

}  // namespace lf::detect
