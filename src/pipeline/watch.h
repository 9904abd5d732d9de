#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/look.h"

namespace lf::pipeline {

/// One sample of a watch, as it is told the moment it was taken.
struct WatchTick {
  std::uint64_t number = 0;  ///< from 1
  WallTime at;
  std::chrono::milliseconds elapsed{0}, left{0};
  std::optional<std::uint64_t> goroutines, live_bytes, heap_alloc_bytes;
  std::optional<std::int64_t> goroutines_delta, live_bytes_delta;  ///< to the sample before
  std::optional<double> goroutines_per_min, live_bytes_per_min;    ///< over the whole watch
  std::string problem;              ///< why nothing, or not all, was measured; empty: all well
  std::vector<std::string> alerts;  ///< that begin with this sample
  bool restarted = false;           ///< the target was restarted before it
};

struct WatchOptions {
  LookOptions look;
  std::chrono::milliseconds duration{300'000};
};

/// What a watch tells whoever looks on. Called on the watching thread, between requests.
struct WatchObserver {
  /// After each sample; `report` is judged anew and complete.
  std::function<void(const WatchTick& tick, const Report& report)> on_tick;
  /// Waits until `deadline`; false ends the watch. A live view reads its keys here.
  std::function<bool(SteadyTime deadline)> wait_until;
  /// After a sample, where the settings ask for verification by forced collections; may take its time.
  std::function<void(Session& session, const Report& report)> verify;
};

/// Watches the target until the duration is over or the user stops it. A target that is away, slow or restarted is
/// noted and survived. Fails only when the very first sample could not be taken for a reason that waiting does not
/// mend (usage, credentials, TLS, no pprof) or nothing at all was ever measured.
[[nodiscard]] Result<Looked> watch(Session& session, Environment& environment, const WatchOptions& options,
                                   const WatchObserver& observer);

}  // namespace lf::pipeline
