#include "report/github.h"

#include <algorithm>

#include "base/format.h"
#include "report/escape.h"
#include "report/source_link.h"
#include "report/text_buffer.h"
#include "report/words.h"

namespace lf::report {
namespace {

constexpr std::string_view kLineBreak = "%0A";

std::string_view command_of(const Finding& finding) {
  if (finding.accepted) return "debug";
  switch (finding.verdict) {
    case Verdict::kLeak:
      return "error";
    case Verdict::kSuspect:
      return "warning";
    case Verdict::kInfo:
      return "notice";
  }
  return "notice";
}

void put_finding(TextBuffer& out, const Finding& finding, const Style& style) {
  const std::string_view command = command_of(finding);
  out << "::" << command;
  if (command != "debug") {  // which takes no properties
    out << " ";
    if (!finding.site.file.empty()) {
      out << "file=" << for_github_property(relative_file(finding.site.file, style.source_root)) << ",";
      if (finding.site.line != 0) out << format("line={},", finding.site.line);
    }
    out << "title=LeakFinder " << verdict_name(finding.verdict);
    if (!finding.site.function.empty()) out << "%3A " << for_github_property(finding.site.function);
  }
  out << "::";
  out << for_github_message(amount_and_title(finding));
  if (finding.accepted) out << kLineBreak << for_github_message(accepted_text(*finding.accepted));
  if (!finding.accepted) {
    constexpr std::size_t kEvidenceShown = 3;
    for (std::size_t i = 0; i < std::min(kEvidenceShown, finding.evidence.size()); ++i) {
      out << kLineBreak << "why: " << for_github_message(finding.evidence[i]);
    }
    for (const std::string& line : lines_for_terminal(finding.advice)) {
      out << kLineBreak << "do: " << for_github_message(line);
    }
  }
  out << kLineBreak
      << for_github_message(format("({}, {}, id {})", verdict_name(finding.verdict), finding.rule, finding.id)) << "\n";
}

}  // namespace

Result<void> write_github(const Report& report, const Style& style, Sink& sink) {
  TextBuffer out(sink);
  out << "::" << (fails(report) ? "error" : "notice") << " title=LeakFinder " << for_github_property(report.command)
      << "::" << for_github_message(summary_line(report)) << "\n";
  for (const Finding& finding : report.findings) put_finding(out, finding, style);
  for (const Error& error : report.errors) {
    out << "::error title=LeakFinder could not measure::" << for_github_message(error.message);
    if (!error.where.empty()) out << " (" << for_github_message(error.where) << ")";
    out << "\n";
  }
  for (const Warning& warning : report.warnings) {
    out << "::notice title=LeakFinder warning::" << for_github_message(warning.message);
    if (!warning.where.empty()) out << " (" << for_github_message(warning.where) << ")";
    out << "\n";
  }
  return out.finish();
}

}  // namespace lf::report
