#pragma once

#include <span>

namespace lf::cli {

/// Runs the command line `arguments` (program name first) and returns the exit code (spec, section 4).
int run(std::span<char* const> arguments);

}  // namespace lf::cli
