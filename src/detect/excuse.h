#pragma once

#include <cstdint>

#include "detect/evidence.h"

namespace lf::detect {

/// What speaks against the group's being a leak: the user's safe patterns, the benign catalogue while its number does
/// not grow, load, requests for profiles by others. The runtime's proof is beyond all but the first.
Excuse excuse_of(const Context& context, std::uint32_t index);

}  // namespace lf::detect
