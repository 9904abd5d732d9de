#include "detect/describe.h"

#include <algorithm>
#include <string>

#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/findings.h"
#include "detect/memory_facts.h"
#include "detect/mistakes.h"
#include "detect/rules.h"
#include "detect/site.h"

namespace lf::detect {
namespace {

constexpr double kMiB = 1 << 20;

void add_state(WaitState state, std::uint64_t count, States& states) {
  const auto at = std::ranges::find(states, state, &States::value_type::first);
  if (at == states.end()) {
    states.emplace_back(state, count);
  } else {
    at->second += count;
  }
}

std::pair<std::uint32_t, FrameId> start_of(const Group& group) {
  return {group.root_population, group.creator};
}

/// Says when growth by `slope` bytes a second reaches the limit, where one is known.
void add_time_to_limit(const Context& context, double slope, Finding& finding) {
  const std::uint64_t limit = context.options.memory_limit_bytes;
  if (limit == 0 || slope <= 0 || context.memory.live_bytes.empty()) return;
  const double room = static_cast<double>(limit) - context.memory.live_bytes.back();
  if (room <= 0) return;
  finding.evidence.emplace_back(format("at this pace the limit of {:.0f} MiB is reached in {}",
                                       static_cast<double>(limit) / kMiB, span_in_words(room / slope)));
}

}  // namespace

TargetText with(std::string_view before, std::string_view name, std::string_view after) {
  return TargetText(std::string(before) + std::string(name) + std::string(after));
}

Starts find_starts(const Context& context) {
  Starts starts;
  for (std::size_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    if (context.groups[i].count > 0) add_state(group.state, context.groups[i].count, starts[start_of(group)]);
  }
  return starts;
}

void describe_group(const Context& context, const Starts& starts, std::uint32_t index, Finding& finding) {
  const Symbols& symbols = context.symbols;
  const Group& group = context.series.groups[index];
  const GroupFacts& facts = context.groups[index];
  const Growth& growth = facts.growth;
  finding.kind = FindingKind::kGoroutine;
  finding.site = source_line(symbols, group.site);
  finding.package = TargetText(package_of(symbols.function(group.site)));
  finding.state = std::string(wait_state_name(group.state));
  finding.count = facts.count;
  finding.counts = growth.counts;
  if (growth.counts.size() >= 2) finding.growth_per_min = growth.per_minute();
  if (group.identified) finding.wait_minutes = {{group.wait_min, group.wait_max}};
  if (group.creator) finding.creator = source_line(symbols, group.creator);
  for (const Label& label : symbols.labels(group.labels)) {
    finding.labels.emplace_back(symbols.text(label.key), symbols.text(label.value));
  }
  if (growth.identified && growth.counts.size() >= 2) {
    finding.births = growth.entries;
    finding.deaths = growth.leaves;
    finding.survivors = growth.survivors;
  }
  finding.stack = source_lines(symbols, group.stack);
  if (const auto start = starts.find(start_of(group)); start != starts.end()) {
    for (const auto& [state, count] : start->second) {
      const std::uint64_t others = state == group.state ? count - std::min(count, facts.count) : count;
      if (others > 0) finding.other_states.emplace_back(wait_state_name(state), others);
    }
  }
  const Mistake mistake = name_mistake(context, index);
  finding.resembles = mistake.resembles();
  finding.advice = TargetText(mistake.advice());
  finding.title = with(format("{} goroutine{} in {} at ", facts.count, facts.count == 1 ? "" : "s", finding.state),
                       symbols.function(group.site), growth.leaves == 0 && growth.rises > 0 ? ", more and more" : "");
}

void describe_heap_site(const Context& context, std::uint32_t index, Finding& finding) {
  const HeapSite& site = context.series.heap_sites[index];
  const HeapGrowth& growth = context.memory.sites[index];
  finding.kind = FindingKind::kMemory;
  finding.site = source_line(context.symbols, site.frame);
  finding.package = TargetText(package_of(context.symbols.text(site.function)));
  finding.bytes = static_cast<std::uint64_t>(std::max(growth.bytes.empty() ? 0.0 : growth.bytes.back(), 0.0));
  if (!site.points.empty()) {
    finding.count = static_cast<std::uint64_t>(std::max<std::int64_t>(site.points.back().inuse_objects, 0));
  }
  finding.growth_per_min = growth.trend.slope_per_second * 60;
  for (const double bytes : growth.bytes) finding.counts.push_back(static_cast<std::uint64_t>(std::max(bytes, 0.0)));
  finding.stack = source_lines(context.symbols, site.stack);
  finding.title = with(format("live heap grows by {:.2f} MiB/s from ", growth.trend.slope_per_second / kMiB),
                       context.symbols.text(site.function), "");
  const bool few_and_large = finding.count.value_or(0) <= 4;
  finding.resembles = few_and_large ? "array that only grows" : "collection without a bound";
  finding.advice = TargetText(
      few_and_large
          ? "one array grows and grows: cut or rotate what is appended to.\n"
            "sub-slices and sub-strings keep the whole array alive: copy what is kept."
          : "what is allocated here is kept in a map, slice, cache or queue: bound it, or let old entries go.\n"
            "which variable keeps it alive is in no profile: look at who stores what this line makes.");
  add_time_to_limit(context, growth.trend.slope_per_second, finding);
}

void describe_process(const Context& context, std::string_view rule, Finding& finding) {
  finding.kind = FindingKind::kMemory;
  const bool of_the_heap = rule != "memory/off-heap-growth";
  if (of_the_heap && !context.memory.live_bytes.empty()) {
    finding.bytes = static_cast<std::uint64_t>(context.memory.live_bytes.back());
  }
  const Rule* row = find_rule(rule);
  finding.title = TargetText(row == nullptr ? rule : row->brief);
  if (rule == "memory/growing-heap") add_time_to_limit(context, context.memory.trend.slope_per_second, finding);
  finding.advice =
      TargetText("`leakfinder memory` shows growth by allocation site, stacks and what is not on the Go heap.");
}

}  // namespace lf::detect
