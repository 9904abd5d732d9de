#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "decode/decoded.h"
#include "model/report.h"

namespace lf::pipeline {

// What a capture says of itself, in manifest.json beside the profiles:
//
//     {
//       "schema": "leakfinder/capture/v1",
//       "tool": {"name": "leakfinder", "version": "0.1.0"},
//       "target": {"url": "http://***@host:6060/debug/pprof/", "go_version": "go1.27.0"},
//       "started_at": "2026-11-23T16:40:41.250Z", "samples_wanted": 6, "interval_ms": 10000, "complete": true,
//       "skipped": ["the leak profile was not read: …"], "notes": [],
//       "cost": {"requests": 30, "bytes": 81920, "full_dumps": 6, "forced_collections": 1, "slowest_ms": 12},
//       "samples": [
//         {"number": 1, "at": "2026-11-23T16:40:41.250Z", "restarted": false,
//          "index": {"goroutine": 46, "heap": 12},
//          "num_gc": 17, "total_alloc_bytes": 1048576,
//          "files": [{"name": "001_goroutine.pb.gz", "profile": "goroutine", "debug": 0, "bytes": 1234}],
//          "errors": ["…"]}]
//     }

inline constexpr std::string_view kManifestName = "manifest.json";
/// A longer one is not read.
inline constexpr std::uint64_t kManifestBytes = 64ULL << 20;

struct CapturedFile {
  std::string name;  ///< in the capture's folder; a plain name
  std::string profile;
  unsigned debug = 0;
  std::uint64_t bytes = 0;
};

struct CapturedSample {
  std::uint64_t number = 0;  ///< from 1
  WallTime at;
  bool restarted = false;  ///< the target was restarted since the sample before
  std::vector<decode::IndexRow> index;
  std::optional<std::uint64_t> num_gc, total_alloc_bytes;
  std::vector<CapturedFile> files;  ///< none: the sample was missed
  std::vector<std::string> errors;
};

struct CaptureManifest {
  std::string tool_version;
  std::string url;  ///< without credentials
  TargetText go_version;
  WallTime started_at;
  std::uint64_t samples_wanted = 0;
  std::chrono::milliseconds interval{0};
  bool complete = false;
  std::vector<TargetText> skipped, notes;
  Cost cost;
  std::vector<CapturedSample> samples;

  /// Samples that hold something.
  std::uint64_t recorded() const;
};

/// The manifest as JSON, indented.
std::string write_manifest(const CaptureManifest& manifest);

/// Reads what `write_manifest` wrote; unknown members are passed over. Names of files that are no plain names in the
/// folder, and times that are none, fail with kMalformed like what is no manifest at all. `where` is the byte.
[[nodiscard]] Result<CaptureManifest> parse_manifest(std::string_view text);

}  // namespace lf::pipeline
