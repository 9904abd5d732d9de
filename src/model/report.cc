#include "model/report.h"

#include <algorithm>

namespace lf {

std::string_view level_name(Level level) {
  switch (level) {
    case Level::kNormal:
      return "normal";
    case Level::kModerate:
      return "moderate";
    case Level::kHigh:
      return "high";
    case Level::kCritical:
      return "critical";
  }
  return "normal";
}

std::string_view memory_pattern_name(MemoryPattern pattern) {
  switch (pattern) {
    case MemoryPattern::kUnknown:
      return "unknown";
    case MemoryPattern::kStable:
      return "stable";
    case MemoryPattern::kGrowing:
      return "growing";
    case MemoryPattern::kCliff:
      return "cliff";
  }
  return "unknown";
}

std::string_view gc_result_name(GcResult result) {
  switch (result) {
    case GcResult::kUnknown:
      return "UNKNOWN";
    case GcResult::kNoGrowth:
      return "NO GROWTH";
    case GcResult::kCleanupDelay:
      return "GC CLEANUP DELAY";
    case GcResult::kPartialLeak:
      return "PARTIAL LEAK";
    case GcResult::kLikelyLeak:
      return "LIKELY LEAK";
    case GcResult::kConfirmedLeak:
      return "CONFIRMED LEAK";
  }
  return "UNKNOWN";
}

std::string_view health_level_name(HealthLevel level) {
  switch (level) {
    case HealthLevel::kHealthy:
      return "healthy";
    case HealthLevel::kModerate:
      return "moderate";
    case HealthLevel::kCritical:
      return "critical";
    case HealthLevel::kUnknown:
      return "unknown";
  }
  return "healthy";
}

bool fails(const Finding& finding, const FailOn& fail_on) {
  if (finding.accepted) return false;
  return (finding.verdict == Verdict::kLeak && fail_on.leak) ||
         (finding.verdict == Verdict::kSuspect && fail_on.suspect);
}

bool fails(const Report& report) {
  if (report.goroutines && report.goroutines->alert && report.fail_on.goroutine_alert) return true;
  if (report.memory && report.memory->alert && report.fail_on.memory_alert) return true;
  return std::ranges::any_of(report.findings, [&](const Finding& finding) { return fails(finding, report.fail_on); });
}

}  // namespace lf
