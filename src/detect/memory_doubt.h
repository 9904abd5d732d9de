#pragma once

#include <optional>
#include <string>

#include "detect/evidence.h"
#include "detect/memory_facts.h"

namespace lf::detect {

/// Why it is not known whether the live heap grows, while there is a reason to ask: "the live heap may grow: …". Empty
/// where nothing is in doubt: little is allocated, so that little can leak; collections have kept their distance; or
/// the look has shown growth enough for a verdict, or none.
std::string find_memory_doubt(const Context& context);

/// In how many seconds two more collections will have ended by themselves, at the pace of the look; none where that
/// can't be told.
std::optional<double> seconds_to_two_collections(const Series& series, const MemoryFacts& memory);

}  // namespace lf::detect
