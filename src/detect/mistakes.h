#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "detect/evidence.h"

namespace lf::detect {

/// The well-known mistakes that a leak looks like, and their usual fix.
struct Mistake {
  std::vector<std::string_view> candidates;  ///< none: not recognised; several: the data does not tell them apart
  std::string_view unsure;                   ///< where several: what would have to be known, one line
  std::string_view fix;                      ///< two lines

  /// "lock cycle", "one of: premature return, timeout leak", empty where there is no candidate.
  std::string resembles() const;
  /// The fix, and after it, where there are several candidates, that it is unsure.
  std::string advice() const;
};

/// The mistakes that the group's stack, state, creator and lock knot look like. What can tell candidates apart is used:
/// whether the function that started them is still on a stack, how many each starter has left, whole minutes of
/// waiting.
Mistake name_mistake(const Context& context, std::uint32_t group);

/// The rows of the table, in their order.
std::vector<Mistake> all_mistakes();

}  // namespace lf::detect
