#pragma once

#include <string_view>

namespace lf::cli {

/// The version of the build, "0.1.0".
std::string_view version();

}  // namespace lf::cli
