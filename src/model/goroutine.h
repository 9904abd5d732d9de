#pragma once

#include <cstdint>
#include <vector>

#include "model/frame.h"
#include "model/wait_state.h"

namespace lf {

/// What else a dump says of a goroutine; bits of `Goroutine::flags`.
enum GoroutineFlag : std::uint8_t {
  kLockedToThread = 1,
  kLeaked = 2,             ///< "(leaked)": proven by the runtime's leak profile, Go 1.26+
  kSystem = 4,             ///< a goroutine of the runtime (crash logs only)
  kScheduler = 8,          ///< id 0: a thread's scheduler stack, no goroutine
  kFramesElided = 16,      ///< the middle or the root of the stack is missing
  kInBubble = 32,          ///< testing/synctest
  kServesOurRequest = 64,  ///< it, or a goroutine of its connection, answers the request that made the dump
};

/// One goroutine of a debug=2 dump or a crash log, 24 bytes.
struct Goroutine {
  std::uint64_t id = 0;
  StackId stack;
  FrameId creator;  ///< the `go` statement; none for main and for what the runtime started
  LabelsId labels;
  std::uint16_t wait_minutes = 0;  ///< a hint with known flaws: see go-profiles 2.4; saturates
  WaitState state = WaitState::kUnknown;
  std::uint8_t flags = 0;

  bool has(GoroutineFlag flag) const { return (flags & flag) != 0; }
};
static_assert(sizeof(Goroutine) == 24);

/// Equal goroutines of a debug=0 or debug=1 profile: no identities, no wait times, no creators.
///
/// The frames of the runtime that only these forms carry are taken off the stack after the state was inferred from
/// them, so that stacks equal those of debug=2. State `kUnknown` where the leaf does not tell.
struct StackCount {
  StackId stack;
  LabelsId labels;
  WaitState state = WaitState::kUnknown;
  bool serves_our_request = false;
  std::int64_t count = 0;  ///< negative in a delta profile only
};

/// What a goroutine in a sync wait waits on: the first argument of its Lock, Wait or Cond frame (debug=2 only).
struct SyncWait {
  std::uint64_t goroutine_id = 0;
  std::uint64_t address = 0;
};

/// From which form the goroutines were read.
enum class GoroutineForm : std::uint8_t { kDump, kCrashLog, kCounts, kProtobuf };

/// The goroutines of a process at one moment. Either `goroutines` (identities are known) or `counts` is filled.
struct GoroutineProfile {
  GoroutineForm form = GoroutineForm::kDump;
  std::vector<Goroutine> goroutines;
  std::vector<StackCount> counts;
  std::vector<SyncWait> sync_waits;  ///< sorted by goroutine id
  /// Beside `goroutines`: the low 32 bits of the id of who ran its `go` statement, 0 where the dump does not tell
  /// (before Go 1.21; what the runtime started). Empty where no goroutine's is known.
  std::vector<std::uint32_t> parents;
  std::uint64_t total = 0;       ///< user goroutines, the request's own included (spec, section 6)
  std::uint64_t system = 0;      ///< goroutines of the runtime, crash logs only
  std::uint64_t dropped = 0;     ///< beyond -max-goroutines: counted in `total`, not kept
  bool truncated = false;        ///< the dump is cut
  bool deadlocked = false;       ///< the runtime ended the program because all goroutines were asleep
  std::uint64_t size_bytes = 0;  ///< of the text or protobuf, decompressed

  bool has_identities() const { return form == GoroutineForm::kDump || form == GoroutineForm::kCrashLog; }
};

}  // namespace lf
