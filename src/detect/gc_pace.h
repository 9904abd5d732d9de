#pragma once

#include <optional>
#include <span>
#include <string>

#include "model/memory_stats.h"

namespace lf::detect {

/// How far apart the collections were before the first look, which MemStats knows of the last 256.
///
/// A collection comes when as much was allocated as is alive, times a constant (runtime/mgcpacer.go). So at a steady
/// pace of allocation the time between two follows the live heap: one that grows has them come ever more seldom.
struct GcPace {
  double chance = 1;            ///< that their distances rise so by chance, over the later half of them (Mann–Kendall)
  double before = 0, now = 0;   ///< seconds from one to the next, in the first and in the last third of that half
  double span = 0;              ///< seconds that it lasts
  double error_per_second = 0;  ///< standard error of `growth_per_second`
  /// What the live heap then grows by, in a share of itself a second; the thirds are two thirds of the span apart.
  double growth_per_second() const {
    return span > 0 && before > 0 && now > before ? (now / before - 1) / span * 1.5 : 0;
  }
};

/// None where there were too few collections; `pauses` in any order.
std::optional<GcPace> measure_gc_pace(std::span<const GcPause> pauses);

/// "collections come ever more seldom (every 11 s by now, every 7.6 s 3 min before)".
std::string gc_pace_in_words(const GcPace& pace);

}  // namespace lf::detect
