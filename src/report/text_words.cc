#include "base/format.h"
#include "report/numbers.h"
#include "report/text_parts.h"

namespace lf::report {

std::string place_text(const SourceLine& place) {
  std::string out = for_terminal(place.file);
  if (place.line != 0) out += format(":{}", place.line);
  return out;
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

Tint level_tint(Level level) {
  switch (level) {
    case Level::kNormal:
      return Tint::kGreen;
    case Level::kModerate:
    case Level::kHigh:
      return Tint::kYellow;
    case Level::kCritical:
      return Tint::kRed;
  }
  return Tint::kPlain;
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

Tint verdict_tint(Verdict verdict) {
  switch (verdict) {
    case Verdict::kLeak:
      return Tint::kRed;
    case Verdict::kSuspect:
      return Tint::kYellow;
    case Verdict::kInfo:
      return Tint::kCyan;
  }
  return Tint::kPlain;
}

std::string_view likelihood(int score) {
  return score >= 70 ? "high likelihood" : score >= 50 ? "moderate suspicion" : "low risk";
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

std::string series_text(const Signs& signs, const std::vector<std::uint64_t>& counts, bool bytes) {
  constexpr std::size_t kShown = 12;
  std::string out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts.size() > kShown && i == kShown / 2) {
      out += format(" {} {}", signs.arrow, signs.ellipsis);
      i = counts.size() - kShown / 2;
    }
    out += format("{}{}", i == 0 ? "" : format(" {} ", signs.arrow),
                  bytes ? bytes_in_words(counts[i]) : with_commas(counts[i]));
  }
  return out;
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

}  // namespace lf::report
