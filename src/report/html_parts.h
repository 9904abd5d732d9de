#pragma once

#include <string>

#include "report/json_writer.h"
#include "report/report_writer.h"

namespace lf::report {

/// "LeakFinder: 2 leaks at http://h:6060"; what the target names in it is not escaped yet.
TargetText html_title(const Report& report);

/// Verdict, findings, warnings and errors as markup that needs no script.
std::string html_summary(const Report& report);

/// What the page draws beyond the report: numbered frames with links to their sources, stacks and series of numbers,
/// the settings of the run. web/src/profile.ts describes the object.
void write_page_profile(JsonWriter& out, const Report& report, const Style& style);

}  // namespace lf::report
