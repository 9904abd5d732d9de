#include "cli/render_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/page.h"
#include "cli/rule_texts.h"
#include "detect/detect.h"

namespace lf::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string plain(std::string_view markdown, int width = 40) {
  return render_page(markdown, width, false);
}

TEST(RenderedPage, WrapsParagraphsAtTheWidth) {
  EXPECT_EQ(plain("one two three four\nfive six seven eight nine ten\n\nnext\n"),
            "one two three four five six seven eight\nnine ten\n\nnext\n");
}

TEST(RenderedPage, SetsHeadingsInBold) {
  EXPECT_EQ(plain("# A `b` c\ntext"), "A b c\n\ntext\n");
  EXPECT_EQ(render_page("## Title\n", 40, true), "\x1b[1mTitle\x1b[0m\n");
}

TEST(RenderedPage, IndentsCodeAndDoesNotWrapIt) {
  EXPECT_EQ(plain("```go\nfunc f() {\n\tx := `a b c d e f g h i j k l m n o p q r s t u v`\n\n}\n```\n"),
            "    func f() {\n        x := `a b c d e f g h i j k l m n o p q r s t u v`\n\n    }\n");
}

TEST(RenderedPage, HangsTheItemsOfLists) {
  EXPECT_EQ(plain("- one two three four five six seven eight nine\n- b\n  - nested\n\n1. first\n", 20),
            "- one two three four\n  five six seven\n  eight nine\n- b\n  - nested\n1. first\n");
}

TEST(RenderedPage, AlignsTables) {
  EXPECT_EQ(plain("| a | b |\n|---|---|\n| long `x\\|y` | z |\n"), "  a         b\n  long x|y  z\n");
}

TEST(RenderedPage, TakesMarkupForWhatItIsOnly) {
  EXPECT_EQ(plain("(*T).m and (*U).n, 2 * 3 * 4, *em*, **strong**, a_b_c"),
            "(*T).m and (*U).n, 2 * 3 * 4, em,\nstrong, a_b_c\n");
  EXPECT_EQ(plain("`unclosed and [no link] \\*"), "`unclosed and [no link] *\n");
}

TEST(RenderedPage, ShowsTheAddressOfALink) {
  EXPECT_EQ(plain("[Go](https://go.dev) [here](other.md)", 60), "Go <https://go.dev> here\n");
}

TEST(RenderedPage, KeepsACodeSpanOnOneLine) {
  EXPECT_EQ(plain("aaaa bbbb cccc `chan receive (nil chan)`", 20), "aaaa bbbb cccc\nchan receive (nil chan)\n");
}

TEST(RenderedPage, LeavesCommentsOut) {
  EXPECT_EQ(plain("<!-- a\nb -->\ntext\n"), "text\n");
}

TEST(RenderedPage, ColoursCodeInsideStrongWords) {
  EXPECT_EQ(render_page("**a `b` c**", 40, true), "\x1b[1ma \x1b[36mb\x1b[0m\x1b[1m c\x1b[0m\n");
}

TEST(RulePages, AreThereForEveryRule) {
  for (const detect::RuleInfo& rule : detect::rules()) {
    const Page* page = find_rule_page(rule.id);
    ASSERT_NE(page, nullptr) << rule.id;
    EXPECT_THAT(std::string(page->markdown), HasSubstr(std::string(rule.id)));
    EXPECT_GT(plain(page->markdown, 80).size(), 300U) << rule.id;
  }
}

TEST(RulePages, AreOfNothingButRules) {
  for (const Page& page : rule_pages()) {
    if (page.name == "README") continue;
    const auto is_its_rule = [&](const detect::RuleInfo& rule) { return find_rule_page(rule.id) == &page; };
    EXPECT_TRUE(std::ranges::any_of(detect::rules(), is_its_rule)) << page.name;
  }
}

TEST(RuleTexts, AreOfTheRulesOfTheFindings) {
  Report report;
  for (const std::string_view rule : {"memory/cliff", "goroutine/proven-leak", "memory/cliff"}) {
    Finding finding;
    finding.rule = rule;
    report.findings.push_back(finding);
  }
  const std::vector<RuleText> texts = rule_texts(report);
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_EQ(texts[0].id, "goroutine/proven-leak");
  EXPECT_EQ(texts[1].id, "memory/cliff");
  EXPECT_THAT(texts[1].brief, Not(testing::IsEmpty()));
}

}  // namespace
}  // namespace lf::cli
