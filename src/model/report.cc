#include "model/report.h"

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
  }
  return "healthy";
}

}  // namespace lf
