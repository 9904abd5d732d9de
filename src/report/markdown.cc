#include "report/markdown.h"

#include <algorithm>
#include <string>

#include "base/format.h"
#include "report/escape.h"
#include "report/markdown_parts.h"
#include "report/words.h"

// A comment has a length limit, and target text may be long: each part is written apart and taken only where it fits,
// with room kept for what must come after it. What is left out is counted.

namespace lf::report {
namespace {

/// Text with a limit.
class Budget {
 public:
  explicit Budget(std::size_t limit) : limit_(limit) {}

  /// Takes `part` where `reserve` bytes stay free behind it.
  bool take(std::string_view part, std::size_t reserve) {
    if (text_.size() + part.size() + reserve > limit_) return false;
    text_ += part;
    return true;
  }
  const std::string& text() const { return text_; }

 private:
  std::size_t limit_;
  std::string text_;
};

constexpr std::size_t kForTail = 400;         ///< what says that something was left out
constexpr std::size_t kForRemarks = 6'000;    ///< notes, warnings, errors, cost
constexpr std::size_t kForShortForm = 8'000;  ///< lines of the findings that do not come whole

void put_findings(Budget& out, const Report& report, const Style& style) {
  std::size_t whole = 0, left_out = 0;
  bool full = false;
  for (const Finding& finding : report.findings) {
    full = full || whole >= std::max<std::size_t>(style.top, 1);
    if (!full && !finding.accepted) {
      full = !out.take(markdown_finding(finding, report, style), kForShortForm + kForRemarks + kForTail);
      if (!full) {
        ++whole;
        continue;
      }
    }
    if (!out.take(markdown_finding_line(finding, report, style), kForRemarks + kForTail)) ++left_out;
  }
  if (left_out > 0) {
    out.take(format("\n_{} more left out: a comment takes no more. The JSON format has them all._\n", left_out), 0);
  }
}

}  // namespace

Result<void> write_markdown(const Report& report, const Style& style, Sink& sink) {
  Budget out(kLongestComment);
  out.take(format("## {} LeakFinder: {}\n\n", summarize(report).icon, for_markdown(summary_line(report))), kForTail);
  out.take(markdown_measurements(report), kForRemarks + kForTail);
  put_findings(out, report, style);
  out.take(markdown_sites(report, style), kForRemarks + kForTail);
  for (const std::string& remark : markdown_remarks(report)) out.take(remark, kForTail);
  out.take(markdown_cost(report), 0);
  return sink.write(out.text());
}

}  // namespace lf::report
