#include "detect/rules.h"

#include <algorithm>
#include <array>

namespace lf::detect {
namespace {

constexpr std::array kRules{
#define LF_RULE(function, id, kind, rank, brief) Rule{id, brief, FindingKind::k##kind, rank, &function},
#include "detect/rules.def"
#undef LF_RULE
};

// gc/verdict judges forced collections, not a history: see gc_verdict.h.
constexpr std::array kInfos{
#define LF_RULE(function, id, kind, rank, brief) RuleInfo{id, brief, FindingKind::k##kind},
#include "detect/rules.def"
#undef LF_RULE
    RuleInfo{"gc/verdict", "what forced collections cannot free keeps growing", FindingKind::kMemory},
};

}  // namespace

std::span<const Rule> rule_table() {
  return kRules;
}

const Rule* find_rule(std::string_view id) {
  const auto* const found = std::ranges::find(kRules, id, &Rule::id);
  return found == kRules.end() ? nullptr : found;
}

std::span<const RuleInfo> rules() {
  return kInfos;
}

}  // namespace lf::detect
