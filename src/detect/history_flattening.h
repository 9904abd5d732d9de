#pragma once

#include "detect/series.h"

namespace lf::detect {

/// Turns the present epoch's series of identified dumps into those of counts: groups and populations without creators
/// and flows, no living goroutines. Samples of both forms are one series then.
void forget_identities(Series& series);

}  // namespace lf::detect
