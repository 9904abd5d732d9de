#pragma once

#include "report/report_writer.h"

namespace lf::report {

/// Writes a SARIF 2.1.0 log with one run: each rule with its help, each finding as a result with its level, its line
/// (a URI relative to -source-root where it lies under it), the code flow from the creator to the blocking line, and
/// the finding's id as partial fingerprint `leakfinderId/v1`; accepted findings are suppressed results. Counts and the
/// verdict are in each result's properties.
///
/// Source: OASIS SARIF 2.1.0 (errata 01); GitHub "SARIF support for code scanning" (needs a location in each result).
[[nodiscard]] Result<void> write_sarif(const Report& report, const Style& style, Sink& sink);

}  // namespace lf::report
