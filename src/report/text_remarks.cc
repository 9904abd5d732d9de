#include "base/format.h"
#include "report/numbers.h"
#include "report/text_parts.h"

namespace lf::report {
namespace {

void put_cost(TextPage& page, const Report& report) {
  if (report.target.url.empty() && report.cost.requests == 0) return;
  const Cost& cost = report.cost;
  std::vector<Line> items;
  items.emplace_back(count_of(cost.requests, "request"), Tint::kDim);
  items.emplace_back(bytes_in_words(cost.bytes), Tint::kDim);
  items.emplace_back(count_of(cost.full_dumps, "full dump"), Tint::kDim);
  items.emplace_back(count_of(cost.forced_collections, "forced collection"), Tint::kDim);
  items.emplace_back(format("slowest answer {}", duration_in_words(cost.slowest)), Tint::kDim);
  page.blank();
  page.flow(Line("cost  ", Tint::kDim), items, page.signs().separator);
}

}  // namespace

void put_remarks(TextPage& page, const Report& report) {
  if (!report.notes.empty() && !page.style().quiet) {
    page.blank();
    for (const std::string& note : report.notes) {
      page.paragraph(Line("note  ", Tint::kCyan), note);
    }
  }
  if (!report.warnings.empty() && !page.style().quiet) {
    page.blank();
    for (const Warning& warning : report.warnings) {
      Line prefix("warning  ", Tint::kYellow);
      std::string tail;
      if (warning.count > 1) tail += format(" ({} times", with_commas(warning.count));
      if (!warning.where.empty()) {
        tail += format("{}{}{}", tail.empty() ? " (" : ", ", warning.count > 1 ? "first at " : "at ",
                       for_terminal(warning.where));
      }
      if (!tail.empty()) tail += ")";
      page.paragraph(prefix, for_terminal(warning.message) + tail);
    }
  }
  if (!report.errors.empty()) {
    page.blank();
    for (const Error& error : report.errors) {
      const std::string where = error.where.empty() ? std::string() : format(" ({})", for_terminal(error.where));
      page.paragraph(Line("error  ", Tint::kRed), for_terminal(error.message) + where);
    }
  }
  if (page.style().quiet) return;
  put_cost(page, report);
  if (!report.next.empty()) page.paragraph(Line("next  ", Tint::kCyan), for_terminal(report.next));
}

}  // namespace lf::report
