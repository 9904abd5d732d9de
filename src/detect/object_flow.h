#pragma once

#include <cstdint>

#include "detect/series.h"

namespace lf::detect {

/// How a part of the live heap changed between its first and its latest profile, in sampled objects.
///
/// The measure of goroutines (flow.h) with objects for goroutines: a heap profile tells of each stack how many sampled
/// objects were allocated and how many are in use, so how many came and how many left. While a heap is steady as many
/// of its changes are rises as falls. What comes and goes within a moment, garbage, is no change: of one stack no more
/// changes count than objects were in use at both ends.
struct ObjectFlow {
  std::int64_t net = 0, changes = 0;  ///< |net| <= changes

  void add(const ObjectFlow& other) {
    net += other.net;
    changes += other.changes;
  }
  /// The chance that a steady heap shows so few falls (the sign test).
  double chance() const;
};

/// The flow at one stack; at one whose allocations fell, which none does, by what is in use alone.
ObjectFlow flow_of(const HeapStack& stack);

}  // namespace lf::detect
