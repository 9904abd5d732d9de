#include "detect/network_holder.h"

#include <algorithm>

#include "detect/long_wait.h"
#include "detect/site.h"

namespace lf::detect {
namespace {

constexpr double kLongSeconds = 2.4;  // what `analyze` watches a pile for that does not move

/// The time from the first dump of this process to the last.
double seconds_seen(const Series& series) {
  const auto first = std::ranges::find(series.samples, series.first_dump, &SamplePoint::serial);
  if (first == series.samples.end()) return 0;
  double seen = 0;
  for (auto sample = first; sample != series.samples.end(); ++sample) {
    if (sample->has_identities) seen = sample->seconds - first->seconds;
  }
  return seen;
}

/// A round trip waits in a select until the connection's loops have its answer.
bool waits_for_network(const Symbols& symbols, const Group& group) {
  if (group.state_class == StateClass::kIo || group.state_class == StateClass::kSyscall) return true;
  return group.state_class == StateClass::kSelect &&
         std::ranges::any_of(symbols.stack(group.stack), [&](FrameId frame) {
           return symbols.function(frame) == "net/http.(*persistConn).roundTrip";
         });
}

/// Whether it sends or asks, as nobody does who idles.
bool acts(const Symbols& symbols, const Group& group) {
  if (group.state_class == StateClass::kSelect) return true;
  return std::ranges::any_of(symbols.stack(group.stack), [&](FrameId frame) {
    const std::string_view function = symbols.function(frame);
    return function == "internal/poll.(*FD).Write" || function == "syscall.Write";
  });
}

}  // namespace

NetworkHolders::NetworkHolders(const Symbols& symbols, const Series& series)
    : symbols_(symbols),
      series_(series),
      stayed_(series.groups.size()),
      seen_long_(seconds_seen(series) >= kLongSeconds) {
  for (const LiveGoroutine& goroutine : series.live) {
    if (goroutine.entered == series.first_dump) ++stayed_[goroutine.group];
  }
  for (std::uint32_t i = 0; i < series.groups.size(); ++i) {
    const Group& group = series.groups[i];
    if (!group.identified || !group.user_site || !stands_long(i) || !waits_for_network(symbols, group)) continue;
    const bool is_acting = acts(symbols, group);
    for (const FrameId frame : symbols.stack(group.stack)) {
      const std::string_view function = symbols.function(frame), owner = owner_type(function);
      running_.try_emplace(function, i);
      if (is_acting && is_type(owner)) acting_.try_emplace(owner, i);
    }
  }
}

bool NetworkHolders::stands_long(std::uint32_t group) const {
  return stayed_[group] > 0 && (seen_long_ || series_.groups[group].wait_min >= kLongWaitMinutes);
}

std::optional<NetworkHolder> NetworkHolders::find(std::uint32_t waiter) const {
  if (!stands_long(waiter)) return std::nullopt;
  const std::string_view function = symbols_.function(series_.groups[waiter].site), owner = owner_type(function);
  if (const auto same = running_.find(function); same != running_.end()) return NetworkHolder{same->second, function};
  const auto of_type = acting_.find(owner);
  return of_type == acting_.end() ? std::nullopt : std::optional(NetworkHolder{of_type->second, owner});
}

}  // namespace lf::detect
