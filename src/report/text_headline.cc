#include <algorithm>

#include "base/format.h"
#include "report/numbers.h"
#include "report/text_parts.h"

namespace lf::report {
namespace {

std::string_view health_words(HealthLevel level) {
  switch (level) {
    case HealthLevel::kHealthy:
      return "healthy";
    case HealthLevel::kModerate:
      return "moderate issues";
    case HealthLevel::kCritical:
      return "critical issues";
  }
  return "healthy";
}

/// What it all comes to, in a few words.
struct Summary {
  std::string words;
  std::string_view icon;
  Tint tint;
};

Summary summarize(const Report& report) {
  const Tally found = tally(report);
  const bool alert = (report.goroutines && report.goroutines->alert) || (report.memory && report.memory->alert);
  const std::string suspects = found.suspects == 0 ? "" : count_of(found.suspects, "suspect");
  if (found.leaks > 0) {
    std::string words = count_of(found.leaks, "leak");
    if (!suspects.empty()) words += ", " + suspects;
    return {words + (alert ? ", ALERT" : ""), "🚨", Tint::kRed};
  }
  if (!report.goroutines && !report.memory && report.findings.empty()) return {"nothing measured", "❌", Tint::kRed};
  if (alert) return {(suspects.empty() ? std::string("ALERT, no leak found") : "ALERT, " + suspects), "🚨", Tint::kRed};
  if (!suspects.empty()) return {suspects + ", no proven leak", "🟡", Tint::kYellow};
  return {"no leak found", "✅", Tint::kGreen};
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
  constexpr std::size_t kFilesShown = 3;
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
  for (const auto& [reason, points] : report.health.deductions) {
    Line item;
    item.add(reason);
    if (points != 0) item.add(format(" {}", points > 0 ? -points : points), Tint::kDim);
    items.push_back(item);
  }
  page.flow(Line(page.icon("  ")).add("health      "), items, page.signs().separator);
}

}  // namespace

void put_headline(TextPage& page, const Report& report) {
  const Summary summary = summarize(report);
  Line line;
  line.add(page.icon(summary.icon)).add(summary.words, summary.tint);
  if (report.goroutines || report.memory || !report.findings.empty()) {
    line.add(page.signs().separator, Tint::kDim);
    line.add(format("health {}/100 ({})", report.health.score, health_words(report.health.level)));
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
}

}  // namespace lf::report
