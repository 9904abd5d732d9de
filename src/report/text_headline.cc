#include <algorithm>

#include "base/format.h"
#include "report/numbers.h"
#include "report/text_parts.h"

namespace lf::report {
namespace {

Tint tint_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSuspect:
    case Outcome::kNotJudged:
      return Tint::kYellow;
    case Outcome::kClean:
      return Tint::kGreen;
    default:
      return Tint::kRed;
  }
}

std::string samples_text(const Report& report) {
  const std::size_t samples = std::max(report.goroutines ? report.goroutines->samples.size() : 0,
                                       report.memory ? report.memory->samples.size() : 0);
  return samples == 0 ? std::string() : count_of(samples, "sample");
}

void put_target(TextPage& page, const Report& report) {
  std::vector<Line> items;
  const auto add = [&](OutText words) {
    if (!is_empty(words)) items.emplace_back(words, Tint::kDim);
  };
  add(report.command);
  add(report.target.url);
  const std::vector<TargetText>& files = report.target.files;
  constexpr std::size_t kFilesShown = 1;
  for (std::size_t i = 0; i < std::min(files.size(), kFilesShown); ++i) add(files[i]);
  if (files.size() > kFilesShown) add(count_of(files.size() - kFilesShown, "more file"));
  add(report.target.go_version);
  add(samples_text(report));
  add(duration_in_words(report.duration));
  add(time_in_words(report.started_at));
  page.flow(Line(page.icon("  ")), items, page.signs().separator);
}

void put_deductions(TextPage& page, const Report& report) {
  if (report.health.deductions.empty()) return;
  std::vector<Line> items;
  for (const auto& deduction : report.health.deductions) items.emplace_back(deduction_text(deduction));
  page.flow(Line(page.icon("  ")).add("health      "), items, page.signs().separator);
}

}  // namespace

void put_headline(TextPage& page, const Report& report) {
  const Summary summary = summarize(report);
  Line line;
  line.add(page.icon(summary.icon)).add(summary.words, tint_of(summary.outcome));
  if (const std::string health = health_text(report); !health.empty()) {
    line.add(page.signs().separator, Tint::kDim).add(health);
  }
  if (const Tally found = tally(report); found.accepted > 0) {
    line.add(page.signs().separator, Tint::kDim).add(format("{} accepted", with_commas(found.accepted)), Tint::kDim);
  }
  page.line(line);
  put_target(page, report);
  if (page.style().quiet) return;
  if (!report.criteria.empty()) {
    std::vector<Line> items;
    for (const auto& [name, value] : report.criteria) items.emplace_back(format("{}:{}", name, for_terminal(value)));
    page.flow(Line(page.icon("  ")).add("filtered by "), items, page.signs().separator);
  }
  put_deductions(page, report);
  if (const std::string limits = limits_text(report); !limits.empty()) {
    page.flow(Line(page.icon("  ")).add("limit       "), {Line(limits, Tint::kDim)}, page.signs().separator);
  }
}

}  // namespace lf::report
