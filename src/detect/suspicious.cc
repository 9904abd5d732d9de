#include "detect/suspicious.h"

#include <algorithm>
#include <array>

namespace lf::detect {
namespace {

constexpr std::array kWaits{
#define LF_SUSPICIOUS(category, state, frame, meaning) SuspiciousWait{category, StateClass::k##state, frame, meaning},
#include "detect/suspicious.def"
#undef LF_SUSPICIOUS
};

}  // namespace

std::span<const SuspiciousWait> suspicious_waits() {
  return kWaits;
}

const SuspiciousWait* find_suspicious(const Symbols& symbols, std::span<const FrameId> leaf_first,
                                      StateClass state_class) {
  const auto* const found = std::ranges::find_if(kWaits, [&](const SuspiciousWait& wait) {
    if (wait.state_class != state_class) return false;
    return wait.frame.empty() || std::ranges::any_of(leaf_first, [&](FrameId frame) {
             return symbols.function(frame).starts_with(wait.frame);
           });
  });
  return found == kWaits.end() ? nullptr : found;
}

}  // namespace lf::detect
