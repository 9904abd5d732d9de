#pragma once

#include "report/report_writer.h"

namespace lf::report {

/// Writes GitHub workflow commands, a line each: a summary, then `::error`, `::warning` or `::notice` for leaks,
/// suspects and remarks, with file and line; what was accepted is `::debug`. Each ends in "(verdict, rule, id ID)".
///
/// Source: "Workflow commands for GitHub Actions"; actions/runner ActionCommand.cs (what is escaped).
[[nodiscard]] Result<void> write_github(const Report& report, const Style& style, Sink& sink);

}  // namespace lf::report
