#pragma once

#include <vector>

#include "model/report.h"

namespace lf::cli {

/// What the rules of the report's findings mean, for formats that carry it: `help` is the rule's page in Markdown,
/// empty where there is none.
std::vector<RuleText> rule_texts(const Report& report);

}  // namespace lf::cli
