#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/stop.h"
#include "model/report.h"

namespace lf::cli {

// Known findings (spec, section 6):
//
//     version: 1
//     accepted:
//       - id: 5f1c…
//         rule: goroutine/growing-site
//         site: main.worker
//         reason: fixed in 2.4, JIRA-123
//         expires: 2027-01-31
//         owner: team-orders

struct BaselineEntry {
  std::string id, rule, site, reason, owner;
  std::optional<std::chrono::year_month_day> expires;
};

/// Reads a baseline. Fails with kUsage, naming file and line.
[[nodiscard]] Result<std::vector<BaselineEntry>> read_baseline(const std::string& path, const Stop& stop);
[[nodiscard]] Result<std::vector<BaselineEntry>> parse_baseline(const std::string& text, std::string_view name);

/// Marks the findings of `report` that an entry accepts on `today`; expired entries accept nothing, and they and
/// those that match nothing become warnings.
void apply_baseline(const std::vector<BaselineEntry>& entries, std::chrono::year_month_day today, Report& report);

/// The findings of `report` that are leaks or suspects as a baseline, in their order, with reason "baseline" and an
/// expiry 90 days after `today`; entries of `known` keep their words, and their expiry while they are accepted.
std::string write_baseline(const Report& report, const std::vector<BaselineEntry>& known,
                           std::chrono::year_month_day today);

}  // namespace lf::cli
