#include "detect/network_holder.h"

#include <algorithm>

#include "detect/site.h"

namespace lf::detect {
namespace {

constexpr std::uint16_t kLongMinutes = 3;  // one collection interval (two minutes) may be false
constexpr double kLongSeconds = 4.95;

/// The time since the first dump of this process.
double seconds_seen(const Series& series) {
  const auto first = std::ranges::find(series.samples, series.first_dump, &SamplePoint::serial);
  return first == series.samples.end() ? 0 : series.samples.back().seconds - first->seconds;
}

/// A round trip waits in a select until the connection's loops have its answer.
bool waits_for_network(const Symbols& symbols, const Group& group) {
  if (group.state_class == StateClass::kIo || group.state_class == StateClass::kSyscall) return true;
  return group.state_class == StateClass::kSelect &&
         std::ranges::any_of(symbols.stack(group.stack), [&](FrameId frame) {
           return symbols.function(frame) == "net/http.(*persistConn).roundTrip";
         });
}

/// Whether it sends, connects or asks, as nobody does who idles.
bool acts(const Symbols& symbols, const Group& group) {
  if (group.state_class == StateClass::kSelect) return true;
  return std::ranges::any_of(symbols.stack(group.stack), [&](FrameId frame) {
    const std::string_view function = symbols.function(frame);
    return function == "internal/poll.(*FD).Write" || function == "internal/poll.(*FD).WaitWrite" ||
           function == "syscall.Write";
  });
}

}  // namespace

std::optional<NetworkHolder> find_network_holder(const Symbols& symbols, const Series& series,
                                                 std::span<const std::uint64_t> stayed, std::uint32_t waiter) {
  const std::string_view waits_in = symbols.function(series.groups[waiter].site), type = owner_type(waits_in);
  const bool seen_long = seconds_seen(series) >= kLongSeconds;
  const auto stands_long = [&](std::uint32_t index) {
    return stayed[index] > 0 && (seen_long || series.groups[index].wait_min >= kLongMinutes);
  };
  if (!stands_long(waiter)) return std::nullopt;
  std::optional<NetworkHolder> of_type;
  for (std::uint32_t i = 0; i < series.groups.size(); ++i) {
    const Group& group = series.groups[i];
    if (!group.identified || !group.user_site || !stands_long(i) || !waits_for_network(symbols, group)) continue;
    for (const FrameId frame : symbols.stack(group.stack)) {
      const std::string_view function = symbols.function(frame);
      if (function == waits_in) return NetworkHolder{i, waits_in};
      if (!of_type && is_type(type) && owner_type(function) == type && acts(symbols, group)) {
        of_type = NetworkHolder{i, type};
      }
    }
  }
  return of_type;
}

}  // namespace lf::detect
