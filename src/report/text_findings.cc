#include <algorithm>
#include <optional>

#include "base/format.h"
#include "report/columns.h"
#include "report/numbers.h"
#include "report/text_parts.h"

// A finding's block:
//
//   LEAK     main.(*Pool).worker  /src/app/pool.go:42  120 goroutines in chan send
//            goroutines pile up sending to a channel that nobody receives from
//     why    120 came at this site over 6 samples, none left
//     do     give the channel a buffer of one, …
//     from   main.serve  /src/app/main.go:17
//
// The line that leaks comes first and is never shortened: people copy it.

namespace lf::report {
namespace {

constexpr int kLabelColumns = 9;        ///< "SUSPECT  "
constexpr std::size_t kStackShown = 8;  ///< frames of a stack on the screen

/// The left edge of a block's body.
int body_begin(const TextPage& page) {
  return columns(page.icon("🔴")) + kLabelColumns;
}

Line label(const TextPage& page, std::string_view name) {
  const int begin = body_begin(page);
  Line line;
  line.pad_to(begin - kLabelColumns + 2);
  line.add(name, Tint::kDim);
  return line.pad_to(begin, 1);
}

std::string verdict_label(Verdict verdict) {
  return verdict == Verdict::kLeak ? "LEAK" : verdict == Verdict::kSuspect ? "SUSPECT" : "INFO";
}

/// What the title says beyond amount and function, both of which the head shows: ", more and more". None where the
/// title says something else.
std::optional<std::string> title_beyond_head(const Finding& finding) {
  const std::string title = for_terminal(finding.title);
  const std::string head = format("{} at {}", amount_text(finding), for_terminal(finding.site.function));
  if (!title.starts_with(head)) return std::nullopt;
  std::string rest = title.substr(head.size());
  if (!rest.empty() && !rest.starts_with(',')) return std::nullopt;
  return rest;
}

void put_head(TextPage& page, const Finding& finding) {
  const Tint tint = finding.accepted ? Tint::kDim : verdict_tint(finding.verdict);
  Line line;
  line.add(page.icon(finding.accepted ? "⚪" : verdict_icon(finding.verdict)));
  line.add(finding.accepted ? "ACCEPTED" : verdict_label(finding.verdict), tint);
  line.pad_to(body_begin(page), 1);
  const std::string place = place_text(finding.site);
  std::vector<Line> parts;
  if (!finding.site.function.empty()) parts.emplace_back(finding.site.function, Tint::kBold);
  if (!place.empty()) parts.emplace_back(place, Tint::kBold);
  if (parts.empty()) parts.emplace_back(finding.title, Tint::kBold);
  if (std::string amount = amount_text(finding); !amount.empty()) {
    amount += title_beyond_head(finding).value_or("");
    // Where it would have to go below, and the title there begins with it, it is said once.
    int taken = line.columns() + columns(amount);
    for (const Line& part : parts) taken += part.columns() + 2;
    const bool said_below = taken > page.width() && !page.style().quiet && !finding.accepted &&
                            for_terminal(finding.title).starts_with(amount);
    if (!said_below) parts.emplace_back(amount, tint);
  }
  page.flow(line, parts, "  ");
}

/// The evidence lists the counts at each sample already, all of them or the first and the last.
bool tells_counts(const Finding& finding) {
  constexpr std::size_t kTelling = 3;
  if (finding.counts.size() < kTelling) return false;
  std::string counts = ": ";
  for (std::size_t i = 0; i < kTelling; ++i) counts += format("{}{}", i == 0 ? "" : ", ", finding.counts[i]);
  return std::ranges::any_of(finding.evidence, [&](const TargetText& evidence) {
    return for_terminal(evidence).find(counts) != std::string::npos;
  });
}

void put_numbers(TextPage& page, const Finding& finding) {
  std::vector<Line> items;
  const bool memory = finding.kind == FindingKind::kMemory;
  const bool told = tells_counts(finding);
  if (finding.counts.size() > 2) {
    Line series(sparkline(page.style(), finding.counts), Tint::kCyan);
    if (!series.empty() && !told) series.add(" ");
    if (!told) series.add(series_text(page.signs(), finding.counts, memory));
    if (!series.empty()) items.push_back(series);
  }
  if (!told && finding.growth_per_min && *finding.growth_per_min != 0) {
    items.emplace_back(
        memory ? signed_byte_rate_in_words(*finding.growth_per_min / 60)
               : format("{}{}/min", *finding.growth_per_min > 0 ? "+" : "", decimal_in_words(*finding.growth_per_min)));
  }
  if (finding.births) items.emplace_back(format("{} born", with_commas(*finding.births)));
  if (finding.deaths) items.emplace_back(format("{} gone", with_commas(*finding.deaths)));
  if (finding.survivors) items.emplace_back(format("{} stayed", with_commas(*finding.survivors)));
  if (finding.wait_minutes && finding.wait_minutes->second > 0) {
    const auto [least, most] = *finding.wait_minutes;
    items.emplace_back(least == most ? format("waiting {} min", most)
                                     : format("waiting {}{}{} min", least, page.signs().range, most));
  }
  if (finding.count_before && finding.delta)
    items.emplace_back(format("{} before", with_commas(*finding.count_before)));
  if (finding.bytes_before && finding.bytes_delta) {
    items.emplace_back(format("{} before", bytes_in_words(*finding.bytes_before)));
  }
  if (!items.empty()) page.flow(label(page, "seen"), items, page.signs().separator);
}

void put_stack(TextPage& page, const Finding& finding) {
  const std::vector<SourceLine>& stack = finding.stack;
  if (stack.empty() || (stack.size() == 1 && stack.front() == finding.site)) return;
  const std::size_t shown = stack.size() > kStackShown + 1 ? kStackShown : stack.size();
  int widest = 0;
  for (std::size_t i = 0; i < shown; ++i) widest = std::max(widest, columns(for_terminal(stack[i].function)));
  constexpr int kPlace = 24;  // at least, for the place
  widest = std::min({widest, 44, std::max(20, page.width() - body_begin(page) - 2 - kPlace)});
  for (std::size_t i = 0; i < shown; ++i) {
    Line line = label(page, i == 0 ? "stack" : "");
    const int begin = line.columns();
    const std::string place = place_text(stack[i]);
    const int room = std::max(kPlace, page.width() - begin - widest - 2);
    line.add(shorten_middle(for_terminal(stack[i].function), widest, page.signs().ellipsis));
    line.pad_to(begin + widest + 2).add(shorten_middle(place, room, page.signs().ellipsis), Tint::kDim);
    page.line(line);
  }
  if (shown < stack.size()) {
    page.line(
        label(page, "").add(format("{} {} more frames", page.signs().ellipsis, stack.size() - shown), Tint::kDim));
  }
}

void put_consequences(TextPage& page, const Finding& finding) {
  constexpr std::size_t kShown = 3;
  for (std::size_t i = 0; i < std::min(kShown, finding.consequences.size()); ++i) {
    const Consequence& stuck = finding.consequences[i];
    std::vector<Line> parts;
    parts.push_back(Line(count_of(stuck.count, "goroutine")).add(" stuck because of it"));
    parts.emplace_back(stuck.at.function);
    parts.emplace_back(place_text(stuck.at), Tint::kDim);
    if (!stuck.state.empty()) parts.emplace_back(stuck.state, Tint::kDim);
    page.flow(label(page, i == 0 ? "also" : ""), parts, "  ");
  }
  if (finding.consequences.size() > kShown) {
    page.line(label(page, "").add(
        format("{} {}", page.signs().ellipsis, count_of(finding.consequences.size() - kShown, "more group")),
        Tint::kDim));
  }
}

void put_identity(TextPage& page, const Finding& finding, const Report& report) {
  std::vector<Line> items;
  items.emplace_back(finding.rule, Tint::kDim);
  const bool scored_command = report.command == "patterns" || report.command == "channels";
  std::string score = format("score {}", finding.score);
  if (scored_command) score += format(" ({})", likelihood(finding.score));
  items.emplace_back(score, Tint::kDim);
  items.emplace_back(format("id {}", finding.id), Tint::kDim);
  page.flow(label(page, "rule"), items, page.signs().separator);
}

void put_score_parts(TextPage& page, const Finding& finding) {
  // Reasons that the evidence gave already are not repeated.
  std::vector<Line> bare;
  std::vector<const ScorePart*> reasoned;
  for (const ScorePart& part : finding.score_parts) {
    const bool told = part.words.empty() || std::ranges::find(finding.evidence, part.words) != finding.evidence.end();
    if (told) {
      bare.emplace_back(format("{} {}", part.points, for_terminal(part.name)), Tint::kDim);
    } else {
      reasoned.push_back(&part);
    }
  }
  if (!bare.empty()) page.flow(label(page, "score"), bare, page.signs().separator);
  for (std::size_t i = 0; i < reasoned.size(); ++i) {
    Line prefix = label(page, i == 0 && bare.empty() ? "score" : "");
    prefix.add(format("{} {}: ", reasoned[i]->points, for_terminal(reasoned[i]->name)), Tint::kDim);
    page.paragraph(prefix, reasoned[i]->words, Tint::kDim);
  }
}

void put_joined(TextPage& page, std::string_view name, const std::vector<TargetText>& texts) {
  std::vector<Line> items;
  for (const TargetText& text : texts) items.emplace_back(text);
  if (!items.empty()) page.flow(label(page, name), items, page.signs().separator);
}

void put_origin(TextPage& page, const Finding& finding) {
  if (finding.creator) {
    std::vector<Line> parts;
    parts.emplace_back(finding.creator->function);
    parts.emplace_back(place_text(*finding.creator), Tint::kDim);
    page.flow(label(page, "from"), parts, "  ");
  }
  if (!finding.labels.empty()) {
    std::vector<Line> items;
    for (const auto& [key, value] : finding.labels) items.push_back(Line(key).add("=").add(value));
    page.flow(label(page, "labels"), items, page.signs().separator);
  }
  if (!finding.other_states.empty()) {
    std::vector<Line> items;
    for (const auto& [state, count] : finding.other_states)
      items.push_back(Line(with_commas(count)).add(" ").add(state));
    page.flow(label(page, "beside"), items, page.signs().separator);
  }
  if (finding.targets.size() > 1) put_joined(page, "on", finding.targets);
  put_joined(page, "owner", finding.owners);
}

void put_title(TextPage& page, const Finding& finding) {
  if (!finding.title.empty() && !title_beyond_head(finding))
    page.paragraph(Line().pad_to(body_begin(page)), finding.title);
}

void put_block(TextPage& page, const Finding& finding, const Report& report) {
  put_head(page, finding);
  put_title(page, finding);
  for (std::size_t i = 0; i < finding.evidence.size(); ++i) {
    page.paragraph(label(page, i == 0 ? "why" : ""), finding.evidence[i]);
  }
  put_numbers(page, finding);
  const std::vector<std::string> advice = lines_for_terminal(finding.advice);
  for (std::size_t i = 0; i < advice.size(); ++i) {
    page.paragraph(label(page, i == 0 ? "do" : ""), advice[i], Tint::kGreen);
  }
  if (!finding.resembles.empty()) page.paragraph(label(page, "like"), finding.resembles);
  put_origin(page, finding);
  if (report.command != "check") put_stack(page, finding);
  put_consequences(page, finding);
  put_identity(page, finding, report);
  if (report.command != "check") put_score_parts(page, finding);
}

void put_accepted(TextPage& page, const Finding& finding, const Report& report) {
  put_head(page, finding);
  Line line = Line().pad_to(body_begin(page));
  line.add(finding.accepted->expires.empty()
               ? format("{}: ", verdict_name(finding.verdict))
               : format("{}, until {}: ", verdict_name(finding.verdict), for_terminal(finding.accepted->expires)),
           Tint::kDim);
  page.paragraph(line, finding.accepted->reason, Tint::kDim);
  put_identity(page, finding, report);
}

}  // namespace

void put_findings(TextPage& page, const Report& report) {
  std::size_t blocks = 0, infos = 0, infos_left_out = 0;
  for (const Finding& finding : report.findings) {
    const bool info = finding.verdict == Verdict::kInfo;
    if (page.style().quiet) {
      if (!info && !finding.accepted) put_head(page, finding);
      continue;
    }
    if (info && infos++ >= page.style().top) {
      ++infos_left_out;
      continue;
    }
    // Accusations are never left out; beyond -top only their line is shown.
    const bool whole = !finding.accepted && blocks < page.style().top;
    if (whole || finding.accepted || blocks == page.style().top) page.blank();
    if (finding.accepted) {
      put_accepted(page, finding, report);
    } else if (whole) {
      put_block(page, finding, report);
      ++blocks;
    } else {
      put_head(page, finding);
      ++blocks;
    }
  }
  if (infos_left_out > 0) {
    page.blank();
    page.line(format("{} {} (-top)", page.signs().ellipsis, count_of(infos_left_out, "more remark")), Tint::kDim);
  }
}

}  // namespace lf::report
