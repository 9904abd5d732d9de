#pragma once

#include <chrono>

#include "base/stop.h"

namespace lf {

using WallTime = std::chrono::system_clock::time_point;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Where time comes from; tests fake it. Wall time may jump: durations are measured on the steady clock.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual SteadyTime steady() const = 0;
  /// Waits until `deadline` or until `stop` is requested; true when the deadline was reached.
  virtual bool wait_until(SteadyTime deadline, const Stop& stop) = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  WallTime wall() const override;
  SteadyTime steady() const override;
  bool wait_until(SteadyTime deadline, const Stop& stop) override;
};

}  // namespace lf
