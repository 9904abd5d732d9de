#include <string>

#include "base/format.h"
#include "report/html_parts.h"
#include "report/numbers.h"
#include "report/words.h"

namespace lf::report {
namespace {

std::string paragraph(OutText text) {
  return format("<p>{}</p>\n", for_html(text));
}

std::string item(OutText text) {
  return format("<li>{}</li>\n", for_html(text));
}

std::string frame_text(const SourceLine& frame) {
  return format("{} {}", for_terminal(frame.function), place_text(frame));
}

std::string finding_markup(const Finding& finding) {
  std::string out = format("<section class=\"finding {}\">\n<h2>{}: {}</h2>\n", verdict_name(finding.verdict),
                           verdict_name(finding.verdict), for_html(finding.site.function));
  out += paragraph(amount_and_title(finding));
  out += paragraph(place_text(finding.site));
  std::string evidence;
  for (const TargetText& sentence : finding.evidence) evidence += item(sentence);
  if (finding.creator) evidence += item("created by " + frame_text(*finding.creator));
  if (!evidence.empty()) out += format("<ul>\n{}</ul>\n", evidence);
  for (const std::string& line : lines_for_terminal(finding.advice)) out += paragraph(line);
  if (!finding.stack.empty()) {
    out += "<pre>";
    for (const SourceLine& frame : finding.stack) out += for_html(frame_text(frame)) + "\n";
    out += "</pre>\n";
  }
  if (finding.accepted) out += paragraph(accepted_text(*finding.accepted));
  return out + format("<p class=\"identity\">{} · score {} · id <code>{}</code></p>\n</section>\n",
                      for_html(finding.rule), finding.score, for_html(finding.id));
}

std::string target_text(const Report& report) {
  std::string target = for_terminal(report.target.url);
  for (const TargetText& file : report.target.files) target += (target.empty() ? "" : ", ") + for_terminal(file);
  return target;
}

}  // namespace

TargetText html_title(const Report& report) {
  const std::string target = target_text(report);
  return TargetText(format("LeakFinder: {}{}{}", summarize(report).words, target.empty() ? "" : ", ", target));
}

std::string html_summary(const Report& report) {
  std::string out = format("<main class=\"plain\">\n<h1>LeakFinder: {}</h1>\n", for_html(summary_line(report)));
  out += paragraph(format("{} of {}, {}", report.command, target_text(report), time_in_words(report.started_at)));
  if (report.goroutines) {
    out += paragraph(
        format("{}, level {}", count_of(report.goroutines->total, "goroutine"), level_name(report.goroutines->level)));
  }
  if (report.memory && report.memory->live_bytes) {
    out += paragraph(format("{} live heap, level {}, pattern {}", bytes_in_words(*report.memory->live_bytes),
                            level_name(report.memory->level), memory_pattern_name(report.memory->pattern)));
  }
  if (report.gc) out += paragraph(format("{}: {}", gc_result_name(report.gc->result), report.gc->basis));
  for (const Finding& finding : report.findings) out += finding_markup(finding);
  std::string remarks;
  for (const Error& error : report.errors) remarks += item("error: " + error.message);
  for (const Warning& warning : report.warnings) remarks += item("warning: " + for_terminal(warning.message));
  for (const std::string& note : report.notes) remarks += item(note);
  if (!remarks.empty()) out += format("<ul>\n{}</ul>\n", remarks);
  return out + paragraph("Charts, flame graphs and tables need JavaScript.") + "</main>\n";
}

}  // namespace lf::report
