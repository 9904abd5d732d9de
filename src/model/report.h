#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "model/finding.h"
#include "model/memory_stats.h"
#include "model/stack_profile.h"
#include "model/warning.h"

namespace lf {

/// Level of a count or of the live heap against the user's thresholds (spec, section 2).
enum class Level : std::uint8_t { kNormal, kModerate, kHigh, kCritical };
enum class MemoryPattern : std::uint8_t { kUnknown, kStable, kGrowing, kCliff };
enum class GcResult : std::uint8_t { kUnknown, kNoGrowth, kCleanupDelay, kPartialLeak, kLikelyLeak, kConfirmedLeak };
enum class HealthLevel : std::uint8_t { kHealthy, kModerate, kCritical, kUnknown };

std::string_view level_name(Level level);                     ///< "normal", "moderate", "high", "critical"
std::string_view memory_pattern_name(MemoryPattern pattern);  ///< "stable", …
std::string_view gc_result_name(GcResult result);             ///< "NO GROWTH", "GC CLEANUP DELAY", …
std::string_view health_level_name(HealthLevel level);        ///< "healthy", "moderate", "critical", "unknown"

/// What the run cost the target (spec, section 5).
struct Cost {
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
  std::uint64_t full_dumps = 0;
  std::uint64_t forced_collections = 0;
  std::chrono::milliseconds slowest{0};
};

struct GoroutineSamplePoint {
  WallTime at;
  std::uint64_t total = 0;
};

/// A group of goroutines as the sites table shows it: equal site, creator and state.
struct SiteCount {
  SourceLine site;
  std::optional<SourceLine> creator;
  std::string state;
  std::uint64_t count = 0;
  std::uint64_t count_first = 0;           ///< in the first sample
  std::vector<SourceLine> stack;           ///< one that stands for the group, leaf first
  bool benign = false;                     ///< in the catalogue of idle loops
  std::uint64_t longest_wait_minutes = 0;  ///< by the headers, of the last sample; 0 where none tells
};

struct GoroutineSection {
  std::uint64_t total = 0;
  std::optional<std::uint64_t> unfiltered_total;  ///< filter: all, where `total` is what matched
  std::uint64_t system = 0;
  Level level = Level::kNormal;
  bool alert = false;
  std::vector<std::pair<std::string, std::uint64_t>> by_state;  ///< most first
  std::vector<GoroutineSamplePoint> samples;
  std::vector<SiteCount> sites;  ///< most crowded first
  bool truncated = false;
  std::optional<double> share_seen;  ///< of the goroutines, where a cut dump's total is known
};

struct MemorySamplePoint {
  WallTime at;
  std::optional<std::uint64_t> live_bytes, heap_alloc_bytes, objects, num_gc;
};

/// Live heap of one allocation site at the first and the last sample.
struct AllocationSite {
  SourceLine site;
  std::uint64_t inuse_bytes = 0, inuse_objects = 0;
  std::uint64_t inuse_bytes_first = 0;
  std::uint64_t alloc_bytes = 0, alloc_objects = 0;
  std::optional<double> alloc_bytes_per_s;
  std::vector<SourceLine> stack;
};

struct MemorySection {
  std::optional<std::uint64_t> live_bytes;
  std::optional<MemoryStats> stats;
  std::optional<std::uint64_t> objects;
  Level level = Level::kNormal;
  bool alert = false;
  MemoryPattern pattern = MemoryPattern::kUnknown;
  bool fell_by_restart = false;  ///< a cliff that is another process' beginning
  std::string pattern_reason;    ///< what is missing (unknown), what was seen (cliff, growing)
  std::optional<double> growth_bytes_per_s;
  std::optional<double> alloc_bytes_per_s, alloc_objects_per_s;  ///< all allocation, between first and last sample
  std::optional<double> collections_per_min;                     ///< likewise
  std::vector<MemorySamplePoint> samples;
  std::vector<AllocationSite> sites;  ///< most in use first
};

struct GcGroup {
  std::string label;  ///< "heap", or a goroutine site
  TargetText site;
  GcResult result = GcResult::kUnknown;
  std::uint64_t baseline = 0, before = 0, final_value = 0;  ///< bytes, or goroutines
  double freed_percent = 0;
};

/// The verification by forced collections (spec, section 2, "GC analysis"): B, P, L, F.
struct GcSection {
  GcResult result = GcResult::kUnknown;
  double freed_percent = 0;
  std::string basis;  ///< how it was judged, or why it is unknown
  std::optional<std::uint64_t> baseline_bytes, before_bytes, before_live_bytes, final_bytes, allocated_in_wait_bytes;
  std::vector<GcGroup> groups;
};

struct HealthSection {
  int score = 100;  ///< says nothing where the level is unknown
  HealthLevel level = HealthLevel::kHealthy;
  std::vector<std::pair<std::string, int>> deductions;  ///< why the score is not 100
  TargetText not_judged = {};                           ///< why the level is unknown
};

/// How slow a leak the look would have seen nineteen times of twenty; absent where it could have seen none.
struct DetectionLimits {
  std::optional<double> goroutines_per_s, bytes_per_s;
};

struct TargetSection {
  std::string url;  ///< without credentials; empty for files
  std::vector<TargetText> files;
  TargetText go_version;
  std::vector<std::string> profiles;  ///< that were read
};

/// What makes a run fail (-fail-on; spec, section 6).
struct FailOn {
  bool leak = true;
  bool suspect = false;
  bool goroutine_alert = false;  ///< `critical` was given, or `leak` and the user set that threshold
  bool memory_alert = false;     ///< likewise
};

/// What a rule means, for formats that carry it (SARIF): id, a sentence, how it decides.
struct RuleText {
  std::string id, brief, help;
};

/// The result of one command, complete; every format writes from this and decides nothing.
struct Report {
  std::string tool_version;
  std::string command;
  TargetSection target;
  WallTime started_at;
  std::chrono::milliseconds duration{0};
  Cost cost;
  std::optional<GoroutineSection> goroutines;
  std::optional<MemorySection> memory;
  std::optional<GcSection> gc;
  HealthSection health;
  TargetText unsettled;            ///< why there can be no clean bill, whatever is found besides; empty: there can
  std::vector<TargetText> doubts;  ///< places of which more time would tell whether they leak
  DetectionLimits limits;
  TargetText next;                ///< the command that would tell more, ready to run; empty: none
  std::vector<Finding> findings;  ///< verdict, score, count falling, then site
  std::vector<Warning> warnings;
  std::vector<Error> errors;
  std::vector<std::pair<std::string, std::string>> criteria;  ///< active filters, shown with the result
  std::vector<std::string> notes;     ///< what this command cannot see, what was skipped and the flag that allows it
  std::vector<std::string> settings;  ///< those that are no defaults, "-samples=4 (flag)"; secrets masked
  StackProfile stacks;
  FailOn fail_on;
  std::vector<RuleText> rules;  ///< those of the findings at least
};

/// Whether `finding` counts for -fail-on: accepted ones never do.
bool fails(const Finding& finding, const FailOn& fail_on);
/// Whether anything in `report` does, ALERTs included: exit code 1.
bool fails(const Report& report);

}  // namespace lf
