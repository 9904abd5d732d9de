#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/clock.h"

namespace lf::pipeline {

/// Where work of more than a moment tells how far it is; the command line draws it, tests record it.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `fraction` of `what` is done, 0 to 1; `left` is the time it will still take, negative where unknown.
  virtual void update(std::string_view what, double fraction, std::chrono::milliseconds left) = 0;
  /// `what` ended; whatever was drawn for it may go.
  virtual void end() = 0;
};

/// Tells nobody.
class NoProgress final : public Progress {
 public:
  void update(std::string_view, double, std::chrono::milliseconds) override {}
  void end() override {}
};

/// Waits until `deadline`, calling `tell` with the time now and then; false when stopped.
bool wait_telling(Clock& clock, const Stop& stop, SteadyTime deadline, const std::function<void(SteadyTime now)>& tell);

/// Between which samples a wait is.
struct SampleWait {
  std::string_view what;  ///< "sampling"
  std::uint64_t done = 0, of = 1;
  std::chrono::milliseconds interval{0};
};

/// Waits until `deadline`, when the next sample is due, telling how long it takes to the last; false when stopped.
bool wait_for_sample(Clock& clock, const Stop& stop, SteadyTime deadline, const SampleWait& wait, Progress& progress);

}  // namespace lf::pipeline
