#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/report.h"
#include "model/snapshot.h"
#include "pipeline/measure.h"
#include "pipeline/progress.h"

namespace lf::pipeline {

/// Files whose own times are no farther apart are of one moment.
inline constexpr std::chrono::seconds kOneMoment{3};

/// What a set of files held.
struct FilesRead {
  std::vector<Snapshot> snapshots;  ///< in time order; filters are not applied yet
  std::vector<Error> errors;        ///< of files that could not be read
  Warnings warnings;
  std::vector<std::string> profiles;  ///< kinds that were there
  TargetText go_version;
  RawProfile goroutine_bytes, heap_bytes;  ///< of the last of each, where asked for
  /// Where captures alone were given: how many snapshots each has; the snapshots stand capture by capture then, in the
  /// order of the paths.
  std::vector<std::size_t> captures;
};

/// Puts the snapshots of several captures into the order of time.
void order_by_time(FilesRead& files);

/// Reads `paths` ("-" is stdin): profiles, dumps, logs, and captures (a folder, or an archive, known by its content).
/// Each kind of profile is a series of its own; the n-th of one and the n-th of the other are one moment, unless all
/// tell their own times: then those within `kOneMoment` are one. Otherwise moments are `interval` apart. A sample of a
/// capture is one moment at the manifest's time. Fails when nothing about leaks could be read.
[[nodiscard]] Result<FilesRead> read_files(std::span<const std::string> paths, Environment& environment,
                                           std::chrono::milliseconds interval, bool keep_bytes, Progress& progress);

}  // namespace lf::pipeline
