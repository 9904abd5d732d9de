#include <algorithm>
#include <set>

#include "report/json_parts.h"

namespace lf::report {
namespace {

void put_texts(JsonWriter& out, std::string_view name, const std::vector<TargetText>& texts) {
  if (texts.empty()) return;
  out.open_array(name);
  for (const TargetText& text : texts) {
    if (!text.empty()) out.text(text);
  }
  out.end_array();
}

void put_labels(JsonWriter& out, const Finding& finding) {
  if (finding.labels.empty()) return;
  out.open_object("labels");
  // An object has each key once; keys that differ only in bad bytes are the same key once written.
  std::set<std::string> seen;
  for (const auto& [key, value] : finding.labels) {
    if (seen.insert(for_json(key)).second) out.field(key, value);
  }
  out.end_object();
}

void put_score_parts(JsonWriter& out, const Finding& finding) {
  if (finding.score_parts.empty()) return;
  out.open_object("score_parts");
  for (const ScorePart& part : finding.score_parts) out.field(part.name, part.points);
  out.end_object();
  if (std::ranges::all_of(finding.score_parts, [](const ScorePart& part) { return part.words.empty(); })) return;
  out.open_object("score_reasons");
  for (const ScorePart& part : finding.score_parts) out.optional_text(part.name, part.words);
  out.end_object();
}

void put_measures(JsonWriter& out, const Finding& finding) {
  out.optional_text("state", finding.state);
  out.optional_field("count", finding.count);
  out.optional_field("count_before", finding.count_before);
  out.optional_field("delta", finding.delta);
  out.optional_field("bytes", finding.bytes);
  out.optional_field("bytes_before", finding.bytes_before);
  out.optional_field("bytes_delta", finding.bytes_delta);
  if (finding.is_new) out.field("is_new", true);
  if (finding.growth_per_min) {
    if (finding.kind == FindingKind::kMemory) {
      out.field("growth_bytes_per_s", *finding.growth_per_min / 60);
    } else {
      out.field("growth_per_min", *finding.growth_per_min);
    }
  }
  if (finding.wait_minutes) {
    out.open_object("wait_minutes");
    out.field("min", finding.wait_minutes->first);
    out.field("max", finding.wait_minutes->second);
    out.end_object();
  }
  if (!finding.counts.empty()) {
    out.open_array("counts");
    for (const std::uint64_t count : finding.counts) out.number(count);
    out.end_array();
  }
  out.optional_field("births", finding.births);
  out.optional_field("deaths", finding.deaths);
  out.optional_field("survivors", finding.survivors);
  if (!finding.other_states.empty()) {
    out.open_object("other_states");
    for (const auto& [state, count] : finding.other_states) out.field(state, count);
    out.end_object();
  }
}

void put_consequences(JsonWriter& out, const Finding& finding) {
  if (finding.consequences.empty()) return;
  out.open_array("consequences");
  for (const Consequence& consequence : finding.consequences) {
    out.begin_object();
    put_json_place(out, consequence.at);
    out.optional_text("state", consequence.state);
    out.field("count", consequence.count);
    out.end_object();
  }
  out.end_array();
}

}  // namespace

void put_json_place(JsonWriter& out, const SourceLine& place) {
  out.optional_text("function", place.function);
  out.optional_text("file", place.file);
  if (place.line != 0) out.field("line", place.line);
}

void put_json_stack(JsonWriter& out, std::string_view name, const std::vector<SourceLine>& stack) {
  if (stack.empty()) return;
  out.open_array(name);
  for (const SourceLine& frame : stack) {
    out.begin_object();
    put_json_place(out, frame);
    out.end_object();
  }
  out.end_array();
}

void write_json_finding(JsonWriter& out, const Finding& finding) {
  out.begin_object();
  out.field("id", finding.id);
  out.field("rule", finding.rule);
  out.field("kind", finding_kind_name(finding.kind));
  out.field("verdict", verdict_name(finding.verdict));
  out.field("score", finding.score);
  if (finding.title.empty()) {
    out.field("title", finding.rule);
  } else {
    out.field("title", finding.title);
  }
  out.optional_text("function", finding.site.function);
  out.optional_text("package", finding.package);
  out.optional_text("file", finding.site.file);
  if (finding.site.line != 0) out.field("line", finding.site.line);
  put_measures(out, finding);
  if (finding.creator) {
    out.open_object("creator");
    put_json_place(out, *finding.creator);
    out.end_object();
  }
  put_labels(out, finding);
  put_texts(out, "targets", finding.targets);
  put_texts(out, "owners", finding.owners);
  put_texts(out, "evidence", finding.evidence);
  put_score_parts(out, finding);
  out.optional_text("resembles", finding.resembles);
  out.optional_text("advice", finding.advice);
  put_consequences(out, finding);
  put_json_stack(out, "stack", finding.stack);
  if (finding.accepted) {
    out.open_object("accepted");
    out.field("reason", finding.accepted->reason);
    out.optional_text("expires", finding.accepted->expires);
    out.optional_text("owner", finding.accepted->owner);
    out.end_object();
  }
  out.end_object();
}

}  // namespace lf::report
