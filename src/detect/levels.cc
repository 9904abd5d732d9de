#include "detect/levels.h"

#include <algorithm>

#include "base/format.h"

namespace lf::detect {
namespace {

int cost_of(Level level) {
  switch (level) {
    case Level::kNormal:
      return 0;
    case Level::kModerate:
      return 5;
    case Level::kHigh:
      return 10;
    case Level::kCritical:
      return 20;
  }
  return 0;
}

}  // namespace

Level level_of(std::uint64_t value, const Thresholds& thresholds) {
  if (value < thresholds.normal) return Level::kNormal;
  if (value < thresholds.moderate) return Level::kModerate;
  if (value < thresholds.high) return Level::kHigh;
  return Level::kCritical;
}

HealthSection judge_health(const Verdicts& verdicts) {
  HealthSection health;
  const auto deduct = [&](std::string why, int points) {
    if (points <= 0) return;
    health.score -= points;
    health.deductions.emplace_back(std::move(why), points);
  };
  const auto cap = [&](std::string why, int most) { deduct(std::move(why), health.score - most); };
  deduct(format("goroutine level {}", level_name(verdicts.goroutine_level)), cost_of(verdicts.goroutine_level));
  deduct(format("memory level {}", level_name(verdicts.memory_level)), cost_of(verdicts.memory_level));
  int suspects = 0, leaks = 0;
  bool poor_gc = false;
  for (const Finding& finding : verdicts.findings) {
    if (finding.accepted) continue;
    suspects += finding.verdict == Verdict::kSuspect ? 1 : 0;
    leaks += finding.verdict == Verdict::kLeak ? 1 : 0;
    poor_gc = poor_gc || finding.rule == "memory/poor-gc";
  }
  deduct(format("{} suspect{}", suspects, suspects == 1 ? "" : "s"), std::min(20, 10 * suspects));
  deduct("poor collector efficiency", poor_gc ? 5 : 0);
  if (verdicts.goroutine_alert || verdicts.memory_alert) cap("an alert threshold is passed", 59);
  if (leaks == 1) cap("a leak", 59);
  if (leaks >= 2) cap(format("{} leaks", leaks), 39);
  health.score = std::clamp(health.score, 0, 100);
  health.level = health.score >= 80   ? HealthLevel::kHealthy
                 : health.score >= 60 ? HealthLevel::kModerate
                                      : HealthLevel::kCritical;
  const bool nothing_found = suspects + leaks == 0 && !verdicts.goroutine_alert && !verdicts.memory_alert;
  if (nothing_found && !verdicts.unsettled.empty()) {
    health.level = HealthLevel::kUnknown;
    health.not_judged = verdicts.unsettled;
    health.deductions.clear();
  }
  return health;
}

}  // namespace lf::detect
