#include "detect/object_flow.h"

#include <algorithm>
#include <cstdlib>

#include "detect/flow.h"

namespace lf::detect {

double ObjectFlow::chance() const {
  if (net <= 0) return 1;
  const std::int64_t falls = (changes - net) / 2;
  return chance_of_steady(static_cast<std::uint64_t>(falls + net), static_cast<std::uint64_t>(falls));
}

ObjectFlow flow_of(const HeapStack& stack) {
  static constexpr std::int64_t kMost = 1'000'000'000;  // hostile counts would overflow sums
  const auto bounded = [](std::int64_t count) { return std::clamp<std::int64_t>(count, 0, kMost); };
  const std::int64_t before = bounded(stack.first.inuse), now = bounded(stack.latest.inuse);
  const std::int64_t came = bounded(stack.latest.allocated) - bounded(stack.first.allocated);
  const std::int64_t net = now - before, left = came - net;
  constexpr std::int64_t kRounding = 1;
  const bool told = came >= 0 && left >= -kRounding;
  const std::int64_t changes = told ? std::min(before + now, came + left) : before + now;
  return {.net = net, .changes = std::max(changes, std::abs(net))};
}

}  // namespace lf::detect
