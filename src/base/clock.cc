#include "base/clock.h"

#include <algorithm>

#include <poll.h>

namespace lf {

WallTime SystemClock::wall() const {
  return std::chrono::system_clock::now();
}
SteadyTime SystemClock::steady() const {
  return std::chrono::steady_clock::now();
}

bool SystemClock::wait_until(SteadyTime deadline, const Stop& stop) {
  using std::chrono::milliseconds;
  // poll takes an int of milliseconds: long waits go in slices.
  constexpr milliseconds kSlice{60'000};
  while (!stop.requested()) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady());
    if (left <= milliseconds{0}) return true;
    pollfd wake{stop.wake_fd(), POLLIN, 0};
    const auto slice = static_cast<int>(std::min(left, kSlice).count());
    poll(&wake, wake.fd >= 0 ? 1 : 0, slice);
  }
  return false;
}

}  // namespace lf
