#include "report/text.h"

#include <algorithm>
#include <array>

#include "base/format.h"
#include "report/numbers.h"
#include "report/text_parts.h"

namespace lf::report {
namespace {

using Part = void (*)(TextPage&, const Report&);

/// The parts of a command's text between its measurements and its remarks, in order. `check` is short.
struct Layout {
  std::string_view command;
  std::array<Part, 4> parts;
};

constexpr std::array kLayouts{
    Layout{"check", {put_findings, put_sites, nullptr, nullptr}},
    Layout{"compare", {put_findings, put_differences, nullptr, nullptr}},
    Layout{"filter", {put_findings, put_sites, nullptr, nullptr}},
    Layout{"patterns", {put_scores, put_findings, nullptr, nullptr}},
    Layout{"channels", {put_scores, put_findings, nullptr, nullptr}},
    Layout{"memory", {put_findings, put_allocations, put_memory_depth, nullptr}},
};
constexpr Layout kFullLayout{"", {put_findings, put_sites, put_allocations, nullptr}};

const Layout& layout_of(std::string_view command) {
  const auto* const layout = std::ranges::find(kLayouts, command, &Layout::command);
  return layout == kLayouts.end() ? kFullLayout : *layout;
}

}  // namespace

Result<void> write_text(const Report& report, const Style& style, Sink& sink) {
  TextPage page(style, sink);
  put_headline(page, report);
  if (style.quiet) {
    put_findings(page, report);
  } else {
    put_measurements(page, report);
    for (const Part part : layout_of(report.command).parts) {
      if (part != nullptr) part(page, report);
    }
  }
  put_remarks(page, report);
  return page.finish();
}

Result<void> write_stacks(const Report& report, const Style& style, Sink& sink) {
  TextPage page(style, sink);
  if (!report.goroutines) return page.finish();
  for (const SiteCount& site : report.goroutines->sites) {
    page.blank();
    Line head(count_of(site.count, "goroutine"));
    if (!site.state.empty()) head.add(" in ").add(site.state);
    page.line(head.add(":"));
    for (const SourceLine& frame : site.stack) {
      page.line(Line("  ").add(frame.function));
      page.line(Line("      ").add(place_text(frame)));
    }
    if (site.creator) {
      page.line(Line("  created by ").add(site.creator->function));
      page.line(Line("      ").add(place_text(*site.creator)));
    }
  }
  return page.finish();
}

}  // namespace lf::report
