#include "report/junit.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/format.h"
#include "report/escape.h"
#include "report/numbers.h"
#include "report/source_link.h"
#include "report/text_buffer.h"
#include "report/words.h"

namespace lf::report {
namespace {

void put_attribute(TextBuffer& out, std::string_view name, OutText value) {
  out << " " << name << "=\"" << for_xml(value) << "\"";
}

/// How a case ends.
enum class Ending : std::uint8_t { kPassed, kFailed, kSkipped };

Ending ending_of(const Finding& finding, const FailOn& fail_on) {
  if (finding.accepted) return Ending::kSkipped;
  return fails(finding, fail_on) ? Ending::kFailed : Ending::kPassed;
}

/// The finding in lines, for the body of a failure.
std::string body_of(const Finding& finding) {
  std::string out = "\n";
  const auto add = [&](std::string_view name, OutText text) {
    if (!is_empty(text)) out += format("{}{}\n", name, for_xml(text));
  };
  add("site: ", finding.site.function);
  add("      ", place_text(finding.site));
  add("      ", amount_text(finding));
  for (const TargetText& evidence : finding.evidence) add("why: ", evidence);
  for (const std::string& line : lines_for_terminal(finding.advice)) add("do: ", line);
  if (finding.creator) {
    add("created by: ", finding.creator->function);
    add("      ", place_text(*finding.creator));
  }
  if (!finding.stack.empty()) out += "stack:\n";
  for (const SourceLine& frame : finding.stack) {
    add("  ", frame.function);
    add("      ", place_text(frame));
  }
  return out;
}

void put_property(TextBuffer& out, std::string_view name, OutText value) {
  out << "        <property";
  put_attribute(out, "name", name);
  put_attribute(out, "value", value);
  out << "/>\n";
}

void put_properties(TextBuffer& out, const Finding& finding) {
  out << "      <properties>\n";
  put_property(out, "id", finding.id);
  put_property(out, "verdict", verdict_name(finding.verdict));
  put_property(out, "score", format("{}", finding.score));
  if (finding.count) put_property(out, "count", format("{}", *finding.count));
  if (finding.bytes) put_property(out, "bytes", format("{}", *finding.bytes));
  out << "      </properties>\n";
}

void put_finding(TextBuffer& out, const Finding& finding, const Report& report, const Style& style) {
  out << "    <testcase";
  put_attribute(out, "classname", finding.rule);
  if (finding.site.function.empty()) {
    put_attribute(out, "name", finding.title.empty() ? TargetText(finding.rule) : finding.title);
  } else {
    put_attribute(out, "name", finding.site.function);
  }
  if (!finding.site.file.empty()) put_attribute(out, "file", relative_file(finding.site.file, style.source_root));
  if (finding.site.line != 0) put_attribute(out, "line", format("{}", finding.site.line));
  out << " time=\"0\">\n";
  put_properties(out, finding);
  switch (ending_of(finding, report.fail_on)) {
    case Ending::kFailed:
      out << "      <failure";
      put_attribute(out, "type", verdict_name(finding.verdict));
      put_attribute(out, "message", finding.title);
      out << ">" << body_of(finding) << "</failure>\n";
      break;
    case Ending::kSkipped:
      out << "      <skipped";
      put_attribute(out, "message", accepted_text(*finding.accepted));
      out << "/>\n";
      break;
    case Ending::kPassed:
      out << "      <system-out>" << for_xml(finding.title) << body_of(finding) << "</system-out>\n";
      break;
  }
  out << "    </testcase>\n";
}

/// A case on a whole section: passes unless its ALERT counts.
struct SectionCase {
  std::string_view name;
  std::string words;
  bool failed;
};

std::vector<SectionCase> section_cases(const Report& report) {
  std::vector<SectionCase> all;
  if (report.goroutines) {
    const GoroutineSection& section = *report.goroutines;
    all.push_back({"goroutines", format("{}, {}", count_of(section.total, "goroutine"), level_name(section.level)),
                   section.alert && report.fail_on.goroutine_alert});
  }
  if (report.memory) {
    const MemorySection& section = *report.memory;
    const std::string live = section.live_bytes ? bytes_in_words(*section.live_bytes) + " live, " : std::string();
    all.push_back(
        {"memory", format("{}{}", live, level_name(section.level)), section.alert && report.fail_on.memory_alert});
  }
  return all;
}

void put_section(TextBuffer& out, const SectionCase& section) {
  out << "    <testcase classname=\"level\"";
  put_attribute(out, "name", section.name);
  out << " time=\"0\">\n";
  if (section.failed) {
    out << "      <failure type=\"alert\"";
    put_attribute(out, "message", "ALERT: " + section.words);
    out << "/>\n";
  } else {
    out << "      <system-out>" << for_xml(section.words) << "</system-out>\n";
  }
  out << "    </testcase>\n";
}

void put_error(TextBuffer& out, const Error& error) {
  out << "    <testcase classname=\"measurement\"";
  put_attribute(out, "name", error.where.empty() ? error_code_name(error.code) : std::string_view(error.where));
  out << " time=\"0\">\n      <error";
  put_attribute(out, "type", error_code_name(error.code));
  put_attribute(out, "message", error.message);
  out << "/>\n    </testcase>\n";
}

}  // namespace

Result<void> write_junit(const Report& report, const Style& style, Sink& sink) {
  const std::vector<SectionCase> sections = section_cases(report);
  const auto ended = [&](Ending ending) {
    return std::ranges::count_if(report.findings,
                                 [&](const Finding& finding) { return ending_of(finding, report.fail_on) == ending; });
  };
  const auto failures = ended(Ending::kFailed) + std::ranges::count_if(sections, &SectionCase::failed);
  const std::string totals =
      format(" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
             report.findings.size() + sections.size() + report.errors.size(), failures, report.errors.size(),
             ended(Ending::kSkipped), static_cast<double>(report.duration.count()) / 1000);
  TextBuffer out(sink);
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"leakfinder\"" << totals << ">\n  <testsuite";
  put_attribute(out, "name", "leakfinder " + report.command);
  put_attribute(out, "timestamp", rfc3339(report.started_at));
  out << totals << ">\n";
  for (const SectionCase& section : sections) put_section(out, section);
  for (const Finding& finding : report.findings) put_finding(out, finding, report, style);
  for (const Error& error : report.errors) put_error(out, error);
  out << "  </testsuite>\n</testsuites>\n";
  return out.finish();
}

}  // namespace lf::report
