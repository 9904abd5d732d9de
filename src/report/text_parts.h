#pragma once

#include <string>
#include <string_view>

#include "model/report.h"
#include "report/text_page.h"

namespace lf::report {

/// Parts of the text for people; each begins with a blank line of its own where it has something to say, and says
/// nothing where the report has nothing.

void put_headline(TextPage& page, const Report& report);      ///< verdict, health, target (text_headline.cc)
void put_measurements(TextPage& page, const Report& report);  ///< goroutines, memory, gc (text_measurements.cc)
void put_findings(TextPage& page, const Report& report);      ///< text_findings.cc
void put_sites(TextPage& page, const Report& report);         ///< most crowded sites (text_tables.cc)
void put_allocations(TextPage& page, const Report& report);   ///< allocation sites (text_tables.cc)
void put_differences(TextPage& page, const Report& report);   ///< compare (text_tables.cc)
void put_scores(TextPage& page, const Report& report);        ///< patterns, channels (text_tables.cc)
void put_memory_depth(TextPage& page, const Report& report);  ///< memory (text_memory.cc)
void put_remarks(TextPage& page, const Report& report);       ///< notes, warnings, errors, cost (text_remarks.cc)

/// What parts share (text_words.cc).
std::string place_text(const SourceLine& place);  ///< "/src/app/pool.go:42"
std::string_view level_icon(Level level, bool alert);
Tint level_tint(Level level);
std::string_view verdict_icon(Verdict verdict);
Tint verdict_tint(Verdict verdict);
std::string_view likelihood(int score);  ///< of a LeakProf score: "high likelihood", …
/// "120 goroutines in chan send", "1,204 objects, 3.1 MiB", "+20 goroutines (5 before)": what there is at the site.
std::string amount_text(const Finding& finding);
/// A count series as numbers, the middle left out where it is long: "20 → 40 → … → 120".
std::string series_text(const Signs& signs, const std::vector<std::uint64_t>& counts, bool bytes);

/// How many open findings (not accepted) of each verdict there are.
struct Tally {
  std::size_t leaks = 0, suspects = 0, infos = 0, accepted = 0;
};
Tally tally(const Report& report);

}  // namespace lf::report
