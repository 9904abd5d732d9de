#include "detect/stack_facts.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace lf::detect {

const StackFactsTable::FrameFacts& StackFactsTable::work_out(FrameId frame) {
  if (frame.value >= frames_.size()) frames_.resize(std::max(symbols_->frame_count(), std::size_t{frame.value}) + 1);
  FrameFacts& facts = frames_[frame.value];
  facts.known = true;
  const std::string_view function = symbols_->function(frame);
  const std::string_view package = package_of(function);
  facts.serves_profiles = package == "runtime/pprof" || package == "net/http/pprof";
  facts.may_be_root = owner_of(function, {}) != CodeOwner::kRuntime;
  facts.owner = owner_of(function, symbols_->file(frame));
  return facts;
}

const StackFacts& StackFactsTable::work_out(StackId stack) {
  if (stack.value >= stacks_.size()) stacks_.resize(std::max(symbols_->stack_count(), std::size_t{stack.value}) + 1);
  StackFacts& facts = stacks_[stack.value];
  facts.known = true;
  const std::span<const FrameId> frames = symbols_->stack(stack);
  if (frames.empty()) return facts;
  const SitePlace place = site_of(frames, [&](FrameId frame) { return of(frame).owner; });
  facts.site = frames[place.index];
  facts.user_site = place.is_user;
  facts.serves_profiles = std::ranges::any_of(frames, [&](FrameId frame) { return of(frame).serves_profiles; });
  std::size_t root = frames.size() - 1;
  while (root > 0 && !of(frames[root]).may_be_root) --root;
  facts.root = symbols_->frame(frames[root]).function;
  return facts;
}

}  // namespace lf::detect
