#pragma once

#include "report/report_writer.h"

namespace lf::report {

/// Writes `report` for people: what it means first, then what was found (the line before its reasons), then the
/// tables, then what could not be seen, and what it cost. The command decides which parts there are.
[[nodiscard]] Result<void> write_text(const Report& report, const Style& style, Sink& sink);

/// Writes every goroutine site of `report` with its whole stack: the second half of a goroutine_analysis file.
[[nodiscard]] Result<void> write_stacks(const Report& report, const Style& style, Sink& sink);

}  // namespace lf::report
