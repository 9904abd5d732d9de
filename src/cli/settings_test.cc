#include "cli/settings.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lf::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Words = std::vector<std::string_view>;

CommandLine line_of(const Words& words) {
  Result<CommandLine> line = parse_command_line(words);
  EXPECT_TRUE(line) << line.error().message;
  return std::move(line).value_or(CommandLine{});
}

std::string error_of(const Words& words) {
  const Result<CommandLine> line = parse_command_line(words);
  EXPECT_FALSE(line);
  return line ? "" : line.error().message;
}

Setting setting(std::string_view name, std::string value, std::string origin = "flag") {
  return {find_flag(name), std::move(value), std::move(origin)};
}

Options applied(std::vector<Setting> settings) {
  Result<Settings> result = Settings::apply(std::move(settings));
  EXPECT_TRUE(result) << result.error().message;
  return result ? result->options() : Options{};
}

TEST(CommandLineWords, AreCommandThenArguments) {
  const CommandLine line = line_of({"check", ":8080", "-", "a file"});
  EXPECT_EQ(line.command, "check");
  EXPECT_THAT(line.arguments, ElementsAre(":8080", "-", "a file"));
}

TEST(CommandLineWords, TakeAFlagInEveryFormAndPlace) {
  for (const Words& words : {Words{"-timeout=5s", "check"}, Words{"check", "-timeout", "5s"},
                             Words{"check", "--timeout=5s"}, Words{"--timeout", "5s", "check"}}) {
    const CommandLine line = line_of(words);
    EXPECT_EQ(line.command, "check");
    ASSERT_EQ(line.settings.size(), 1U);
    EXPECT_EQ(line.settings[0].flag->name, "timeout");
    EXPECT_EQ(line.settings[0].value, "5s");
    EXPECT_EQ(line.settings[0].origin, "flag");
  }
}

TEST(CommandLineWords, GiveABooleanNoSecondWord) {
  const CommandLine line = line_of({"check", "-verbose", "false", "-force-gc=false"});
  EXPECT_THAT(line.arguments, ElementsAre("false"));
  EXPECT_EQ(line.settings[0].value, "true");
  EXPECT_EQ(line.settings[1].value, "false");
}

TEST(CommandLineWords, KeepEverythingAfterTheFirstEqualsSign) {
  EXPECT_EQ(line_of({"check", "-label=key=a=b"}).settings[0].value, "key=a=b");
  EXPECT_EQ(line_of({"check", "-url="}).settings[0].value, "");
  EXPECT_EQ(line_of({"check", "-url", "-x"}).settings[0].value, "-x");
}

TEST(CommandLineWords, EndFlagsAtTwoDashes) {
  const CommandLine line = line_of({"compare", "-wait=1s", "--", "sh", "-c", "--", "x"});
  EXPECT_TRUE(line.has_dashes);
  EXPECT_THAT(line.after_dashes, ElementsAre("sh", "-c", "--", "x"));
  EXPECT_THAT(line.arguments, IsEmpty());
}

TEST(CommandLineWords, KnowHelpBeforeTwoDashesOnly) {
  EXPECT_TRUE(line_of({"check", "-h"}).help);
  EXPECT_TRUE(line_of({"--help"}).help);
  EXPECT_FALSE(line_of({"compare", "--", "make", "-h"}).help);
}

TEST(CommandLineWords, RefuseAnUnknownFlagWithTheNearestName) {
  EXPECT_THAT(error_of({"check", "-urll=x"}), AllOf(HasSubstr("-urll"), HasSubstr("did you mean -url?")));
  EXPECT_THAT(error_of({"check", "---timeout=1s"}), HasSubstr("did you mean -timeout?"));
  EXPECT_THAT(error_of({"check", "-completely-else"}), HasSubstr("'leakfinder help'"));
  EXPECT_THAT(error_of({"check", "-=x"}), Not(HasSubstr("did you mean")));
  EXPECT_THAT(error_of({"check", "-\x1b[2J"}), Not(HasSubstr("\x1b")));
}

TEST(CommandLineWords, RefuseAFlagWithoutItsValue) {
  EXPECT_THAT(error_of({"check", "-timeout"}), AllOf(HasSubstr("-timeout needs a value"), HasSubstr("DURATION")));
}

