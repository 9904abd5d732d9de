#include "cli/rule_texts.h"

#include <algorithm>

#include "cli/page.h"
#include "detect/detect.h"

namespace lf::cli {

std::vector<RuleText> rule_texts(const Report& report) {
  std::vector<RuleText> texts;
  for (const detect::RuleInfo& rule : detect::rules()) {
    const auto is_named = [&](const Finding& finding) { return finding.rule == rule.id; };
    if (std::ranges::none_of(report.findings, is_named)) continue;
    const Page* page = find_rule_page(rule.id);
    texts.push_back(
        {std::string(rule.id), std::string(rule.brief), page == nullptr ? "" : std::string(page->markdown)});
  }
  return texts;
}

}  // namespace lf::cli
