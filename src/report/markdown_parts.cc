#include "report/markdown_parts.h"

#include <algorithm>

#include "base/format.h"
#include "report/escape.h"
#include "report/numbers.h"
#include "report/source_link.h"
#include "report/words.h"

namespace lf::report {
namespace {

/// "`pool.go:42`", linked where the source is known.
std::string place_link(const SourceLine& place, const Report& report, const Style& style, bool in_cell = false) {
  if (place.file.empty()) return {};
  const SourceLine relative{place.function, relative_file(place.file, style.source_root), place.line};
  const std::string words = place_text(relative);
  const std::string code = in_cell ? for_markdown_code_cell(words) : for_markdown_code(words);
  const std::string link = source_link(place, style, report.target.go_version);
  // A template of the user may hold anything; a link's end may not.
  const bool fits = !link.empty() && link.find_first_of(" <>()|\n\r\\") == std::string::npos;
  return fits ? format("[{}]({})", code, link) : code;
}

std::string verdict_heading(const Finding& finding) {
  if (finding.accepted) return "⚪ Accepted";
  const std::string_view word = finding.verdict == Verdict::kLeak      ? "Leak"
                                : finding.verdict == Verdict::kSuspect ? "Suspect"
                                                                       : "Info";
  return format("{} {}", verdict_icon(finding.verdict), word);
}

std::string what_and_where(const Finding& finding, const Report& report, const Style& style) {
  std::string out = for_markdown_code(finding.site.function);
  if (const std::string place = place_link(finding.site, report, style); !place.empty()) {
    out += format("{}{}", out.empty() ? "" : " ", place);
  }
  return out.empty() ? for_markdown(finding.title) : out;
}

/// What identifies a finding, in small print.
std::string identity(const Finding& finding) {
  return format("<sub>{} · {} · score {} · id {}</sub>", verdict_name(finding.verdict), for_markdown(finding.rule),
                finding.score, for_markdown_code(finding.id));
}

std::string folded(std::string_view summary, std::string_view body) {
  return format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", summary, body);
}

std::string stack_block(const Finding& finding) {
  std::vector<std::string> lines;
  const auto add = [&](std::string_view before, const SourceLine& place) {
    lines.push_back(format("{}{}", before, for_terminal(place.function)));
    lines.push_back(format("    {}", place_text(place)));
  };
  for (const SourceLine& frame : finding.stack) add("", frame);
  if (finding.creator) add("created by ", *finding.creator);
  return lines.empty() ? std::string() : markdown_block(lines);
}

std::string score_list(const Finding& finding) {
  std::string out;
  for (const ScorePart& part : finding.score_parts) {
    const std::string_view colon = part.words.empty() ? "" : ": ";
    out += format("- {} {}{}{}\n", part.points, for_markdown(part.name), colon, for_markdown(part.words));
  }
  return out.empty() ? out : format("Score {}:\n\n{}", finding.score, out);
}

std::string details_of(const Finding& finding, const Report& report, const Style& style) {
  std::string body;
  const auto add = [&](const std::string& block) {
    if (!block.empty()) body += format("{}{}", body.empty() ? "" : "\n", block);
  };
  add(stack_block(finding));
  std::string stuck;
  for (const Consequence& consequence : finding.consequences) {
    stuck += format("- {} stuck because of it: {} {}\n", count_of(consequence.count, "goroutine"),
                    for_markdown_code(consequence.at.function), place_link(consequence.at, report, style));
  }
  add(stuck);
  add(score_list(finding));
  if (body.empty()) return {};
  return folded(finding.score_parts.empty() ? "Stack" : "Stack and score", body);
}

std::string row(std::string_view name, std::string_view words) {
  return format("| {} | {} |\n", name, words);
}

std::string level_words(Level level, bool alert) {
  return format("{} {}{}", level_icon(level, alert), level_name(level), alert ? ", **ALERT**" : "");
}

}  // namespace

std::string markdown_measurements(const Report& report) {
  std::string target = for_markdown_code_cell(report.target.url);
  constexpr std::size_t kFilesShown = 3;
  for (std::size_t i = 0; i < std::min(kFilesShown, report.target.files.size()); ++i) {
    target += format("{}{}", target.empty() ? "" : ", ", for_markdown_code_cell(report.target.files[i]));
  }
  if (report.target.files.size() > kFilesShown) {
    target += format(", {}", count_of(report.target.files.size() - kFilesShown, "more file"));
  }
  if (!report.target.go_version.empty()) target += format(" {}", for_markdown(report.target.go_version));
  std::string out = format("| {} | {} |\n|---|---|\n", for_markdown(report.command), target);
  if (report.goroutines) {
    const GoroutineSection& section = *report.goroutines;
    std::string words = format("{}, {}", with_commas(section.total), level_words(section.level, section.alert));
    if (section.unfiltered_total) words += format(", matching of {}", with_commas(*section.unfiltered_total));
    out += row("goroutines", words);
  }
  if (report.memory) {
    const MemorySection& section = *report.memory;
    const std::string live = section.live_bytes ? bytes_in_words(*section.live_bytes) + " live, " : std::string();
    out += row("memory", format("{}{}, pattern {}", live, level_words(section.level, section.alert),
                                memory_pattern_name(section.pattern)));
  }
  if (report.gc)
    out += row("gc", format("**{}** {}", gc_result_name(report.gc->result), for_markdown(report.gc->basis)));
  for (const auto& [name, value] : report.criteria) {
    out += row("filtered by", format("{}: {}", for_markdown(name), for_markdown_code_cell(value)));
  }
  return out + "\n";
}

std::string markdown_finding(const Finding& finding, const Report& report, const Style& style) {
  std::string out = format("### {}: {}\n\n", verdict_heading(finding), what_and_where(finding, report, style));
  out += format("**{}**\n\n", for_markdown(amount_and_title(finding)));
  for (const TargetText& evidence : finding.evidence) out += format("- {}\n", for_markdown(evidence));
  if (finding.creator) {
    out += format("- created by {} {}\n", for_markdown_code(finding.creator->function),
                  place_link(*finding.creator, report, style));
  }
  const std::vector<std::string> advice = lines_for_terminal(finding.advice);
  for (std::size_t i = 0; i < advice.size(); ++i) {
    out += format("\n{}{}\n", i == 0 ? "**What to do:** " : "", for_markdown(advice[i]));
  }
  if (!finding.owners.empty()) {
    out += "\nOwned by";
    for (const TargetText& owner : finding.owners) out += format(" {}", for_markdown_code(owner));
    out += "\n";
  }
  out += format("\n{}\n\n", identity(finding));
  return out + details_of(finding, report, style);
}

std::string markdown_finding_line(const Finding& finding, const Report& report, const Style& style) {
  std::string out = format("- {}: {}", verdict_heading(finding), what_and_where(finding, report, style));
  if (const std::string amount = amount_text(finding); !amount.empty()) out += format(", {}", for_markdown(amount));
  if (finding.accepted) out += format(", {}", for_markdown(accepted_text(*finding.accepted)));
  return out + format(" {}\n", identity(finding));
}

std::string markdown_sites(const Report& report, const Style& style) {
  if (!report.goroutines || report.goroutines->sites.empty()) return {};
  std::string table = "| count | first | state | function | location |\n|---:|---:|---|---|---|\n";
  const std::vector<SiteCount>& sites = report.goroutines->sites;
  for (std::size_t i = 0; i < std::min(style.top, sites.size()); ++i) {
    const SiteCount& site = sites[i];
    table += format("| {} | {} | {} | {} | {} |\n", with_commas(site.count), with_commas(site.count_first),
                    for_markdown(site.state), for_markdown_code_cell(site.site.function),
                    place_link(site.site, report, style, true));
  }
  return "\n" + folded("Most crowded sites", table);
}

std::vector<std::string> markdown_remarks(const Report& report) {
  std::vector<std::string> out;
  const auto place = [](std::string_view where) {
    return where.empty() ? std::string() : format(" ({})", for_markdown(where));
  };
  for (const Error& error : report.errors) {
    out.push_back(format("- ❌ {}{}\n", for_markdown(error.message), place(error.where)));
  }
  for (const std::string& note : report.notes) out.push_back(format("- {}\n", for_markdown(note)));
  for (const Warning& warning : report.warnings) {
    const std::string times = warning.count > 1 ? format(", {} times", with_commas(warning.count)) : std::string();
    out.push_back(format("- ⚠️ {}{}{}\n", for_markdown(warning.message), place(warning.where), times));
  }
  if (!out.empty()) out.front().insert(0, "\n");
  return out;
}

std::string markdown_cost(const Report& report) {
  if (report.target.url.empty() && report.cost.requests == 0) return {};
  const Cost& cost = report.cost;
  return format("\n<sub>Cost to the target: {}, {}, {}, {}, slowest answer {}</sub>\n",
                count_of(cost.requests, "request"), bytes_in_words(cost.bytes), count_of(cost.full_dumps, "full dump"),
                count_of(cost.forced_collections, "forced collection"), duration_in_words(cost.slowest));
}

}  // namespace lf::report
