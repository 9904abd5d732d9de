#pragma once

#include <string_view>

#include "detect/evidence.h"

namespace lf::detect {

/// A well-known mistake that a leak looks like, and its usual fix in two lines.
struct Mistake {
  std::string_view name;  ///< empty: unsure
  std::string_view advice;
};

/// The mistake that the group's stack, state, creator and lock knot look like; unsure where several fit, and its advice
/// says so.
Mistake name_mistake(const Context& context, std::uint32_t group);

/// Every name the table knows, for tests and documentation.
std::vector<std::string_view> mistake_names();

}  // namespace lf::detect
