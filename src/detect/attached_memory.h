#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detect/evidence.h"

namespace lf::detect {

/// Live heap that the goroutines of a leak hold.
struct AttachedMemory {
  std::uint32_t heap_site = 0;  ///< index into Series::heap_sites
  std::uint64_t bytes = 0;      ///< live now
  double bytes_each = 0;        ///< that came with each goroutine
  std::string words;            ///< what ties the two together, with the measured numbers

  /// Whether it is what any goroutine costs (stack, buffers of its connection), and no culprit worth a finding.
  bool is_small_change() const { return bytes_each <= kSmallChange; }

  static constexpr double kSmallChange = 32 * 1024;
};

/// The allocation sites whose growth belongs to the goroutines of `group`, the one with most bytes first; none where
/// nothing but the time ties them together.
std::vector<AttachedMemory> find_attached_memory(const Context& context, std::uint32_t group);

}  // namespace lf::detect
