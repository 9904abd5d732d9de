#include "cli/config_file.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lf::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> words_of(const std::string& text) {
  const Result<std::vector<Setting>> settings = config_settings(text, "c.yaml");
  EXPECT_TRUE(settings) << settings.error().message;
  std::vector<std::string> words;
  if (!settings) return words;
  for (const Setting& setting : *settings) {
    words.push_back(std::string(setting.flag->name) + "=" + setting.value + " @" + setting.origin);
  }
  return words;
}

std::string error_of(const std::string& text) {
  const Result<std::vector<Setting>> settings = config_settings(text, "c.yaml");
  EXPECT_FALSE(settings) << text;
  if (settings) return "";
  EXPECT_EQ(settings.error().code, ErrorCode::kUsage);
  return settings.error().message;
}

TEST(ConfigFile, SetsFlagsByNameWithTheirLines) {
  EXPECT_THAT(words_of("url: http://h:1\n# a remark\ntimeout: 5s\n"),
              ElementsAre("url=http://h:1 @c.yaml:1", "timeout=5s @c.yaml:3"));
}

TEST(ConfigFile, TakesUnderscoresForDashes) {
  EXPECT_THAT(words_of("goroutines_only: true"), ElementsAre("goroutines-only=true @c.yaml:1"));
}

TEST(ConfigFile, GivesAListSeveralSettings) {
  EXPECT_THAT(words_of("safe-patterns: [a, b]"), ElementsAre("safe-patterns=a @c.yaml:1", "safe-patterns=b @c.yaml:1"));
}

TEST(ConfigFile, MayBeEmpty) {
  EXPECT_THAT(words_of(""), IsEmpty());
  EXPECT_THAT(words_of("# nothing\n"), IsEmpty());
}

TEST(ConfigFile, RefusesAnUnknownKeyWithItsLineAndTheNearestName) {
  EXPECT_THAT(error_of("url: x\ntimeuot: 5s\n"),
              AllOf(HasSubstr("c.yaml:2"), HasSubstr("timeuot"), HasSubstr("timeout")));
}

TEST(ConfigFile, RefusesARepeatedKey) {
  EXPECT_THAT(error_of("url: x\nurl: y\n"), AllOf(HasSubstr("c.yaml:2"), HasSubstr("url")));
  EXPECT_THAT(error_of("memory-only: true\nmemory_only: false\n"), HasSubstr("c.yaml:2"));
}

TEST(ConfigFile, DoesNotNameAnotherConfigFile) {
  EXPECT_THAT(error_of("config: other.yaml"), HasSubstr("config"));
}

TEST(ConfigFile, RefusesOtherShapes) {
  EXPECT_THAT(error_of("- url"), HasSubstr("mapping"));
  EXPECT_THAT(error_of("just words"), HasSubstr("mapping"));
  EXPECT_THAT(error_of("url: {a: b}"), HasSubstr("c.yaml:1"));
  EXPECT_THAT(error_of("url:"), HasSubstr("c.yaml:1"));
  EXPECT_THAT(error_of("url: [a, b]"), HasSubstr("one value"));
  EXPECT_THAT(error_of("safe-patterns: [[a]]"), HasSubstr("list of texts"));
  EXPECT_THAT(error_of("url: \"unfinished"), HasSubstr("YAML"));
}

TEST(ConfigFile, ShowsHostileKeysAsEscapes) {
  EXPECT_THAT(error_of("\"\\e[2J\": 1"), AllOf(HasSubstr("\\x1b[2J"), testing::Not(HasSubstr("\x1b"))));
}

TEST(ConfigFile, SurvivesDeepNesting) {
  EXPECT_THAT(error_of("url: " + std::string(20'000, '[')), HasSubstr("c.yaml"));
}

TEST(ConfigFile, ThatIsMissingIsAUsageErrorWithItsName) {
  const Result<std::vector<Setting>> settings = config_file_settings("/nowhere/leakfinder.yaml", NeverStop{});
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::kUsage);
  EXPECT_THAT(settings.error().message, HasSubstr("/nowhere/leakfinder.yaml"));
}

TEST(PatternsFile, HoldsTextsAndReasons) {
  const Result<Patterns> patterns = parse_patterns(
      "suspicious:\n  - main.retry\n  - {pattern: 're:Poll$', reason: polls too often}\nsafe_patterns: [idle]\n", "p");
  ASSERT_TRUE(patterns) << patterns.error().message;
  ASSERT_EQ(patterns->suspicious.size(), 2U);
  EXPECT_EQ(patterns->suspicious[0].pattern, "main.retry");
  EXPECT_EQ(patterns->suspicious[1].pattern, "re:Poll$");
  EXPECT_EQ(patterns->suspicious[1].reason, "polls too often");
  ASSERT_EQ(patterns->safe.size(), 1U);
  EXPECT_EQ(patterns->safe[0].pattern, "idle");
}

TEST(PatternsFile, RefusesWhatItDoesNotKnowWithTheLine) {
  const auto message = [](const std::string& text) { return parse_patterns(text, "p.yaml").error().message; };
  EXPECT_THAT(message("safe: []\nsuspicous: []\n"), AllOf(HasSubstr("p.yaml:2"), HasSubstr("suspicous")));
  EXPECT_THAT(message("safe: text"), HasSubstr("list"));
  EXPECT_THAT(message("safe:\n  - {reason: why}\n"), HasSubstr("pattern is missing"));
  EXPECT_THAT(message("safe:\n  - {pattern: a, because: b}\n"), HasSubstr("because"));
  EXPECT_THAT(message("safe:\n  - [a]\n"), HasSubstr("p.yaml:2"));
}

TEST(PatternsFile, MayLeaveAListEmpty) {
  const Result<Patterns> patterns = parse_patterns("suspicious:\nsafe:\n", "p");
  ASSERT_TRUE(patterns) << patterns.error().message;
  EXPECT_THAT(patterns->safe, IsEmpty());
}

}  // namespace
}  // namespace lf::cli
