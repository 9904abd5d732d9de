#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/capture_manifest.h"
#include "pipeline/measure.h"
#include "pipeline/progress.h"

namespace lf::pipeline {

struct CaptureOptions {
  std::string folder;  ///< of the capture, or the working folder of an archive
  MeasurePlan plan;
  std::uint64_t samples = 6;
  std::chrono::milliseconds interval{10'000};
  std::string tool_version;
};

/// What a capture came to; the manifest is as it was written last.
struct Captured {
  CaptureManifest manifest;
  std::uint64_t resumed_from = 0;  ///< samples that were there before this run
  bool interrupted = false;
  std::vector<Error> errors;  ///< of this run, each once
};

/// The capture that `folder` holds so far: an empty manifest where there is no such folder or nothing in it. Fails with
/// kUsage where the folder holds something else, with kIo and kMalformed where its manifest can't be read.
[[nodiscard]] Result<CaptureManifest> open_capture(const std::string& folder);

/// Records into `options.folder` the samples that `so_far` lacks. Every file, and after each sample the manifest, is
/// written whole or not at all. A sample that fails is noted and the next one tried. Fails where nothing was ever
/// recorded (the folder, if it is new, is gone then), with kUsage where `so_far` is of another target, and with kIo.
[[nodiscard]] Result<Captured> capture(Session& session, Environment& environment, const CaptureOptions& options,
                                       CaptureManifest so_far, Progress& progress);

/// Packs the capture in `folder` into the archive `path` (manifest first) and removes the folder. Fails with kIo; the
/// folder stays then.
[[nodiscard]] Result<void> pack_capture(const std::string& folder, const CaptureManifest& manifest,
                                        const std::string& path);

}  // namespace lf::pipeline
