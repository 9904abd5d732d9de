#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/series.h"
#include "model/symbols.h"

namespace lf::detect {

/// A group that probably holds a lock while it waits for the network or in a system call.
struct NetworkHolder {
  std::uint32_t group = 0;   ///< index into Series::groups
  std::string_view through;  ///< the function that holder and waiter both run, or the type whose methods they are in
};

/// Who probably holds a lock that others wait for, where nobody who is stuck inside the process does.
///
/// Holder and waiter must have stood there for long: three minutes by their headers, or since the first dump for two
/// and a half seconds. The holder runs the very function that waits for the lock; or it is in a method of the same type
/// that writes, or asks over HTTP. One that reads is as a rule the type's read loop, which idles without the lock.
class NetworkHolders {
 public:
  /// One pass over the stacks of `series`.
  NetworkHolders(const Symbols& symbols, const Series& series);

  /// The holder of what the group of that index waits for, or none.
  std::optional<NetworkHolder> find(std::uint32_t waiter) const;
  /// How many of a group stand there since the first dump.
  std::uint64_t stayed(std::uint32_t group) const { return stayed_[group]; }

 private:
  bool stands_long(std::uint32_t group) const;

  const Symbols& symbols_;
  const Series& series_;
  std::vector<std::uint64_t> stayed_;
  bool seen_long_ = false;
  std::unordered_map<std::string_view, std::uint32_t> running_;  ///< function: group
  std::unordered_map<std::string_view, std::uint32_t> acting_;   ///< type: group
};

}  // namespace lf::detect
