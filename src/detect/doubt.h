#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detect/evidence.h"

namespace lf::detect {

/// A place of which more time would tell whether it leaks.
struct Doubt {
  FrameId site;
  std::uint64_t count = 0;  ///< goroutines there now
  std::string words;        ///< "main.query grows, 210 to 233"; names from the target in it are made safe where shown
};

/// What is in doubt, the most crowded first: places where somebody came and nobody left, which have not been seen for
/// long enough, and piles that nobody has joined or left, where such piles come of a leak and the look was but a
/// moment. Everything else is settled: a leak, or nothing that time could turn into one.
std::vector<Doubt> find_doubts(const Context& context);

}  // namespace lf::detect
