#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/history.h"
#include "detect/patterns.h"
#include "model/report.h"

namespace lf::detect {

struct Thresholds {
  std::uint64_t normal = 50, moderate = 100, high = 200, critical = 500;
  bool operator==(const Thresholds&) const = default;
};

/// Whether findings are those of `patterns` or `channels` (leakprof.h).
enum class LeakProf : std::uint8_t { kOff, kSignatures, kChannels };

/// What the user may tune. Rules are pure functions of the history and these.
struct DetectOptions {
  Thresholds goroutine_thresholds{50, 100, 200, 500};
  Thresholds memory_thresholds_mb{50, 100, 200, 500};
  std::vector<PatternSpec> suspicious, safe;
  std::uint64_t leakprof_threshold = 5;
  std::chrono::seconds leakprof_duration{60};
  LeakProf leakprof = LeakProf::kOff;
  bool leakprof_blocked = true;  ///< leave out goroutines that run or are in a system call
  std::size_t memory_history = 10;
  bool goroutines = true;  ///< judge them
  bool memory = true;
  std::uint64_t memory_limit_bytes = 0;  ///< of the live heap, where a limit is known: time until it is told
};

/// What detection has to say of a history: every section a report needs that is judged, not measured.
struct Verdicts {
  std::vector<Finding> findings;   ///< ordered: verdict, score, count falling, then site
  std::uint64_t left_out = 0;      ///< findings of the lowest rank, more than a report holds
  std::vector<TargetText> doubts;  ///< of what more time would tell whether it leaks; the most crowded first
  bool goroutines_in_doubt = false, memory_in_doubt = false;
  std::optional<double> seconds_to_two_collections;  ///< that the program makes by itself; where that can be told
  TargetText unsettled;                              ///< why there can be no clean bill (Report::unsettled)
  DetectionLimits limits;
  HealthSection health;
  Level goroutine_level = Level::kNormal, memory_level = Level::kNormal;
  bool goroutine_alert = false, memory_alert = false;
  MemoryPattern pattern = MemoryPattern::kUnknown;
  bool fell_by_restart = false;
  std::string pattern_reason;
  std::optional<double> growth_bytes_per_s;
};

/// Runs every rule of rules.def over `history`, combines their evidence into findings (one a leak) and judges health.
/// Deterministic: same history, same options, same result. No clock, no I/O.
[[nodiscard]] Result<Verdicts> run(const History& history, const DetectOptions& options);

/// A row of rules.def, as `explain` and SARIF show it.
struct RuleInfo {
  std::string_view id, brief;
  FindingKind kind;
};
std::span<const RuleInfo> rules();

}  // namespace lf::detect
