#include "pipeline/progress.h"

#include <algorithm>

#include "base/format.h"

namespace lf::pipeline {

using std::chrono::milliseconds;

bool wait_telling(Clock& clock, const Stop& stop, SteadyTime deadline,
                  const std::function<void(SteadyTime now)>& tell) {
  while (!stop.requested()) {
    const SteadyTime now = clock.steady();
    if (now >= deadline) return true;
    tell(now);
    if (!clock.wait_until(std::min(deadline, now + milliseconds(200)), stop)) return false;
  }
  return false;
}

bool wait_for_sample(Clock& clock, const Stop& stop, SteadyTime deadline, const SampleWait& wait, Progress& progress) {
  return wait_telling(clock, stop, deadline, [&](SteadyTime now) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - now);
    const auto total_left = left + wait.interval * static_cast<std::int64_t>(wait.of - wait.done - 1);
    const double fraction = static_cast<double>(wait.done) / static_cast<double>(wait.of);
    progress.update(format("{}, {} of {}", wait.what, wait.done, wait.of), fraction, total_left);
  });
}

}  // namespace lf::pipeline
