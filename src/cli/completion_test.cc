#include "cli/completion.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.h"

namespace lf::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> scripts() {
  return {bash_completion(), zsh_completion(), fish_completion()};
}

TEST(Completion, KnowsEveryCommandAndEveryFlagInEveryShell) {
  for (const std::string& script : scripts()) {
    for (const Command& command : commands()) EXPECT_THAT(script, HasSubstr(std::string(command.name)));
    for (const FlagCategory& category : flag_categories()) {
      for (const Flag& flag : category.flags) EXPECT_THAT(script, HasSubstr(std::string(flag.name)));
    }
  }
}

TEST(Completion, KnowsEveryChoiceAndEveryRuleInEveryShell) {
  for (const std::string& script : scripts()) {
    for (const detect::RuleInfo& rule : detect::rules()) EXPECT_THAT(script, HasSubstr(std::string(rule.id)));
    for (const std::string choice : {"junit", "suspect", "always"}) EXPECT_THAT(script, HasSubstr(choice));
  }
}

TEST(Completion, OffersNoUnlistedText) {
  for (const std::string& script : scripts()) EXPECT_EQ(script.find("markdown bash"), std::string::npos);
  EXPECT_THAT(completion::argument_words(*find_command("completion")), ElementsAre("bash", "zsh", "fish"));
}

TEST(Completion, TellsWhatFollowsACommand) {
  EXPECT_THAT(completion::argument_words(*find_command("help")), Contains("analyze"));
  EXPECT_THAT(completion::argument_words(*find_command("explain")), Contains("goroutine/proven-leak"));
  EXPECT_THAT(completion::argument_words(*find_command("check")), IsEmpty());
}

TEST(Completion, KnowsWhichChoicesMayBeSeveral) {
  EXPECT_TRUE(completion::takes_several(*find_flag("format")));
  EXPECT_TRUE(completion::takes_several(*find_flag("fail-on")));
  EXPECT_FALSE(completion::takes_several(*find_flag("color")));
  EXPECT_FALSE(completion::takes_several(*find_flag("url")));
}

TEST(Completion, QuotesForShells) {
  EXPECT_EQ(completion::shell_quoted("the user's"), "'the user'\\''s'");
}

TEST(GeneratedTexts, ListTheShellsOnly) {
  std::set<std::string_view> listed;
  for (const GeneratedText& text : generated_texts()) {
    EXPECT_FALSE(text.make().empty()) << text.name;
    if (text.listed) listed.insert(text.name);
  }
  EXPECT_THAT(listed, testing::UnorderedElementsAre("bash", "zsh", "fish"));
}

}  // namespace
}  // namespace lf::cli
