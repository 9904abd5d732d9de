#pragma once

#include <string>

namespace lf::cli {

/// docs/cli.md, made from the tables of commands, flags and exit codes.
std::string markdown_reference();

}  // namespace lf::cli
