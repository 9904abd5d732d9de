#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

namespace lf::target::testing {

/// Returns how many times longer than on a quiet machine things take, as scripts/test measured it.
inline int pace() {
  const char* told = std::getenv("LEAKFINDER_PACE");
  return told == nullptr ? 1 : std::max(1, static_cast<int>(std::ceil(std::atof(told))));
}

/// Returns what is so long on a quiet machine: for deadlines of tests.
inline std::chrono::milliseconds stretched(int milliseconds) {
  return std::chrono::milliseconds(milliseconds) * pace();
}

}  // namespace lf::target::testing
