#pragma once

#include "detect/series.h"

namespace lf::detect {

/// Drops every second sample of the older half; flows of a dropped sample go to the next one kept.
void thin(Series& series);

/// Drops groups and populations that are empty now and have no point since `oldest_kept`. True when any was dropped.
bool forget_groups(Series& series, Serial oldest_kept);

}  // namespace lf::detect
