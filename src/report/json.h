#pragma once

#include "report/report_writer.h"

namespace lf::report {

/// Writes `report` as one JSON object, schema leakfinder/report/v1 (docs/schema/report-v1.json): keys in a fixed
/// order, fields that do not apply absent, a newline at the end.
[[nodiscard]] Result<void> write_json(const Report& report, const Style& style, Sink& sink);

}  // namespace lf::report
