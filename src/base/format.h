#pragma once

#include <fmt/core.h>

namespace lf {

using fmt::format;

}  // namespace lf
