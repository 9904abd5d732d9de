#include "cli/flag.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.h"
#include "cli/values.h"
#include "report/report_writer.h"

namespace lf::cli {
namespace {

std::vector<const Flag*> all_flags() {
  std::vector<const Flag*> flags;
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) flags.push_back(&flag);
  }
  return flags;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

TEST(FlagTable, NamesNothingTwice) {
  std::set<std::string_view> names, environment;
  for (const Flag* flag : all_flags()) {
    EXPECT_TRUE(names.insert(flag->name).second) << flag->name;
    if (!flag->environment.empty()) {
      EXPECT_TRUE(environment.insert(flag->environment).second) << flag->environment;
    }
    EXPECT_EQ(find_flag(flag->name), flag);
  }
  EXPECT_GT(names.size(), 50U);
  EXPECT_EQ(find_flag("h"), nullptr);
  EXPECT_EQ(find_flag("help"), nullptr);
}

TEST(FlagTable, SpellsNamesInLowerCaseWithDashes) {
  for (const Flag* flag : all_flags()) {
    EXPECT_EQ(flag->name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos) << flag->name;
  }
}

TEST(FlagTable, DocumentsEveryFlag) {
  for (const Flag* flag : all_flags()) {
    EXPECT_GT(flag->brief.size(), 8U) << flag->name;
    EXPECT_FALSE(flag->brief.ends_with('.')) << flag->name;
    EXPECT_EQ(flag->brief.find('\n'), std::string_view::npos) << flag->name;
    EXPECT_EQ(flag->value_name.empty(), flag->kind == FlagKind::kBool) << flag->name;
    EXPECT_NE(flag->apply, nullptr) << flag->name;
  }
}

TEST(FlagTable, NamesOnlyCommandsThatExist) {
  for (const Flag* flag : all_flags()) {
    for (const std::string& name : split(flag->commands, ' ')) {
      EXPECT_NE(find_command(name), nullptr) << flag->name << " is of " << name;
    }
  }
}

TEST(FlagTable, ShowsTheDefaultsThatOptionsHave) {
  std::set<std::string_view> in_words;
  for (const Flag* flag : all_flags()) {
    if (flag->default_text.empty()) continue;
    if (flag->default_text.find(' ') != std::string_view::npos) {
      in_words.insert(flag->name);
      continue;
    }
    Options options;
    const Result<void> applied = flag->apply(options, flag->default_text);
    EXPECT_TRUE(applied) << flag->name << ": " << applied.error().message;
    EXPECT_TRUE(options == Options{}) << flag->name << " is not " << flag->default_text << " by default";
  }
  EXPECT_THAT(in_words, testing::ElementsAre("config", "sample-interval", "samples", "settle"));
}

TEST(FlagTable, SetsSomethingWithEveryFlag) {
  for (const Flag* flag : all_flags()) {
    bool changed = false;
    for (const std::string_view value : {"7", "true", "false", "7s", "a: b", "k=v", "json", "critical", "always"}) {
      Options options;
      changed = changed || (flag->apply(options, value) && !(options == Options{}));
    }
    EXPECT_TRUE(changed) << flag->name;
  }
}

TEST(FlagTable, AcceptsItsChoicesAndNoOthers) {
  for (const Flag* flag : all_flags()) {
    if (flag->choices.empty()) continue;
    for (const std::string& choice : split(flag->choices, '|')) {
      Options options;
      EXPECT_TRUE(flag->apply(options, choice)) << flag->name << "=" << choice;
    }
    Options options;
    EXPECT_FALSE(flag->apply(options, "something-else")) << flag->name;
    EXPECT_FALSE(flag->apply(options, "")) << flag->name;
  }
}

TEST(FlagTable, OffersTheFormatsThereAre) {
  std::vector<std::string> names;
  for (const report::Format& format : report::formats()) names.emplace_back(format.name);
  EXPECT_THAT(split(find_flag("format")->choices, '|'), testing::UnorderedElementsAreArray(names));
}

TEST(FlagTable, AddsUpListsAndReplacesTheRest) {
  for (const Flag* flag : all_flags()) {
    if (flag->kind != FlagKind::kList) continue;
    const std::string_view value = flag->name == "header" ? "a: b" : "k=v";
    Options once, twice;
    ASSERT_TRUE(flag->apply(once, value)) << flag->name;
    ASSERT_TRUE(flag->apply(twice, value) && flag->apply(twice, value)) << flag->name;
    EXPECT_FALSE(once == twice) << flag->name;
  }
}

TEST(FlagTable, QuotesNoSecretInAMessage) {
  for (const Flag* flag : all_flags()) {
    if (!flag->secret) continue;
    for (const std::string_view value : {"hunter2", ":hunter2", "\x1bhunter2"}) {
      Options options;
      const Result<void> applied = flag->apply(options, value);
      const std::string message = applied ? std::string() : applied.error().message;
      EXPECT_EQ(message.find("hunter2"), std::string::npos) << flag->name;
    }
  }
}

}  // namespace
}  // namespace lf::cli
