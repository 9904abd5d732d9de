#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/goroutine.h"
#include "model/heap_sample.h"
#include "model/memory_stats.h"

namespace lf::detect {

/// The serial number of a snapshot, counted from 0 and never reused; thinning leaves gaps.
using Serial = std::uint32_t;

/// What one snapshot said of the whole process.
struct SamplePoint {
  Serial serial = 0;
  std::uint32_t epoch = 0;  ///< restarts before it
  double seconds = 0;       ///< since the first snapshot, on the steady clock
  WallTime at;
  bool has_goroutines = false;
  bool has_identities = false;
  bool truncated = false;  ///< cut or capped dump: what is missing may well live
  bool gc_forced = false;
  std::uint64_t total = 0;   ///< goroutines
  std::uint32_t births = 0;  ///< new ids; without ids: what each entry function's blocked goroutines grew by, summed
  std::optional<std::uint64_t> live_bytes, heap_alloc_bytes, objects, num_gc, stack_inuse_bytes, sys_bytes,
      max_rss_bytes, total_alloc_bytes, heap_inuse_bytes, next_gc_bytes;
};

/// One snapshot of a group. Snapshots in which a group has neither goroutines nor changes have no point.
struct GroupPoint {
  Serial serial = 0;
  std::uint32_t count = 0;
  std::uint32_t births = 0;      ///< ids never seen before
  std::uint32_t arrivals = 0;    ///< ids that were in another group
  std::uint32_t deaths = 0;      ///< ids gone from the process
  std::uint32_t departures = 0;  ///< ids that are in another group now
};

/// Goroutines that block at one place, started by one `go` statement, in states of one class. Groups of profiles
/// without identities have no creator, and no flows but `count`.
struct Group {
  FrameId site;
  FrameId creator;
  StateClass state_class = StateClass::kUnknown;
  bool identified = false;                   ///< from dumps: flows are known
  bool user_site = false;                    ///< the site is outside the standard library
  std::vector<GroupPoint> points;            ///< oldest first, of the current epoch
  StackId stack;                             ///< the commonest, latest
  WaitState state = WaitState::kUnknown;     ///< the commonest, latest
  LabelsId labels;                           ///< of all latest members, none where they differ
  std::uint64_t leaked = 0;                  ///< members of the latest dump that are marked "(leaked)"
  std::uint16_t wait_min = 0, wait_max = 0;  ///< minutes in the latest dump
  std::uint64_t survivors = 0;               ///< there in the epoch's first dump, never elsewhere since, still there
  std::uint32_t root_population = 0;         ///< index + 1 into `Series::populations`, of the commonest stack
};

/// Goroutines with one entry function and one creator, wherever they are: those that are seen in different places
/// live.
struct Population {
  StringId root;  ///< function at the bottom of the stack
  FrameId creator;
  bool identified = false;
  struct Point {
    Serial serial = 0;
    std::uint32_t count = 0, births = 0, deaths = 0;
    std::uint32_t blocked = 0;  ///< of `count`, neither running nor in a system call
    std::uint32_t moved = 0;    ///< ids seen at another stack than in the snapshot before
  };
  std::vector<Point> points;
};

/// A goroutine that is alive as far as is known.
struct LiveGoroutine {
  std::uint64_t id = 0;
  std::uint32_t group = 0;   ///< index into `Series::groups`
  std::uint32_t parent = 0;  ///< low bits of the id of who started it, 0 unknown
  StackId stack;
  Serial first_seen = 0;  ///< snapshot in which its id was first met
  Serial entered = 0;     ///< snapshot since which it has been in its group without a break
  Serial last_seen = 0;
};

/// The live heap of one allocation site at one snapshot; a point only where something changed.
struct HeapPoint {
  Serial serial = 0;
  std::int64_t inuse_bytes = 0, inuse_objects = 0, inuse_sampled = 0;
};

/// Live heap by allocating function, all its lines together: sampling noise falls with what is summed.
struct HeapSite {
  StringId function;
  FrameId frame;  ///< the line with most in use, latest
  StackId stack;  ///< the heaviest stack, latest
  bool user_site = false;
  std::vector<HeapPoint> points;                                ///< oldest first, of the current epoch
  std::int64_t alloc_bytes = 0, alloc_objects = 0;              ///< latest
  std::int64_t alloc_bytes_first = 0, alloc_objects_first = 0;  ///< at the epoch's first heap profile
  Serial first_serial = 0, last_serial = 0;                     ///< heap profiles it was looked for in
};

/// Sampled objects of one allocation stack at one profile: in use, and allocated since the process began.
struct HeapCount {
  std::int64_t inuse = 0, allocated = 0;
};

/// An allocation stack at the epoch's first heap profile, which has none of what was first met later, and now.
struct HeapStack {
  StringId function;  ///< as `HeapSite::function`
  HeapCount first, latest;
};

/// All that detection knows of a target; plain data, filled by `History`.
struct Series {
  std::vector<SamplePoint> samples;  ///< all epochs, oldest first
  std::uint32_t epoch = 0;
  Serial first_dump = 0;  ///< of the epoch; meaningless before there is one
  std::vector<Group> groups;
  std::vector<Population> populations;
  std::vector<LiveGoroutine> live;   ///< sorted by id; identified dumps only
  std::vector<SyncWait> sync_waits;  ///< of the latest dump
  std::vector<StackCount> leaked;    ///< of the latest leak profile
  bool deadlocked = false;           ///< the runtime ended the process after the latest dump: all were asleep
  std::vector<HeapSite> heap_sites;
  std::vector<HeapStack> heap_stacks;
  std::int64_t heap_rate_bytes = 0;
  std::optional<MemoryStats> memory;  ///< latest
  std::vector<GcPause> pauses;        ///< of the epoch's latest MemStats before a collection was forced
  /// Ids contradict each other (one id with two creators): the dumps' identities are worth nothing.
  bool identities_broken = false;
};

}  // namespace lf::detect
