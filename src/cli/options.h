#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detect/detect.h"

namespace lf::cli {

using Milliseconds = std::chrono::milliseconds;

enum class ColorChoice : std::uint8_t { kAuto, kAlways, kNever };

/// What makes the exit code 1; the flags of -fail-on.
struct FailOnChoice {
  bool leak = true, suspect = false, critical = false;
  bool operator==(const FailOnChoice&) const = default;
};

/// Every setting of a run, after flags, environment, configuration file and defaults were applied. The member of a
/// flag is named like it. Sizes are bytes, thresholds of memory MiB.
struct Options {
  // target
  std::string url = "http://localhost:6060";
  Milliseconds timeout{30'000};
  std::vector<std::string> header;
  std::string bearer_token_file, user, password_file, ca, cert, key, proxy;
  bool insecure = false;
  std::uint64_t max_body = 512ULL << 20;
  std::uint64_t max_goroutines = 2'000'000;
  std::uint64_t max_goroutines_full = 1'000;
  std::uint64_t max_stacks = 1'000'000, max_frames_per_stack = 2'048, max_labels = 1'000'000;
  std::uint64_t max_name_bytes = 256ULL << 20;

  // what to measure
  bool goroutines_only = false, memory_only = false;
  std::uint64_t samples = 0;  ///< 0: the command's own default
  Milliseconds sample_interval{500};
  std::optional<Milliseconds> settle;  ///< none: the command's own default
  bool settle_gc = true;
  std::vector<std::string> label;

  // monitor
  Milliseconds monitor_duration{300'000}, monitor_interval{3'000};
  std::uint64_t memory_history = 10;
  bool bell = false;

  // compare
  std::optional<Milliseconds> wait;
  std::uint64_t rounds = 1;

  // forced collections
  bool force_gc = false;
  std::uint64_t gc_cycles = 2;
  Milliseconds gc_wait{30'000};
  double gc_threshold = 50.0;

  // thresholds
  detect::Thresholds goroutine_thresholds{50, 100, 200, 500};
  detect::Thresholds memory_thresholds{50, 100, 200, 500};

  // leakprof
  std::uint64_t leakprof_threshold = 5;
  Milliseconds leakprof_duration{60'000}, leakprof_interval{10'000};
  std::uint64_t leakprof_samples = 6;
  bool leakprof_blocked = true;

  // patterns and filters
  std::vector<std::string> suspicious_patterns, safe_patterns;
  std::string patterns_file;
  std::vector<std::string> filter_func, filter_pkg, exclude_patterns;

  // output
  std::vector<std::string> format{"text"};
  std::string output;  ///< -o
  bool save_reports = true;
  std::string output_dir = ".", reports_dir = "./reports";
  FailOnChoice fail_on;
  std::string baseline, write_baseline;
  std::string source_root, source_url;
  ColorChoice color = ColorChoice::kAuto;
  std::uint64_t top = 10;
  bool quiet = false;
  bool verbose = false;
  std::string notify;
  std::string config;

  bool operator==(const Options&) const = default;
};

}  // namespace lf::cli
