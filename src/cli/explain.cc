#include <algorithm>

#include <unistd.h>

#include "base/format.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/page.h"
#include "cli/render_page.h"
#include "cli/suggest.h"
#include "detect/detect.h"

namespace lf::cli {
namespace {

constexpr int kWidestText = 100;

std::string rule_list(int width) {
  std::size_t longest = 0;
  for (const detect::RuleInfo& rule : detect::rules()) longest = std::max(longest, rule.id.size());
  const int column = static_cast<int>(longest) + 4;
  std::string out = "Rules:\n";
  for (const detect::RuleInfo& rule : detect::rules()) {
    out += format("  {:<{}}  {}\n", rule.id, longest, wrap(rule.brief, width - column, column));
  }
  return out + "\n'leakfinder explain RULE' tells how it decides, with an example of the leak and of its fix.\n";
}

Error unknown_rule(std::string_view id) {
  std::vector<std::string_view> known;
  for (const detect::RuleInfo& rule : detect::rules()) known.push_back(rule.id);
  const std::string_view meant = nearest(id, known);
  return {ErrorCode::kUsage,
          format("unknown rule \"{}\"{}", visible(id),
                 meant.empty() ? "; 'leakfinder explain' lists them" : format(": did you mean {}?", meant)),
          {}};
}

}  // namespace

Result<int> run_explain(Run& run) {
  const std::vector<std::string>& names = run.line.arguments;
  if (names.size() > 1) return fail(ErrorCode::kUsage, "explain takes one rule");
  const Result<Settings> settings = Settings::apply(run.line.settings);
  if (!settings) return std::unexpected(settings.error());
  const int width = std::min(run.out.width, kWidestText);
  std::string text;
  if (names.empty()) {
    text = rule_list(width);
  } else {
    const auto rules = detect::rules();
    const auto rule = std::ranges::find(rules, names.front(), &detect::RuleInfo::id);
    if (rule == rules.end()) return std::unexpected(unknown_rule(names.front()));
    const Page* page = find_rule_page(rule->id);
    text = page != nullptr ? render_page(page->markdown, width, wants_color(run.out, settings->options().color))
                           : format("{}\n\n{}\n", rule->id, wrap(rule->brief, width, 0));
  }
  FdSink out(STDOUT_FILENO);
  if (Result<void> written = out.write(text); !written) return std::unexpected(std::move(written.error()));
  return 0;
}

}  // namespace lf::cli
