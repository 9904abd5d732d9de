#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "detect/series.h"
#include "model/symbols.h"

namespace lf::detect {

/// A group that probably holds a lock while it waits for the network or in a system call.
struct NetworkHolder {
  std::uint32_t group = 0;   ///< index into Series::groups
  std::string_view through;  ///< the function that holder and waiter both run, or the type whose methods they are in
};

/// Who probably holds the lock that group `waiter` waits for, where nobody who is stuck inside the process does.
///
/// Both must have stood there for long: three minutes by their headers, or since the first dump for five seconds. The
/// holder runs the very function that waits for the lock; or it is a method of the same type that writes, dials or asks
/// over HTTP. One that reads is as a rule the type's read loop, which idles without the lock.
/// `stayed`: of each group, how many stand there since the first dump.
std::optional<NetworkHolder> find_network_holder(const Symbols& symbols, const Series& series,
                                                 std::span<const std::uint64_t> stayed, std::uint32_t waiter);

}  // namespace lf::detect
