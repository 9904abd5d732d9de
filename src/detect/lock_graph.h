#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "detect/series.h"
#include "model/symbols.h"

namespace lf::detect {

/// What kind of knot goroutines are tied into.
enum class LockKnot : std::uint8_t {
  kNone,
  kStuckHolder,    ///< the probable holder waits for something else
  kCycle,          ///< two or more wait for each other
  kDoubleLock,     ///< the probable holder waits for its own lock
  kStarvedWriter,  ///< a writer waits for a reader that waits behind the writer
  kStuckWorkers,   ///< a WaitGroup whose workers are stuck
};

/// One group's part in a knot.
struct LockPart {
  LockKnot knot = LockKnot::kNone;
  bool root = false;            ///< else: stuck because of `behind`
  std::uint32_t behind = 0;     ///< group, where not root
  std::uint64_t stuck = 0;      ///< its goroutines that have been stuck since the first dump
  std::uint64_t addresses = 0;  ///< locks they wait on; 0 where the dump tells none
};

/// Who waits on which lock, and who probably holds it. Parts are indexed like Series::groups.
struct LockGraph {
  std::vector<LockPart> parts;
};

/// Builds the graph from the latest dump. What a goroutine waits on is known by address; which goroutine holds a lock
/// is in no profile and inferred: it has a frame of the type or, for plain functions, of the package whose method
/// waits for the lock, and is stuck itself.
LockGraph build_lock_graph(const Symbols& symbols, const Series& series);

/// In words: "its probable holder is itself stuck".
std::string_view describe(LockKnot knot);

}  // namespace lf::detect