TEST(Environment, SetsEveryFlagByItsName) {
  const std::map<std::string, const char*> variables{{"LEAKFINDER_GOROUTINES_ONLY", "true"},
                                                     {"LEAKFINDER_O", "x"},
                                                     {"LEAKFINDER_URL", ""},
                                                     {"FILTER_FUNC", "a,b"},
                                                     {"LEAKFINDER_FILTER_FUNC", "c"}};
  const std::vector<Setting> settings = environment_settings([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second;
  });
  std::vector<std::string> words;
  for (const Setting& each : settings) words.push_back(each.origin + "=" + each.value);
  EXPECT_THAT(words, testing::UnorderedElementsAre("LEAKFINDER_GOROUTINES_ONLY=true", "LEAKFINDER_O=x",
                                                   "FILTER_FUNC=a,b", "LEAKFINDER_FILTER_FUNC=c"));
  EXPECT_THAT(applied(settings).filter_func, testing::UnorderedElementsAre("a", "b", "c"));
}

TEST(SettingsInOrder, LetTheLastOneWin) {
  const Options options = applied({setting("timeout", "1s", "c.yaml:1"), setting("timeout", "2s", "LEAKFINDER_TIMEOUT"),
                                   setting("timeout", "3s"), setting("timeout", "4s")});
  EXPECT_EQ(options.timeout, Milliseconds(4'000));
}

TEST(SettingsInOrder, AddListsUp) {
  const Options options = applied({setting("safe-patterns", "a", "c.yaml:1"), setting("safe-patterns", "b, c"),
                                   setting("header", "X: 1,2"), setting("header", "Y: 3")});
  EXPECT_THAT(options.safe_patterns, ElementsAre("a", "b", "c"));
  EXPECT_THAT(options.header, ElementsAre("X: 1,2", "Y: 3"));
}

TEST(SettingsInOrder, UniteFailOnOfOneOriginAndReplaceThatOfAWeakerOne) {
  const Flag* flag = find_flag("fail-on");
  const Result<Settings> united =
      Settings::apply({{flag, "suspect", "LEAKFINDER_FAIL_ON"}, {flag, "critical", "flag"}, {flag, "leak", "flag"}});
  ASSERT_TRUE(united) << united.error().message;
  EXPECT_EQ(united->options().fail_on, (FailOnChoice{.leak = true, .suspect = false, .critical = true}));
  EXPECT_THAT(united->describe(), ElementsAre("-fail-on=critical,leak (flag)"));
  EXPECT_FALSE(Settings::apply({{flag, "never", "flag"}, {flag, "leak", "flag"}}));
  EXPECT_TRUE(Settings::apply({{flag, "leak", "LEAKFINDER_FAIL_ON"}, {flag, "never", "flag"}}));
}
TEST(SettingsInOrder, NameTheOriginOfAWrongValue) {
  const auto message = [](Setting wrong) {
    const Result<Settings> settings = Settings::apply({std::move(wrong)});
    return settings ? std::string() : settings.error().message;
  };
  EXPECT_THAT(message(setting("timeout", "soon")), AllOf(HasSubstr("-timeout"), HasSubstr("\"soon\"")));
  EXPECT_THAT(message(setting("timeout", "soon", "c.yaml:7")), AllOf(HasSubstr("c.yaml:7"), HasSubstr("timeout")));
}

TEST(SettingsInOrder, KnowWhichAreSet) {
  const Result<Settings> settings = Settings::apply({setting("samples", "3")});
  ASSERT_TRUE(settings);
  EXPECT_TRUE(settings->is_set("samples"));
  EXPECT_FALSE(settings->is_set("sample-interval"));
}

TEST(SettingsDescription, ShowsWhatCountsAndWhereItCameFrom) {
  const Result<Settings> settings =
      Settings::apply({setting("timeout", "1s", "c.yaml:1"), setting("safe-patterns", "a", "SAFE_PATTERNS"),
                       setting("timeout", "2s"), setting("safe-patterns", "b")});
  ASSERT_TRUE(settings);
  EXPECT_THAT(settings->describe(),
              ElementsAre("-safe-patterns=a (SAFE_PATTERNS)", "-timeout=2s (flag)", "-safe-patterns=b (flag)"));
}

TEST(SettingsDescription, ShowsNoSecret) {
  const Result<Settings> settings = Settings::apply(
      {setting("url", "http://u:hunter2@h:1"), setting("header", "Authorization: hunter2"), setting("user", "hunter2"),
       setting("proxy", "http://u:hunter2@p"), setting("notify", "https://hooks/hunter2")});
  ASSERT_TRUE(settings);
  for (const std::string& line : settings->describe()) EXPECT_THAT(line, Not(HasSubstr("hunter2")));
  EXPECT_EQ(settings->describe().size(), 5U);
}

}  // namespace
}  // namespace lf::cli
