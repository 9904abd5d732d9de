#pragma once

#include <vector>

#include "detect/evidence.h"

namespace lf::detect {

/// Measures every group once: growth, benign catalogue, whose victim it is.
std::vector<GroupFacts> measure_groups(const Symbols& symbols, const Series& series);

}  // namespace lf::detect
