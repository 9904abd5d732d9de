#pragma once

#include "report/report_writer.h"

namespace lf::report {

/// Writes a JUnit XML report (docs/schema/junit.xsd): a case for each finding, its rule as class and its site as name;
/// a case for the counts of goroutines and for memory, which fail on an ALERT that counts; an error for each part that
/// could not be measured. Failures are exactly what -fail-on counts; accepted findings are skipped cases. Properties
/// of a case carry id, verdict, score and count.
[[nodiscard]] Result<void> write_junit(const Report& report, const Style& style, Sink& sink);

}  // namespace lf::report
