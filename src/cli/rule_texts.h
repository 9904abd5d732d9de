#pragma once

#include <vector>

#include "model/report.h"

namespace lf::cli {

/// What the rules of the report's findings mean, for formats that carry it.
std::vector<RuleText> rule_texts(const Report& report);

}  // namespace lf::cli
