#include <algorithm>

#include "base/format.h"
#include "report/numbers.h"
#include "report/text_parts.h"

namespace lf::report {
namespace {

/// Labels of the lines that measure: "goroutines  1,234".
constexpr int kLabelColumns = 12;

Line labelled(const TextPage& page, std::string_view icon, std::string_view label) {
  Line line;
  line.add(page.icon(icon));
  const int begin = line.columns();
  line.add(label, Tint::kBold).pad_to(begin + kLabelColumns);
  return line;
}

Line level_words(const TextPage& page, Level level, bool alert) {
  Line line;
  line.add(level_name(level), level_tint(level));
  if (alert) line.add(page.signs().separator, Tint::kDim).add("ALERT", Tint::kRed);
  return line;
}

std::int64_t difference(std::uint64_t now, std::uint64_t before) {
  return static_cast<std::int64_t>(now - before);
}

void put_states(TextPage& page, const GoroutineSection& goroutines, const Line& indent) {
  constexpr std::size_t kStatesShown = 6;
  std::vector<Line> states;
  std::uint64_t others = 0;
  for (std::size_t i = 0; i < goroutines.by_state.size(); ++i) {
    const auto& [state, count] = goroutines.by_state[i];
    if (i < kStatesShown || goroutines.by_state.size() == kStatesShown + 1) {
      states.push_back(Line(with_commas(count)).add(" ").add(state));
    } else {
      others += count;
    }
  }
  if (others > 0) states.emplace_back(format("{} in other states", with_commas(others)), Tint::kDim);
  if (!states.empty()) page.flow(indent, states, page.signs().separator);
}

/// One dump shows no growth, but the runtime's clock does.
void put_longest_waits(TextPage& page, const GoroutineSection& goroutines, const Line& indent) {
  constexpr std::size_t kShown = 3;
  std::vector<const SiteCount*> waiting;
  for (const SiteCount& site : goroutines.sites) {
    if (site.longest_wait_minutes > 0 && !site.benign) waiting.push_back(&site);
  }
  std::ranges::stable_sort(waiting, std::ranges::greater{}, &SiteCount::longest_wait_minutes);
  for (std::size_t i = 0; i < std::min(kShown, waiting.size()); ++i) {
    const SiteCount& site = *waiting[i];
    page.paragraph(indent, format("waiting {} min: {} at {} {}", with_commas(site.longest_wait_minutes), site.state,
                                  for_terminal(site.site.function), place_text(site.site)));
  }
}

void put_goroutines(TextPage& page, const GoroutineSection& goroutines) {
  Line line = labelled(page, level_icon(goroutines.level, goroutines.alert), "goroutines");
  const Line indent = Line().pad_to(line.columns());
  std::vector<Line> items;
  Line total(with_commas(goroutines.total), Tint::kBold);
  if (goroutines.unfiltered_total) total.add(format(" matching of {}", with_commas(*goroutines.unfiltered_total)));
  items.push_back(total);
  items.push_back(level_words(page, goroutines.level, goroutines.alert));
  if (goroutines.samples.size() > 1) {
    const std::int64_t change = difference(goroutines.samples.back().total, goroutines.samples.front().total);
    items.emplace_back(change == 0 ? std::string("unchanged since the first sample")
                                   : format("{} since the first sample", signed_with_commas(change)));
    std::vector<std::uint64_t> totals;
    for (const GoroutineSamplePoint& sample : goroutines.samples) totals.push_back(sample.total);
    if (const std::string bars = sparkline(page.style(), totals); totals.size() > 2 && !bars.empty()) {
      items.emplace_back(bars, Tint::kCyan);
    }
  }
  if (goroutines.system > 0)
    items.emplace_back(format("{} of the runtime besides", with_commas(goroutines.system)), Tint::kDim);
  if (goroutines.truncated) {
    const std::string share =
        goroutines.share_seen ? format(": {} % of the goroutines seen", decimal_in_words(*goroutines.share_seen * 100))
                              : std::string();
    items.emplace_back("the dump is cut" + share, Tint::kYellow);
  }
  page.flow(line, items, page.signs().separator);
  put_states(page, goroutines, indent);
  if (goroutines.samples.size() <= 1) put_longest_waits(page, goroutines, indent);
}

std::string_view pattern_icon(MemoryPattern pattern) {
  switch (pattern) {
    case MemoryPattern::kGrowing:
      return "📈 ";
    case MemoryPattern::kCliff:
      return "📉 ";
    default:
      return "";
  }
}

void put_memory(TextPage& page, const MemorySection& memory) {
  Line line = labelled(page, level_icon(memory.level, memory.alert), "memory");
  const Line indent = Line().pad_to(line.columns());
  std::vector<Line> items;
  if (memory.live_bytes) items.push_back(Line(bytes_in_words(*memory.live_bytes), Tint::kBold).add(" live"));
  items.push_back(level_words(page, memory.level, memory.alert));
  const bool bad = memory.pattern == MemoryPattern::kGrowing || memory.pattern == MemoryPattern::kCliff;
  Line pattern(page.style().icons ? pattern_icon(memory.pattern) : "");
  pattern.add(format("pattern {}", memory_pattern_name(memory.pattern)), bad ? Tint::kYellow : Tint::kPlain);
  if (memory.growth_bytes_per_s && memory.pattern == MemoryPattern::kGrowing) {
    pattern.add(format(", {}", signed_byte_rate_in_words(*memory.growth_bytes_per_s)));
  }
  items.push_back(pattern);
  if (memory.samples.size() > 2) {
    std::vector<std::uint64_t> live;
    for (const MemorySamplePoint& sample : memory.samples) {
      if (sample.live_bytes) live.push_back(*sample.live_bytes);
    }
    if (const std::string bars = sparkline(page.style(), live); !bars.empty()) items.emplace_back(bars, Tint::kCyan);
  }
  page.flow(line, items, page.signs().separator);
  std::vector<Line> details;
  if (memory.stats) {
    details.emplace_back(format("{} heap in use", bytes_in_words(memory.stats->heap_inuse_bytes)));
    details.emplace_back(format("{} stacks", bytes_in_words(memory.stats->stack_inuse_bytes)));
    details.emplace_back(format("{} from the system", bytes_in_words(memory.stats->sys_bytes)));
  }
  if (memory.objects) details.emplace_back(count_of(*memory.objects, "object"));
  if (memory.stats) details.emplace_back(count_of(memory.stats->num_gc, "collection"));
  if (!details.empty()) page.flow(indent, details, page.signs().separator);
  if (!memory.pattern_reason.empty()) page.paragraph(indent, memory.pattern_reason, Tint::kDim);
}

std::string_view gc_icon(GcResult result) {
  switch (result) {
    case GcResult::kNoGrowth:
    case GcResult::kCleanupDelay:
      return "🟢";
    case GcResult::kPartialLeak:
      return "🟡";
    case GcResult::kLikelyLeak:
      return "🟠";
    case GcResult::kConfirmedLeak:
      return "🔴";
    case GcResult::kUnknown:
      break;
  }
  return "⚪";
}

Tint gc_tint(GcResult result) {
  switch (result) {
    case GcResult::kNoGrowth:
    case GcResult::kCleanupDelay:
      return Tint::kGreen;
    case GcResult::kLikelyLeak:
    case GcResult::kConfirmedLeak:
      return Tint::kRed;
    default:
      return Tint::kYellow;
  }
}

void put_gc_groups(TextPage& page, const GcSection& gc, const Line& indent) {
  for (std::size_t i = 0; i < gc.groups.size() && i < page.style().top; ++i) {
    const GcGroup& group = gc.groups[i];
    Line line = indent;
    line.add(gc_result_name(group.result), gc_tint(group.result)).add("  ");
    line.add(group.label);
    if (!group.site.empty()) line.add(" ").add(group.site);
    const auto in_words = group.label == "heap" ? bytes_in_words : with_commas;
    line.add(format("  {} {} {} {} {}, ", in_words(group.baseline), page.signs().arrow, in_words(group.before),
                    page.signs().arrow, in_words(group.final_value)),
             Tint::kDim);
    const bool may_be_load = group.result == GcResult::kUnknown;
    page.line(
        line.add(may_be_load ? "which may be load" : decimal_in_words(group.freed_percent) + " % freed", Tint::kDim));
  }
}

void put_gc(TextPage& page, const GcSection& gc) {
  Line line = labelled(page, gc_icon(gc.result), "gc");
  const Line indent = Line().pad_to(line.columns());
  line.add(gc_result_name(gc.result), gc_tint(gc.result));
  if (gc.result != GcResult::kUnknown && gc.result != GcResult::kNoGrowth) {
    line.add(page.signs().separator, Tint::kDim).add(format("{} % freed", decimal_in_words(gc.freed_percent)));
  }
  page.line(line);
  if (!gc.basis.empty()) page.paragraph(indent, gc.basis);
  std::vector<Line> figures;
  const auto add = [&](std::string_view name, const std::optional<std::uint64_t>& bytes) {
    if (bytes) figures.push_back(Line(name, Tint::kDim).add(" ").add(bytes_in_words(*bytes)));
  };
  add("baseline live (B)", gc.baseline_bytes);
  add("in use before (P)", gc.before_bytes);
  add("of it live (L)", gc.before_live_bytes);
  add("live at the end (F)", gc.final_bytes);
  add("allocated during the wait", gc.allocated_in_wait_bytes);
  if (!figures.empty()) page.flow(indent, figures, page.signs().separator);
  put_gc_groups(page, gc, indent);
}

}  // namespace

void put_measurements(TextPage& page, const Report& report) {
  if (!report.goroutines && !report.memory && !report.gc) return;
  page.blank();
  if (report.goroutines) put_goroutines(page, *report.goroutines);
  if (report.memory) put_memory(page, *report.memory);
  if (report.gc) put_gc(page, *report.gc);
}

}  // namespace lf::report
