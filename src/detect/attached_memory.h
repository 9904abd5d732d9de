#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "detect/evidence.h"

namespace lf::detect {

/// Live heap that the goroutines of a leak hold.
struct AttachedMemory {
  std::uint32_t heap_site = 0;  ///< index into Series::heap_sites
  std::uint64_t bytes = 0;      ///< live now
  std::string words;            ///< what ties the two together, with the measured numbers
};

/// The allocation site whose growth belongs to the goroutines of `group`, of several the one with most bytes; none
/// where nothing but the time ties them together.
std::optional<AttachedMemory> find_attached_memory(const Context& context, std::uint32_t group);

}  // namespace lf::detect
