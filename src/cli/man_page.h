#pragma once

#include <string>

namespace lf::cli {

/// leakfinder(1) in the man macros of groff, made from the tables of commands, flags and exit codes.
std::string man_page();

}  // namespace lf::cli
