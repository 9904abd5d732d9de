#include <map>
#include <utility>

#include "base/format.h"
#include "detect/rules.h"
#include "detect/site.h"

namespace lf::detect {
namespace {

constexpr std::string_view kId = "goroutine/proven-leak";

/// main's own `select {}` is reported by Go 1.26 and is no leak; a record without frames says nothing.
bool says_something(const Symbols& symbols, StackId stack, StateClass state_class) {
  const std::span<const FrameId> frames = symbols.stack(stack);
  if (frames.empty()) return false;
  const std::string_view root = symbols.function(frames.back());
  const bool main_goroutine = root == "runtime.main" || name_in_package(root) == "main";
  return !(main_goroutine && (state_class == StateClass::kForever || state_class == StateClass::kUnknown));
}

/// The leak profile, which knows no creators: leaked goroutines by site.
struct LeakedAt {
  std::map<std::pair<FrameId, StateClass>, std::uint64_t> in_state;
  std::map<FrameId, std::uint64_t> in_any;  ///< whose state the profile does not tell
};

LeakedAt sum_profile(const Context& context) {
  LeakedAt sums;
  for (const StackCount& record : context.series.leaked) {
    if (record.count <= 0 || !says_something(context.symbols, record.stack, state_class(record.state))) continue;
    const std::span<const FrameId> frames = context.symbols.stack(record.stack);
    const FrameId site = frames[site_of(context.symbols, frames).index];
    const auto count = static_cast<std::uint64_t>(record.count);
    if (record.state == WaitState::kUnknown) {
      sums.in_any[site] += count;
    } else {
      sums.in_state[{site, state_class(record.state)}] += count;
    }
  }
  return sums;
}

/// Leaked goroutines at the group's site by the leak profile.
std::uint64_t by_profile(const LeakedAt& leaked, const Group& group) {
  const auto in_state = leaked.in_state.find({group.site, group.state_class});
  const auto in_any = leaked.in_any.find(group.site);
  return (in_state == leaked.in_state.end() ? 0 : in_state->second) +
         (in_any == leaked.in_any.end() ? 0 : in_any->second);
}

}  // namespace

/// Source: runtime/mgc.go findGoroutineLeaks (Go 1.26 with the experiment, 1.27). Guards against: main's own empty
/// select, records without frames. The profile's silence is evidence of nothing.
void find_proven_leaks(const Context& context, Evidences& evidences) {
  const LeakedAt leaked = sum_profile(context);
  for (std::uint32_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    if (context.groups[i].count == 0 || !says_something(context.symbols, group.stack, group.state_class)) continue;
    const std::uint64_t marked = group.leaked;
    const std::uint64_t proven = std::max(marked, std::min(by_profile(leaked, group), context.groups[i].count));
    if (proven == 0) continue;
    evidences.push_back({{SubjectKind::kGroup, i},
                         kId,
                         Grade::kProof,
                         "proof",
                         60,
                         format("the runtime's leak profile proves that {} of the {} goroutines here can never wake",
                                proven, context.groups[i].count)});
  }
}

}  // namespace lf::detect
