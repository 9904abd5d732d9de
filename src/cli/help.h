#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"

namespace lf::cli {

/// `text` in lines of at most `width` columns, each after the first indented by `indent`.
std::string wrap(std::string_view text, int width, int indent);

/// What `leakfinder help` prints: commands, flags by category, examples.
std::string general_help(int width);

/// What `leakfinder help COMMAND` prints.
std::string command_help(const Command& command, int width);

}  // namespace lf::cli
