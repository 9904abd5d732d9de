#pragma once

#include "detect/evidence.h"

namespace lf::detect {

/// How slow a leak would have been seen in what was looked at.
DetectionLimits find_limits(const Context& context);

}  // namespace lf::detect
