#include "report/sarif.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "base/format.h"
#include "report/json_writer.h"
#include "report/numbers.h"
#include "report/source_link.h"
#include "report/words.h"

namespace lf::report {
namespace {

constexpr std::string_view kSchema = "https://json.schemastore.org/sarif-2.1.0.json";
constexpr std::string_view kRootId = "SRCROOT";

std::string_view level_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kLeak:
      return "error";
    case Verdict::kSuspect:
      return "warning";
    case Verdict::kInfo:
      return "note";
  }
  return "note";
}

void put_message(JsonWriter& out, std::string_view name, OutText words) {
  out.open_object(name);
  out.field("text", for_sarif_message(words));
  out.end_object();
}

/// The rules of this log: those with words, then those that only findings name; each once.
std::vector<RuleText> rules_of(const Report& report) {
  std::vector<RuleText> rules = report.rules;
  for (const Finding& finding : report.findings) {
    if (std::ranges::find(rules, finding.rule, &RuleText::id) == rules.end()) rules.push_back({finding.rule, {}, {}});
  }
  return rules;
}

/// "goroutine/growing-site" → "GoroutineGrowingSite".
std::string pascal_case(std::string_view id) {
  std::string out;
  bool upper = true;
  for (const char c : id) {
    if (c == '/' || c == '-') {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return out;
}

void put_rule(JsonWriter& out, const RuleText& rule) {
  const std::string explain = format("leakfinder explain {} tells more.", rule.id);
  const std::string help = rule.help.empty() ? explain : format("{} {}", rule.help, explain);
  out.begin_object();
  out.field("id", rule.id);
  out.field("name", pascal_case(rule.id));
  put_message(out, "shortDescription", rule.brief.empty() ? rule.id : rule.brief);
  put_message(out, "fullDescription", rule.help.empty() ? explain : rule.help);
  put_message(out, "help", help);
  out.open_object("properties");
  out.open_array("tags");
  out.text(rule.id.substr(0, rule.id.find('/')));
  out.text("leak");
  out.end_array();
  out.end_object();
  out.end_object();
}

void put_driver(JsonWriter& out, const Report& report, const std::vector<RuleText>& rules) {
  out.open_object("tool");
  out.open_object("driver");
  out.field("name", "leakfinder");
  out.optional_text("version", report.tool_version);
  out.open_array("rules");
  for (const RuleText& rule : rules) put_rule(out, rule);
  out.end_array();
  out.end_object();
  out.end_object();
}

void put_artifact(JsonWriter& out, const TargetText& file, const Style& style) {
  const TargetText relative = relative_file(file, style.source_root);
  out.open_object("artifactLocation");
  if (is_relative(relative)) {
    out.field("uri", for_uri_path(relative));
    if (!style.source_root.empty()) out.field("uriBaseId", kRootId);
  } else {
    const std::string path = for_uri_path(relative);
    out.field("uri", format("file://{}{}", path.starts_with('/') ? "" : "/", path));
  }
  out.end_object();
}

/// The members of a location; a result without a file points at the module as a whole, as readers want a place.
void put_location(JsonWriter& out, const SourceLine& place, const Style& style) {
  out.open_object("physicalLocation");
  if (place.file.empty()) {
    out.open_object("artifactLocation");
    out.field("uri", "go.mod");
    out.end_object();
  } else {
    put_artifact(out, place.file, style);
    if (place.line != 0) {
      out.open_object("region");
      out.field("startLine", place.line);
      out.end_object();
    }
  }
  out.end_object();
  if (place.function.empty()) return;
  out.open_array("logicalLocations");
  out.begin_object();
  out.field("fullyQualifiedName", place.function);
  out.field("kind", "function");
  out.end_object();
  out.end_array();
}

void put_flow_step(JsonWriter& out, const SourceLine& place, std::string_view words, const Style& style) {
  out.begin_object();
  out.open_object("location");
  put_location(out, place, style);
  put_message(out, "message", words);
  out.end_object();
  out.end_object();
}

std::string leaf_words(const Finding& finding) {
  if (finding.kind == FindingKind::kMemory) return "allocates here";
  return finding.state.empty() ? "is here" : format("is in {}", finding.state);
}

/// How the goroutines got there: the `go` statement, then the calls down to the line that blocks.
void put_code_flow(JsonWriter& out, const Finding& finding, const Style& style) {
  if (!finding.creator && finding.stack.size() < 2) return;
  out.open_array("codeFlows");
  out.begin_object();
  out.open_array("threadFlows");
  out.begin_object();
  out.open_array("locations");
  if (finding.creator) put_flow_step(out, *finding.creator, "started here by a go statement", style);
  for (auto frame = finding.stack.rbegin(); frame != finding.stack.rend(); ++frame) {
    const bool leaf = std::next(frame) == finding.stack.rend();
    put_flow_step(out, *frame, leaf ? leaf_words(finding) : "calls", style);
  }
  if (finding.stack.empty()) put_flow_step(out, finding.site, leaf_words(finding), style);
  out.end_array();
  out.end_object();
  out.end_array();
  out.end_object();
  out.end_array();
}

std::string message_of(const Finding& finding) {
  std::string out = amount_and_title(finding);
  if (out.empty()) out = finding.rule;
  out += '.';
  for (std::size_t i = 0; i < finding.evidence.size(); ++i) {
    out += format("{}{}", i == 0 ? " Why: " : "; ", for_terminal(finding.evidence[i]));
  }
  if (!finding.evidence.empty()) out += '.';
  const std::vector<std::string> advice = lines_for_terminal(finding.advice);
  for (std::size_t i = 0; i < advice.size(); ++i) out += format("{}{}", i == 0 ? " What to do: " : " ", advice[i]);
  return out;
}

void put_related(JsonWriter& out, const Finding& finding, const Style& style) {
  if (finding.consequences.empty()) return;
  out.open_array("relatedLocations");
  for (const Consequence& stuck : finding.consequences) {
    out.begin_object();
    put_location(out, stuck.at, style);
    put_message(out, "message", format("{} stuck because of it", count_of(stuck.count, "goroutine")));
    out.end_object();
  }
  out.end_array();
}

void put_suppression(JsonWriter& out, const Finding& finding) {
  if (!finding.accepted) return;
  out.open_array("suppressions");
  out.begin_object();
  out.field("kind", "external");
  out.field("justification", accepted_text(*finding.accepted));
  out.end_object();
  out.end_array();
}

void put_result(JsonWriter& out, const Finding& finding, std::size_t rule_index, const Style& style) {
  out.begin_object();
  out.field("ruleId", finding.rule);
  out.field("ruleIndex", rule_index);
  out.field("level", level_of(finding.verdict));
  put_message(out, "message", message_of(finding));
  out.open_array("locations");
  out.begin_object();
  put_location(out, finding.site, style);
  out.end_object();
  out.end_array();
  put_related(out, finding, style);
  put_code_flow(out, finding, style);
  out.open_object("partialFingerprints");
  out.field("leakfinderId/v1", finding.id);
  out.end_object();
  if (finding.count && *finding.count > 0) out.field("occurrenceCount", *finding.count);
  out.field("rank", static_cast<double>(std::clamp(finding.score, 0, 100)));
  put_suppression(out, finding);
  out.open_object("properties");
  out.field("verdict", verdict_name(finding.verdict));
  out.optional_field("count", finding.count);
  out.optional_field("bytes", finding.bytes);
  out.optional_text("state", finding.state);
  out.end_object();
  out.end_object();
}

void put_notification(JsonWriter& out, std::string_view level, std::string_view code, OutText words) {
  out.begin_object();
  out.field("level", level);
  put_message(out, "message", words);
  out.open_object("descriptor");
  out.field("id", code);
  out.end_object();
  out.end_object();
}

void put_invocation(JsonWriter& out, const Report& report) {
  out.open_array("invocations");
  out.begin_object();
  out.field("executionSuccessful", report.errors.empty());
  out.field("startTimeUtc", rfc3339(report.started_at));
  out.field("endTimeUtc", rfc3339(report.started_at + report.duration));
  if (!report.errors.empty() || !report.warnings.empty()) {
    out.open_array("toolExecutionNotifications");
    for (const Error& error : report.errors) put_notification(out, "error", error_code_name(error.code), error.message);
    for (const Warning& warning : report.warnings) {
      put_notification(out, "warning", warning_code_name(warning.code), warning.message);
    }
    out.end_array();
  }
  out.end_object();
  out.end_array();
}

void put_root(JsonWriter& out, const Style& style) {
  if (!style.source_root.starts_with('/')) return;
  out.open_object("originalUriBaseIds");
  out.open_object(kRootId);
  out.field("uri", format("file://{}{}", for_uri_path(style.source_root), style.source_root.ends_with('/') ? "" : "/"));
  out.end_object();
  out.end_object();
}

}  // namespace

Result<void> write_sarif(const Report& report, const Style& style, Sink& sink) {
  const std::vector<RuleText> rules = rules_of(report);
  JsonWriter out(sink);
  out.begin_object();
  out.field("$schema", kSchema);
  out.field("version", "2.1.0");
  out.open_array("runs");
  out.begin_object();
  put_driver(out, report, rules);
  put_invocation(out, report);
  out.open_object("automationDetails");
  out.field("id", format("leakfinder/{}/", report.command));
  out.end_object();
  put_root(out, style);
  out.field("columnKind", "utf16CodeUnits");
  out.open_array("results");
  for (const Finding& finding : report.findings) {
    const auto rule = std::ranges::find(rules, finding.rule, &RuleText::id);
    put_result(out, finding, static_cast<std::size_t>(rule - rules.begin()), style);
  }
  out.end_array();
  out.open_object("properties");
  if (report.health.level != HealthLevel::kUnknown) out.field("healthScore", report.health.score);
  out.field("summary", summary_line(report));
  out.end_object();
  out.end_object();
  out.end_array();
  out.end_object();
  return out.finish();
}

}  // namespace lf::report
