#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "base/text.h"
#include "pipeline/progress.h"

namespace lf::pipeline {

/// Above this many goroutines a look takes three full dumps at most, its planned ones included (spec, section 6).
inline constexpr std::uint64_t kFewGoroutines = 300;
inline constexpr std::size_t kMostDumpsOfMany = 3;

/// What the next sample's distance rests on.
struct SettleState {
  SteadyTime started, deadline;  ///< of the look
  SteadyTime now;
  SteadyTime asked;                    ///< when goroutines were read last
  std::uint64_t goroutines = 0;        ///< in the last sample
  std::size_t dumps_of_many = 0;       ///< full dumps taken of more than `kFewGoroutines`
  bool light = false;                  ///< the samples are no full dumps
  std::chrono::nanoseconds answer{0};  ///< how long the last sample took the target
};

/// When to look again, so that it costs the target 5 % of a core at most: light profiles up to four times a second,
/// full dumps of few goroutines farther and farther apart, of many only where the third tells all. None: there is no
/// further sample before the deadline.
std::optional<SteadyTime> next_look(const SettleState& state);

/// When to read the heap again, which changes with a collection only; `asked` is when it was read last.
SteadyTime next_heap(const SettleState& state, SteadyTime asked);

/// Waits until `due`, telling what is in doubt and how long it takes at most; false when stopped.
bool wait_in_doubt(Clock& clock, const Stop& stop, SteadyTime due, const SettleState& state,
                   std::span<const TargetText> doubts, Progress& progress);

}  // namespace lf::pipeline
