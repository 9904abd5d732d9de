#include "report/json.h"

#include "report/json_parts.h"
#include "report/json_writer.h"
#include "report/numbers.h"

namespace lf::report {
namespace {

void put_target(JsonWriter& out, const TargetSection& target) {
  out.open_object("target");
  out.optional_text("url", target.url);
  if (!target.files.empty()) {
    out.open_array("files");
    for (const TargetText& file : target.files) out.text(file);
    out.end_array();
  }
  out.optional_text("go_version", target.go_version);
  if (!target.profiles.empty()) {
    out.open_array("profiles");
    for (const std::string& profile : target.profiles) out.text(profile);
    out.end_array();
  }
  out.end_object();
}

void put_cost(JsonWriter& out, const Cost& cost) {
  out.open_object("cost");
  out.field("requests", cost.requests);
  out.field("bytes", cost.bytes);
  out.field("full_dumps", cost.full_dumps);
  out.field("forced_collections", cost.forced_collections);
  out.field("slowest_ms", static_cast<std::int64_t>(cost.slowest.count()));
  out.end_object();
}

void put_health(JsonWriter& out, const HealthSection& health) {
  out.open_object("health");
  if (health.level != HealthLevel::kUnknown) out.field("score", health.score);
  out.field("level", health_level_name(health.level));
  if (!health.deductions.empty()) {
    out.open_array("deductions");
    for (const auto& [reason, points] : health.deductions) {
      out.begin_object();
      out.field("reason", reason);
      out.field("points", points);
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
}

void put_outlook(JsonWriter& out, const Report& report) {
  if (!report.health.not_judged.empty()) out.field("not_judged", report.health.not_judged);
  const auto& [goroutines, bytes] = report.limits;
  if (goroutines || bytes) {
    out.open_object("limits");
    if (goroutines) out.field("goroutines_per_s", *goroutines);
    if (bytes) out.field("bytes_per_s", *bytes);
    out.end_object();
  }
  if (!report.next.empty()) out.field("next", report.next);
}

void put_warnings(JsonWriter& out, const std::vector<Warning>& warnings) {
  out.open_array("warnings");
  for (const Warning& warning : warnings) {
    out.begin_object();
    out.field("code", warning_code_name(warning.code));
    out.field("message", warning.message);
    out.optional_text("where", warning.where);
    out.field("count", warning.count);
    out.end_object();
  }
  out.end_array();
}

void put_errors(JsonWriter& out, const std::vector<Error>& errors) {
  out.open_array("errors");
  for (const Error& error : errors) {
    out.begin_object();
    out.field("code", error_code_name(error.code));
    out.field("message", error.message);
    out.optional_text("where", error.where);
    out.end_object();
  }
  out.end_array();
}

void put_words(JsonWriter& out, const Report& report) {
  if (!report.criteria.empty()) {
    out.open_array("criteria");
    for (const auto& [name, value] : report.criteria) {
      out.begin_object();
      out.field("name", name);
      out.field("value", value);
      out.end_object();
    }
    out.end_array();
  }
  if (!report.notes.empty()) {
    out.open_array("notes");
    for (const std::string& note : report.notes) out.text(note);
    out.end_array();
  }
}

}  // namespace

void write_json_report(JsonWriter& out, const Report& report, SiteStacks stacks) {
  out.begin_object();
  out.field("schema", "leakfinder/report/v1");
  out.open_object("tool");
  out.field("name", "leakfinder");
  out.field("version", report.tool_version);
  out.end_object();
  out.field("command", report.command);
  put_target(out, report.target);
  out.field("started_at", rfc3339(report.started_at));
  out.field("duration_ms", static_cast<std::int64_t>(report.duration.count()));
  put_cost(out, report.cost);
  put_health(out, report.health);
  put_outlook(out, report);
  if (report.goroutines) {
    out.key("goroutines");
    write_json_goroutines(out, *report.goroutines, stacks);
  }
  if (report.memory) {
    out.key("memory");
    write_json_memory(out, *report.memory, stacks);
  }
  if (report.gc) {
    out.key("gc");
    write_json_gc(out, *report.gc);
  }
  out.open_array("findings");
  for (const Finding& finding : report.findings) write_json_finding(out, finding);
  out.end_array();
  put_words(out, report);
  put_warnings(out, report.warnings);
  put_errors(out, report.errors);
  out.end_object();
}

Result<void> write_json(const Report& report, const Style& /*style*/, Sink& sink) {
  JsonWriter out(sink);
  write_json_report(out, report, SiteStacks::kKept);
  return out.finish();
}

}  // namespace lf::report
