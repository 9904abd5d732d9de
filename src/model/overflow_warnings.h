#pragma once

#include <string>

#include "model/symbols.h"
#include "model/warning.h"

namespace lf {

/// Adds a warning for each limit of `Symbols` that bit since `before`, with how often, naming the flag that raises it.
void warn_of_overflows(const SymbolOverflows& before, const SymbolOverflows& now, const std::string& where,
                       Warnings& warnings);

}  // namespace lf
