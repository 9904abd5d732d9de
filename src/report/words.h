#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "model/report.h"

namespace lf::report {

/// Words that every format for people shares. What comes from a target is made visible (`for_terminal`) and still
/// goes through the format's own function of escape.h.

std::string place_text(const SourceLine& place);   ///< "/src/app/pool.go:42"
std::string_view likelihood(int score);            ///< of a LeakProf score: "high likelihood", …
std::string_view health_words(HealthLevel level);  ///< "healthy", "moderate issues", "critical issues", "not judged"
std::string_view level_icon(Level level, bool alert);
std::string_view verdict_icon(Verdict verdict);
/// "120 goroutines in chan send", "3.1 MiB, 1,204 objects", "20 goroutines (+15) in select": what is at the site.
std::string amount_text(const Finding& finding);
/// The title behind what is at the site, which is not said twice: "120 goroutines in chan send: piling up".
std::string amount_and_title(const Finding& finding);
/// The accepted reason and expiry: "accepted until 2027-01-31: ends with the process".
std::string accepted_text(const Accepted& accepted);
/// "goroutines -20", …: why the health score is not 100.
std::string deduction_text(const std::pair<std::string, int>& deduction);

/// Whether nothing was seen more than once: then nothing can be said of growth.
bool is_one_sample(const Report& report);

/// How many open findings (not accepted) of each verdict there are.
struct Tally {
  std::size_t leaks = 0, suspects = 0, infos = 0, accepted = 0;
};
Tally tally(const Report& report);

enum class Outcome : std::uint8_t { kLeak, kAlert, kSuspect, kClean, kNotJudged, kNothingMeasured };

/// What it all comes to.
struct Summary {
  Outcome outcome;
  std::string words;  ///< "2 leaks, 1 suspect", "no leak found"
  std::string_view icon;
};
Summary summarize(const Report& report);
/// "health 39/100 (critical issues)"; the word "healthy" stands beside no count at level critical. Empty where health
/// is not judged.
std::string health_text(const Report& report);
/// "goroutine leaks from 0.9 a second would have been seen, memory leaks not": what a clean answer is worth; empty
/// where it is no clean one.
std::string limits_text(const Report& report);
/// The summary with the health score: "2 leaks, 1 suspect, health 39/100 (critical issues)".
std::string summary_line(const Report& report);

}  // namespace lf::report
