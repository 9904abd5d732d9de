#include <map>
#include <string>
#include <vector>

#include "report/html_parts.h"
#include "report/numbers.h"
#include "report/source_link.h"
#include "report/words.h"

namespace lf::report {
namespace {

/// Numbers the source lines of a report, equal ones alike.
class FrameTable {
 public:
  FrameNumber number(const SourceLine& place) {
    const auto [at, is_new] = numbers_.try_emplace(place, static_cast<FrameNumber>(frames_.size()));
    if (is_new) frames_.push_back(&at->first);
    return at->second;
  }
  const std::vector<const SourceLine*>& frames() const { return frames_; }

 private:
  std::map<SourceLine, FrameNumber> numbers_;
  std::vector<const SourceLine*> frames_;
};

void put_numbers(JsonWriter& out, FrameTable& table, const std::vector<SourceLine>& stack) {
  for (const SourceLine& frame : stack) out.number(table.number(frame));
}

/// The stacks of a table's rows, in their order.
template <class Site>
void put_site_stacks(JsonWriter& out, std::string_view name, FrameTable& table, const std::vector<Site>& sites) {
  out.open_array(name);
  for (const Site& site : sites) {
    out.begin_array();
    // The site itself comes first: its link is looked up by number too.
    out.number(table.number(site.site));
    put_numbers(out, table, site.stack);
    out.end_array();
  }
  out.end_array();
}

void put_series(JsonWriter& out, std::string_view name, const std::vector<WallTime>& times,
                const std::vector<SiteSeries>& series, const std::vector<FrameNumber>& renumbered) {
  out.open_object(name);
  out.open_array("at");
  for (const WallTime time : times) out.text(rfc3339(time));
  out.end_array();
  out.open_array("sites");
  for (const SiteSeries& site : series) {
    out.begin_object();
    out.field("frame", renumbered[site.site]);
    out.optional_text("state", site.state);
    out.open_array("values");
    for (const std::uint64_t value : site.values) out.number(value);
    out.end_array();
    out.end_object();
  }
  out.end_array();
  out.end_object();
}

void put_stacks(JsonWriter& out, const StackProfile& stacks, const std::vector<FrameNumber>& renumbered) {
  out.open_array("goroutine_stacks");
  for (const GoroutineStack& stack : stacks.goroutines) {
    out.begin_array();
    out.text(stack.state);
    out.number(stack.count);
    out.number(stack.count_first);
    for (const FrameNumber frame : stack.frames) out.number(renumbered[frame]);
    out.end_array();
  }
  out.end_array();
  out.open_array("heap_stacks");
  for (const HeapStack& stack : stacks.heap) {
    out.begin_array();
    out.number(stack.inuse_bytes);
    out.number(stack.inuse_objects);
    out.number(stack.inuse_bytes_first);
    out.number(stack.inuse_objects_first);
    for (const FrameNumber frame : stack.frames) out.number(renumbered[frame]);
    out.end_array();
  }
  out.end_array();
  if (stacks.goroutine_stacks_summed > 0) out.field("goroutine_stacks_summed", stacks.goroutine_stacks_summed);
  if (stacks.heap_stacks_summed > 0) out.field("heap_stacks_summed", stacks.heap_stacks_summed);
}

/// Frames as [function, file number, line, link]; what is unknown at the end is left out.
void put_frames(JsonWriter& out, const FrameTable& table, const Report& report, const Style& style) {
  std::map<TargetText, std::uint32_t> file_numbers;
  std::vector<const TargetText*> files;
  out.open_array("frames");
  for (const SourceLine* frame : table.frames()) {
    const auto [file, is_new] = file_numbers.try_emplace(frame->file, static_cast<std::uint32_t>(files.size()));
    if (is_new) files.push_back(&frame->file);
    out.begin_array();
    out.text(frame->function);
    out.number(file->second);
    out.number(frame->line);
    const std::string link = source_link(*frame, style, report.target.go_version);
    if (!link.empty()) out.text(link);
    out.end_array();
  }
  out.end_array();
  out.open_array("files");
  for (const TargetText* file : files) out.text(relative_file(*file, style.source_root));
  out.end_array();
}

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kLeak:
      return "leak";
    case Outcome::kAlert:
      return "alert";
    case Outcome::kSuspect:
      return "suspect";
    case Outcome::kClean:
      return "clean";
    case Outcome::kNotJudged:
    case Outcome::kNothingMeasured:
      return "unmeasured";
  }
  return "unmeasured";
}

void put_finding_frames(JsonWriter& out, FrameTable& table, const std::vector<Finding>& findings) {
  out.open_array("finding_frames");
  for (const Finding& finding : findings) {
    out.begin_object();
    out.field("site", table.number(finding.site));
    if (finding.creator) out.field("creator", table.number(*finding.creator));
    out.open_array("stack");
    put_numbers(out, table, finding.stack);
    out.end_array();
    out.open_array("consequences");
    for (const Consequence& consequence : finding.consequences) out.number(table.number(consequence.at));
    out.end_array();
    out.end_object();
  }
  out.end_array();
}

}  // namespace

void write_page_profile(JsonWriter& out, const Report& report, const Style& style) {
  FrameTable table;
  out.begin_object();
  const Summary summary = summarize(report);
  out.open_object("summary");
  out.field("outcome", outcome_name(summary.outcome));
  out.field("words", summary.words);
  out.field("health", health_words(report.health.level));
  out.end_object();
  put_finding_frames(out, table, report.findings);
  put_site_stacks(out, "goroutine_sites", table,
                  report.goroutines ? report.goroutines->sites : std::vector<SiteCount>{});
  put_site_stacks(out, "allocation_sites", table, report.memory ? report.memory->sites : std::vector<AllocationSite>{});
  std::vector<FrameNumber> renumbered;
  for (const SourceLine& frame : report.stacks.frames) renumbered.push_back(table.number(frame));
  put_series(out, "goroutine_series", report.stacks.goroutine_times, report.stacks.goroutine_series, renumbered);
  put_series(out, "heap_series", report.stacks.heap_times, report.stacks.heap_series, renumbered);
  put_stacks(out, report.stacks, renumbered);
  put_frames(out, table, report, style);
  out.open_array("settings");
  for (const std::string& setting : report.settings) out.text(setting);
  out.end_array();
  out.end_object();
}

}  // namespace lf::report
