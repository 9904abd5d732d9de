#pragma once

#include <string>
#include <vector>

#include "model/report.h"
#include "report/report_writer.h"

namespace lf::report {

/// Parts of the Markdown report, each whole lines; empty where there is nothing to say.
std::string markdown_measurements(const Report& report);  ///< target, goroutines, memory, gc as a table
/// A finding as a heading with its reasons, the rest folded.
std::string markdown_finding(const Finding& finding, const Report& report, const Style& style);
/// A finding as one item of a list.
std::string markdown_finding_line(const Finding& finding, const Report& report, const Style& style);
std::string markdown_sites(const Report& report, const Style& style);  ///< most crowded sites, folded
std::vector<std::string> markdown_remarks(const Report& report);       ///< errors, notes, warnings, an item each
std::string markdown_cost(const Report& report);

}  // namespace lf::report
