#include <algorithm>
#include <cstdlib>

#include "base/format.h"
#include "report/numbers.h"
#include "report/table.h"
#include "report/text_parts.h"

namespace lf::report {
namespace {

constexpr int kIndent = 2;

/// A column that says what others say as well, or what the finding does.
Table::Column spare(std::string head, Align align = Align::kLeft) {
  return {std::move(head), align, Fit::kWhole, true};
}

void put_heading(TextPage& page, std::string_view words) {
  page.blank();
  page.line(words, Tint::kBold);
}

void put_left_out(TextPage& page, std::size_t all) {
  const std::size_t top = page.style().top;
  if (all > top) {
    page.line(Line("  ").add(format("{} {} more (-top)", page.signs().ellipsis, with_commas(all - top)), Tint::kDim));
  }
}

std::int64_t change(std::uint64_t now, std::uint64_t before) {
  return static_cast<std::int64_t>(now - before);
}

/// The function of a site; a goroutine whose stack could not be had has none.
TargetText function_text(const SourceLine& site) {
  return site.function.empty() ? TargetText("(no stack)") : site.function;
}

std::string nonzero(std::int64_t number) {
  return number == 0 ? std::string() : signed_with_commas(number);
}
std::string nonzero_bytes(std::int64_t bytes) {
  return bytes == 0 ? std::string() : signed_bytes_in_words(bytes);
}

Tint change_tint(std::int64_t delta) {
  return delta > 0 ? Tint::kYellow : delta < 0 ? Tint::kGreen : Tint::kPlain;
}

/// Rows whose value changed, the largest change first; equal ones keep their order.
template <class Row, class Delta>
std::vector<const Row*> changed_rows(const std::vector<Row>& rows, const Delta& delta) {
  std::vector<const Row*> all;
  for (const Row& row : rows) {
    if (delta(row) != 0) all.push_back(&row);
  }
  const auto size = [&](const Row* row) {
    const std::int64_t value = delta(*row);
    return value < 0 ? ~static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  };
  std::ranges::stable_sort(all, std::ranges::greater{}, size);
  return all;
}

void put_goroutine_differences(TextPage& page, const GoroutineSection& goroutines) {
  const auto delta = [](const SiteCount& site) { return change(site.count, site.count_first); };
  const auto rows = changed_rows(goroutines.sites, delta);
  put_heading(page, "Goroutines by site, differences since the baseline");
  if (rows.empty()) return page.line(Line("  none", Tint::kDim));
  Table table(kIndent, {{"change", Align::kRight},
                        spare("before", Align::kRight),
                        {"now", Align::kRight},
                        {"state"},
                        {"function", Align::kLeft, Fit::kFunction},
                        {"location", Align::kLeft, Fit::kPath},
                        spare("")});
  for (std::size_t i = 0; i < std::min(rows.size(), page.style().top); ++i) {
    const SiteCount& site = *rows[i];
    table.row({{signed_with_commas(delta(site)), change_tint(delta(site))},
               with_commas(site.count_first),
               with_commas(site.count),
               site.state,
               {function_text(site.site), Tint::kBold},
               place_text(site.site),
               {site.count_first == 0 ? "new"
                : site.count == 0     ? "gone"
                                      : "",
                Tint::kCyan}});
  }
  table.write(page);
  put_left_out(page, rows.size());
}

/// Whether all samples are of one collection: a heap profile is as old as the last one.
bool same_collection(const std::vector<MemorySamplePoint>& samples) {
  return samples.size() > 1 && samples.front().num_gc && samples.front().num_gc == samples.back().num_gc;
}

void put_memory_differences(TextPage& page, const MemorySection& memory) {
  const auto delta = [](const AllocationSite& site) { return change(site.inuse_bytes, site.inuse_bytes_first); };
  const auto rows = changed_rows(memory.sites, delta);
  put_heading(page, "Live heap by allocation site, differences since the baseline");
  if (rows.empty() && same_collection(memory.samples)) {
    return page.paragraph(Line("  "), "unknown: no garbage collection ended in between (-force-gc measures both ends)",
                          Tint::kDim);
  }
  if (rows.empty()) return page.line(Line("  none", Tint::kDim));
  Table table(kIndent, {{"change", Align::kRight},
                        spare("before", Align::kRight),
                        {"now", Align::kRight},
                        {"function", Align::kLeft, Fit::kFunction},
                        {"location", Align::kLeft, Fit::kPath},
                        spare("")});
  for (std::size_t i = 0; i < std::min(rows.size(), page.style().top); ++i) {
    const AllocationSite& site = *rows[i];
    table.row({{signed_bytes_in_words(delta(site)), change_tint(delta(site))},
               bytes_in_words(site.inuse_bytes_first),
               bytes_in_words(site.inuse_bytes),
               {function_text(site.site), Tint::kBold},
               place_text(site.site),
               {site.inuse_bytes_first == 0 ? "new"
                : site.inuse_bytes == 0     ? "gone"
                                            : "",
                Tint::kCyan}});
  }
  table.write(page);
  put_left_out(page, rows.size());
}

}  // namespace

void put_sites(TextPage& page, const Report& report) {
  if (!report.goroutines || report.goroutines->sites.empty()) return;
  const std::vector<SiteCount>& sites = report.goroutines->sites;
  put_heading(page, "Most crowded sites");
  const bool several = report.goroutines->samples.size() > 1;
  Table table(kIndent, {{"count", Align::kRight},
                        {"change", Align::kRight},
                        {"state"},
                        {"function", Align::kLeft, Fit::kFunction},
                        {"location", Align::kLeft, Fit::kPath},
                        spare("")});
  for (std::size_t i = 0; i < std::min(sites.size(), page.style().top); ++i) {
    const SiteCount& site = sites[i];
    const std::int64_t delta = several ? change(site.count, site.count_first) : 0;
    const Tint tint = site.benign ? Tint::kDim : Tint::kPlain;
    table.row({{with_commas(site.count), tint},
               {nonzero(delta), change_tint(delta)},
               {site.state, tint},
               {function_text(site.site), tint},
               {place_text(site.site), tint},
               {site.benign ? "idle loop" : "", Tint::kDim}});
  }
  table.write(page);
  put_left_out(page, sites.size());
}

void put_allocations(TextPage& page, const Report& report) {
  if (!report.memory || report.memory->sites.empty()) return;
  // Sites that hold nothing are of interest for their rate only.
  std::vector<AllocationSite> sites = report.memory->sites;
  std::erase_if(sites, [&](const AllocationSite& site) {
    const bool allocates = report.command == "memory" && site.alloc_bytes_per_s.value_or(0) > 0;
    return site.inuse_bytes == 0 && site.inuse_bytes_first == 0 && !allocates;
  });
  if (sites.empty()) return;
  put_heading(page, "Live heap by allocation site");
  const bool several = report.memory->samples.size() > 1;
  Table table(kIndent, {{"in use", Align::kRight},
                        {"change", Align::kRight},
                        spare("objects", Align::kRight),
                        spare("allocates", Align::kRight),
                        {"function", Align::kLeft, Fit::kFunction},
                        {"location", Align::kLeft, Fit::kPath}});
  for (std::size_t i = 0; i < std::min(sites.size(), page.style().top); ++i) {
    const AllocationSite& site = sites[i];
    const std::int64_t delta = several ? change(site.inuse_bytes, site.inuse_bytes_first) : 0;
    table.row({bytes_in_words(site.inuse_bytes),
               {nonzero_bytes(delta), change_tint(delta)},
               with_commas(site.inuse_objects),
               site.alloc_bytes_per_s && *site.alloc_bytes_per_s > 0 ? byte_rate_in_words(*site.alloc_bytes_per_s)
                                                                     : std::string(),
               function_text(site.site),
               place_text(site.site)});
  }
  table.write(page);
  put_left_out(page, sites.size());
}

void put_differences(TextPage& page, const Report& report) {
  if (report.goroutines) put_goroutine_differences(page, *report.goroutines);
  if (report.memory) put_memory_differences(page, *report.memory);
}

void put_scores(TextPage& page, const Report& report) {
  std::vector<const Finding*> scored;
  for (const Finding& finding : report.findings) {
    if (finding.kind == FindingKind::kGoroutine && !finding.accepted) scored.push_back(&finding);
  }
  if (scored.empty()) {
    page.blank();
    return page.line(report.command == "channels" ? "No channel site reached -leakprof-threshold."
                                                  : "No stack signature reached -leakprof-threshold.");
  }
  std::ranges::stable_sort(scored, std::ranges::greater{}, &Finding::score);
  put_heading(page, report.command == "channels" ? "Channel sites by score" : "Stack signatures by score");
  Table table(kIndent, {{"score", Align::kRight},
                        spare("likelihood"),
                        {"count", Align::kRight},
                        spare("over time"),
                        {"state"},
                        {"function", Align::kLeft, Fit::kFunction},
                        {"location", Align::kLeft, Fit::kPath}});
  for (std::size_t i = 0; i < std::min(scored.size(), page.style().top); ++i) {
    const Finding& finding = *scored[i];
    const Tint tint = finding.score >= 70 ? Tint::kRed : finding.score >= 50 ? Tint::kYellow : Tint::kPlain;
    const std::string bars = sparkline(page.style(), finding.counts, 12);
    table.row({{with_commas(static_cast<std::uint64_t>(std::max(0, finding.score))), tint},
               {likelihood(finding.score), tint},
               finding.count ? with_commas(*finding.count) : std::string(),
               bars,
               finding.state,
               {finding.site.function, Tint::kBold},
               place_text(finding.site)});
  }
  table.write(page);
  put_left_out(page, scored.size());
}

}  // namespace lf::report
