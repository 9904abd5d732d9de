#include "base/format.h"
#include "detect/rules.h"
#include "detect/suspicious.h"

namespace lf::detect {
namespace {

constexpr std::string_view kId = "goroutine/pattern";

/// Whether the group's goroutines stay where they are: a passing match is what every program is made of.
bool stays(const GroupFacts& facts) {
  const Growth& growth = facts.growth;
  if (growth.counts.size() < 2) return false;
  return growth.identified ? growth.survivors == growth.first() && growth.first() > 0 : growth.falls == 0;
}

}  // namespace

/// Source: the seed's categories of suspicious code, as suspicious.def says what each is in a running program, and the
/// user's patterns. Guards against: accusing by name; a match explains and is info. Built-in categories speak only of
/// goroutines that stay, several at one place, outside the benign catalogue.
void find_patterns(const Context& context, Evidences& evidences) {
  for (std::uint32_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    const GroupFacts& facts = context.groups[i];
    if (facts.count == 0) continue;
    const Subject subject{SubjectKind::kGroup, i};
    if (const PatternSpec* pattern = context.suspicious->find(context.symbols, group.stack, group.creator)) {
      evidences.push_back({subject, kId, Grade::kRemark, "pattern", 10,
                           format("matches your suspicious pattern \"{}\"{}{}", pattern->pattern,
                                  pattern->reason.empty() ? "" : ": ", pattern->reason)});
    }
    if (facts.count < context.options.leakprof_threshold || !facts.benign.empty() || !stays(facts)) continue;
    const SuspiciousWait* wait =
        find_suspicious(context.symbols, context.symbols.stack(group.stack), group.state_class);
    if (wait == nullptr) continue;
    evidences.push_back(
        {subject, kId, Grade::kRemark, "pattern", 5, format("category {}: {}", wait->category, wait->meaning)});
  }
}

}  // namespace lf::detect
