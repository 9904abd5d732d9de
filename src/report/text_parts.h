#pragma once

#include <string>
#include <string_view>

#include "model/report.h"
#include "report/text_page.h"
#include "report/words.h"

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
Tint level_tint(Level level);
Tint verdict_tint(Verdict verdict);
/// A count series as numbers, the middle left out where it is long: "20 → 40 → … → 120".
std::string series_text(const Signs& signs, const std::vector<std::uint64_t>& counts, bool bytes);

}  // namespace lf::report
