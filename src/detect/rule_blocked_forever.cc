#include <algorithm>

#include "base/format.h"
#include "detect/rules.h"
#include "detect/site.h"

namespace lf::detect {
namespace {

/// main and init park the process in `select {}` on purpose. The main goroutine is told by its function's name and, in
/// dumps, by having no creator.
bool parks_main(const Symbols& symbols, const Group& group) {
  if (group.identified && !group.creator) return true;
  const std::span<const FrameId> frames = symbols.stack(group.stack);
  return std::ranges::any_of(frames, [&](FrameId frame) { return name_in_package(symbols.function(frame)) == "main"; });
}

/// One goroutine that main or init starts once and leaves parked, or may have: counts do not tell who started it.
bool started_by_main(const Symbols& symbols, const Group& group) {
  if (!group.identified) return true;
  const std::string_view creator = name_in_package(symbols.function(group.creator));
  return creator == "main" || creator.starts_with("main.") || creator.starts_with("init.");
}

}  // namespace

/// Source: the Go specification (receive and send on a nil channel block for ever; a select without cases too).
/// Guards against: programs that park main, or one goroutine that main started, in `select {}`.
void find_blocked_forever(const Context& context, Evidences& evidences) {
  for (std::uint32_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    const std::uint64_t count = context.groups[i].count;
    if (group.state_class != StateClass::kForever || count == 0 || parks_main(context.symbols, group)) continue;
    const bool empty_select = group.state == WaitState::kSelectNoCases;
    const bool parked = empty_select && count == 1 && started_by_main(context.symbols, group);
    evidences.push_back(
        {{SubjectKind::kGroup, i},
         "goroutine/blocked-forever",
         parked ? Grade::kCrowd : Grade::kImpossible,
         "state",
         parked ? 10 : 50,
         format("{} {} in {}: nothing can ever wake {}", count, count == 1 ? "goroutine is" : "goroutines are",
                empty_select ? "a select without cases" : "an operation on a nil channel",
                count == 1 ? "it" : "them")});
  }
}

}  // namespace lf::detect
