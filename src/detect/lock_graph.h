#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/series.h"
#include "model/symbols.h"

namespace lf::detect {

/// What kind of knot goroutines are tied into.
enum class LockKnot : std::uint8_t {
  kNone,
  kStuckHolder,      ///< the probable holder waits for something else
  kCycle,            ///< two or more wait for each other; the first of them by its site's name is the root
  kDoubleLock,       ///< the probable holder waits for its own lock
  kStarvedWriter,    ///< a writer waits for a reader that waits behind the writer
  kStuckWorkers,     ///< a WaitGroup whose workers are stuck
  kHolderInNetwork,  ///< the probable holder waits for the network or in a system call
};

/// Why a group is taken for the holder of what another waits for; strongest first.
enum class HolderReason : std::uint8_t {
  kStartedHere,     ///< a WaitGroup's worker: the function that waits has started it
  kSameReceiver,    ///< it runs methods of the type whose method waits
  kSharedFrame,     ///< one function is on both stacks
  kSharedFunction,  ///< both are closures of one function, which is not main's or init's
  kSiblings,        ///< one goroutine, which is not the main one, has started both
  kNone,
};

/// One group's part in a knot.
struct LockPart {
  LockKnot knot = LockKnot::kNone;
  bool root = false;                          ///< else: stuck because of `behind`
  std::uint32_t behind = 0;                   ///< group, where not root
  HolderReason reason = HolderReason::kNone;  ///< why the one is taken for the holder of the other's lock
  std::string_view through{};                 ///< the type or function that the reason is about; may be empty
  std::uint64_t stuck = 0;                    ///< its goroutines that have been stuck since the first dump
  std::uint64_t addresses = 0;                ///< locks they wait on; 0 where the dump tells none
  bool one_lock = false;                      ///< all goroutines here, newcomers too, wait on one and the same lock
};

/// Who waits on which lock, and who probably holds it. Parts are indexed like Series::groups.
struct LockGraph {
  std::vector<LockPart> parts;
};

/// Builds the graph from the latest dump. What a goroutine waits on is known by address; which goroutine holds a lock
/// is in no profile and inferred, never without a reason (HolderReason), from goroutines that are stuck themselves.
LockGraph build_lock_graph(const Symbols& symbols, const Series& series);

/// In words, of the group whose part it is: "the lock's probable holder is itself stuck (both run methods of
/// main.(*Store))".
std::string describe(const LockPart& part);

}  // namespace lf::detect
