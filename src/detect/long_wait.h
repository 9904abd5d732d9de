#pragma once

#include <cstdint>

namespace lf::detect {

/// Minutes in a goroutine's header from which its wait is long: one collection interval (two minutes) may be false.
inline constexpr std::uint16_t kLongWaitMinutes = 3;

}  // namespace lf::detect
