#include "report/words.h"

#include "base/format.h"
#include "report/escape.h"
#include "report/numbers.h"

namespace lf::report {

std::string place_text(const SourceLine& place) {
  std::string out = for_terminal(place.file);
  if (place.line != 0) out += format(":{}", place.line);
  return out;
}

std::string_view likelihood(int score) {
  return score >= 70 ? "high likelihood" : score >= 50 ? "moderate suspicion" : "low risk";
}

std::string_view health_words(HealthLevel level) {
  switch (level) {
    case HealthLevel::kHealthy:
      return "healthy";
    case HealthLevel::kModerate:
      return "moderate issues";
    case HealthLevel::kCritical:
      return "critical issues";
    case HealthLevel::kUnknown:
      return "not judged";
  }
  return "healthy";
}

std::string_view level_icon(Level level, bool alert) {
  if (alert) return "🚨";
  switch (level) {
    case Level::kNormal:
      return "🟢";
    case Level::kModerate:
      return "🟡";
    case Level::kHigh:
      return "🟠";
    case Level::kCritical:
      return "🔴";
  }
  return "🟢";
}

std::string_view verdict_icon(Verdict verdict) {
  switch (verdict) {
    case Verdict::kLeak:
      return "🔴";
    case Verdict::kSuspect:
      return "🟡";
    case Verdict::kInfo:
      return "🔵";
  }
  return "🔵";
}

std::string amount_text(const Finding& finding) {
  const bool memory = finding.kind == FindingKind::kMemory;
  std::string out;
  if (memory) {
    if (finding.bytes) out = bytes_in_words(*finding.bytes);
    if (finding.bytes && finding.bytes_delta) out += format(" ({})", signed_bytes_in_words(*finding.bytes_delta));
    if (finding.count) out += format("{}{}", out.empty() ? "" : ", ", count_of(*finding.count, "object"));
    if (finding.delta) out += format(" ({})", signed_with_commas(*finding.delta));
  } else {
    if (finding.count) out = count_of(*finding.count, "goroutine");
    if (finding.delta) {
      out += finding.is_new ? " (all new)" : format(" ({})", signed_with_commas(*finding.delta));
    }
  }
  if (!finding.state.empty()) out += format("{}{}", out.empty() ? "" : " in ", for_terminal(finding.state));
  return out;
}

std::string amount_and_title(const Finding& finding) {
  const std::string amount = amount_text(finding);
  const std::string title = for_terminal(finding.title);
  if (amount.empty() || title.starts_with(amount)) return title;
  return title.empty() ? amount : format("{}: {}", amount, title);
}

std::string accepted_text(const Accepted& accepted) {
  return accepted.expires.empty()
             ? format("accepted: {}", for_terminal(accepted.reason))
             : format("accepted until {}: {}", for_terminal(accepted.expires), for_terminal(accepted.reason));
}

std::string deduction_text(const std::pair<std::string, int>& deduction) {
  const auto& [reason, points] = deduction;
  return points == 0 ? for_terminal(reason) : format("{} {}", for_terminal(reason), points > 0 ? -points : points);
}

Tally tally(const Report& report) {
  Tally all;
  for (const Finding& finding : report.findings) {
    if (finding.accepted) {
      ++all.accepted;
    } else if (finding.verdict == Verdict::kLeak) {
      ++all.leaks;
    } else if (finding.verdict == Verdict::kSuspect) {
      ++all.suspects;
    } else {
      ++all.infos;
    }
  }
  return all;
}

bool is_one_sample(const Report& report) {
  return (!report.goroutines || report.goroutines->samples.size() <= 1) &&
         (!report.memory || report.memory->samples.size() <= 1);
}

Summary summarize(const Report& report) {
  const Tally found = tally(report);
  const bool alert = (report.goroutines && report.goroutines->alert) || (report.memory && report.memory->alert);
  const std::string suspects = found.suspects == 0 ? "" : count_of(found.suspects, "suspect");
  if (found.leaks > 0) {
    std::string words = count_of(found.leaks, "leak");
    if (!suspects.empty()) words += ", " + suspects;
    return {Outcome::kLeak, words + (alert ? ", ALERT" : ""), "🚨"};
  }
  if (!report.goroutines && !report.memory && report.findings.empty()) {
    return {Outcome::kNothingMeasured, "nothing measured", "❌"};
  }
  if (alert) return {Outcome::kAlert, suspects.empty() ? "ALERT, no leak found" : "ALERT, " + suspects, "🚨"};
  if (!suspects.empty()) return {Outcome::kSuspect, suspects + ", no proven leak", "🟡"};
  if (report.health.level == HealthLevel::kUnknown) {
    return {Outcome::kNotJudged, "not judged: " + for_terminal(report.health.not_judged), "❔"};
  }
  return {Outcome::kClean,
          is_one_sample(report) ? "no leak found in one sample, which shows no growth" : "no leak found", "✅"};
}

std::string health_text(const Report& report) {
  if (report.health.level == HealthLevel::kUnknown || (!report.goroutines && !report.memory)) return {};
  const bool critical = (report.goroutines && report.goroutines->level == Level::kCritical) ||
                        (report.memory && report.memory->level == Level::kCritical);
  const std::string score = format("health {}/100", report.health.score);
  if (critical && report.health.level == HealthLevel::kHealthy) return score;
  return format("{} ({})", score, health_words(report.health.level));
}

std::string limits_text(const Report& report) {
  if (summarize(report).outcome != Outcome::kClean || is_one_sample(report)) return {};
  const auto& [goroutines, bytes] = report.limits;
  std::string seen;
  if (goroutines) seen = format("goroutine leaks from {} a second", decimal_in_words(*goroutines));
  if (bytes)
    seen += format("{}memory leaks from {}/s", seen.empty() ? "" : " and ",
                   bytes_in_words(static_cast<std::uint64_t>(*bytes)));
  if (!seen.empty()) seen += " would have been seen";
  if (report.memory && !bytes)
    seen += seen.empty() ? "memory was seen too short to tell" : "; memory: too short to tell";
  return seen;
}

std::string summary_line(const Report& report) {
  const Summary summary = summarize(report);
  if (summary.outcome == Outcome::kNothingMeasured) return summary.words;
  const std::string health = health_text(report);
  return health.empty() ? summary.words : format("{}, {}", summary.words, health);
}

}  // namespace lf::report
