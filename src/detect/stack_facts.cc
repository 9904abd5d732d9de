#include "detect/stack_facts.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "detect/site.h"

namespace lf::detect {

const StackFacts& StackFactsTable::of(StackId stack) {
  if (stack.value >= stacks_.size()) stacks_.resize(stack.value + std::size_t{1});
  StackFacts& facts = stacks_[stack.value];
  if (facts.known) return facts;
  facts.known = true;
  const std::span<const FrameId> frames = symbols_->stack(stack);
  if (frames.empty()) return facts;
  const SitePlace place = site_of(*symbols_, frames);
  facts.site = frames[place.index];
  facts.user_site = place.is_user;
  facts.serves_profiles = std::ranges::any_of(frames, [&](FrameId frame) {
    const std::string_view package = package_of(symbols_->function(frame));
    return package == "runtime/pprof" || package == "net/http/pprof";
  });
  std::size_t root = frames.size() - 1;
  while (root > 0 && owner_of(symbols_->function(frames[root]), {}) == CodeOwner::kRuntime) --root;
  facts.root = symbols_->frame(frames[root]).function;
  return facts;
}

}  // namespace lf::detect
