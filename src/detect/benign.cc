#include "detect/benign.h"

#include <algorithm>
#include <array>

#include "detect/site.h"

namespace lf::detect {
namespace {

constexpr std::array kWaits{
#define LF_BENIGN(owner, state, frame, creator, number, reason, each) \
  BenignWait{owner, StateClass::k##state, frame, creator, BenignNumber::k##number, reason, each},
#include "detect/benign.def"
#undef LF_BENIGN
};

/// The frames that say who waits: from the leaf to the site, the site's whole package included.
std::span<const FrameId> waiting_frames(const Symbols& symbols, std::span<const FrameId> leaf_first) {
  const SitePlace place = site_of(symbols, leaf_first);
  if (!place.is_user) return leaf_first;
  const std::string_view package = package_of(symbols.function(leaf_first[place.index]));
  std::size_t end = place.index + 1;
  while (end < leaf_first.size() && package_of(symbols.function(leaf_first[end])) == package) ++end;
  return leaf_first.first(end);
}

}  // namespace

std::span<const BenignWait> benign_waits() {
  return kWaits;
}

const BenignWait* find_benign(const Symbols& symbols, std::span<const FrameId> leaf_first, FrameId creator,
                              StateClass state_class) {
  if (leaf_first.empty()) return nullptr;
  const std::span<const FrameId> frames = waiting_frames(symbols, leaf_first);
  const bool user_site = frames.size() < leaf_first.size() || site_of(symbols, leaf_first).is_user;
  const auto matches = [&](const BenignWait& wait) {
    if (wait.state_class != state_class) return false;
    if (wait.frame.empty()) {
      if (!creator || user_site) return false;
    } else if (std::ranges::none_of(frames,
                                    [&](FrameId frame) { return symbols.function(frame).starts_with(wait.frame); })) {
      return false;
    }
    return !creator || wait.creator.empty() || symbols.function(creator).starts_with(wait.creator);
  };
  const auto* const found = std::ranges::find_if(kWaits, matches);
  return found == kWaits.end() ? nullptr : found;
}

}  // namespace lf::detect
