#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/report.h"
#include "model/snapshot.h"
#include "pipeline/measure.h"
#include "pipeline/progress.h"

namespace lf::pipeline {

/// How to verify by forced collections (spec, section 2, "GC analysis").
struct GcOptions {
  std::uint64_t cycles = 2;
  std::chrono::milliseconds wait{30'000};
  double threshold = 50;
  bool goroutines = true;
  bool memory = true;
  ProfileFilter filter;
};

/// What a verification came to.
struct GcVerified {
  GcSection section;
  std::vector<Finding> findings;  ///< gc/verdict, of verdict leak
};

/// Forces collections, waits, forces the last one, and judges what stayed: the heap, and goroutines by their groups.
/// `baseline` is the command's own, its heap read right after a collection; without it the first forced collection
/// gives it. Fails with kInterrupted; a target that refuses gives the result UNKNOWN, with the reason.
[[nodiscard]] Result<GcVerified> verify_by_collections(Session& session, Environment& environment,
                                                       const GcOptions& options, const Snapshot* baseline,
                                                       Progress& progress);

}  // namespace lf::pipeline
