#pragma once

#include <span>

#include "detect/evidence.h"

namespace lf::detect {

#define LF_RULE(function, id, kind, rank, brief) void function(const Context& context, Evidences& evidences);
#include "detect/rules.def"
#undef LF_RULE

/// The rows of rules.def, in their order.
std::span<const Rule> rule_table();

/// The row of that id, or none.
const Rule* find_rule(std::string_view id);

}  // namespace lf::detect
