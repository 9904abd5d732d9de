#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/report.h"
#include "model/snapshot.h"
#include "pipeline/measure.h"
#include "pipeline/progress.h"

namespace lf::pipeline {

/// What a set of files held.
struct FilesRead {
  std::vector<Snapshot> snapshots;  ///< in time order; filters are not applied yet
  std::vector<Error> errors;        ///< of files that could not be read
  Warnings warnings;
  std::vector<std::string> profiles;  ///< kinds that were there
  TargetText go_version;
  RawProfile goroutine_bytes, heap_bytes;  ///< of the last of each, where asked for
};

/// Reads `paths` ("-" is stdin). Each kind of profile is a series of its own; the n-th of one and the n-th of the other
/// are one moment, unless all tell their own times: then each stands at its time. Otherwise moments are `interval`
/// apart. Fails when nothing about leaks could be read.
[[nodiscard]] Result<FilesRead> read_files(std::span<const std::string> paths, Environment& environment,
                                           std::chrono::milliseconds interval, bool keep_bytes, Progress& progress);

}  // namespace lf::pipeline
