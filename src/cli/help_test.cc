#include "cli/help.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/columns.h"

namespace lf::cli {
namespace {

using testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(Wrap, BreaksBetweenWords) {
  EXPECT_EQ(wrap("one two three four five six", 20, 2), "one two three four\n  five six");
}

TEST(Wrap, KeepsAWordThatIsTooLongWhole) {
  EXPECT_EQ(wrap("a http://localhost:6060/debug/pprof b", 20, 0), "a\nhttp://localhost:6060/debug/pprof\nb");
}

TEST(Wrap, CountsColumnsNotBytes) {
  EXPECT_EQ(wrap("äöüäöüäöü äöüäöüäöü", 20, 0), "äöüäöüäöü äöüäöüäöü");
}

TEST(Wrap, OfNothingIsNothing) {
  EXPECT_EQ(wrap("", 80, 4), "");
}

TEST(GeneralHelp, NamesEveryCommandAndEveryFlagWithItsDefault) {
  const std::string help = general_help(400);
  for (const Command& command : commands()) EXPECT_THAT(help, HasSubstr("\n  " + std::string(command.name) + " "));
  for (const FlagCategory& category : flag_categories()) {
    EXPECT_THAT(help, HasSubstr(std::string(category.title) + ":"));
    for (const Flag& flag : category.flags) {
      EXPECT_THAT(help, HasSubstr("\n  -" + std::string(flag.name)));
      if (!flag.default_text.empty() && flag.default_text != "false") {
        EXPECT_THAT(help, HasSubstr("[" + std::string(flag.default_text) + "]"));
      }
    }
  }
}

TEST(GeneralHelp, FitsTheTerminal) {
  for (const int width : {60, 80, 120}) {
    for (const std::string& line : lines_of(general_help(width))) EXPECT_LE(report::columns(line), width) << line;
  }
}

TEST(CommandHelp, ShowsUsageDetailAndExamples) {
  for (const Command& command : commands()) {
    const std::string help = command_help(command, 80);
    EXPECT_THAT(help, HasSubstr("leakfinder " + std::string(command.name) + " [flags]"));
    for (const std::string_view example : command.examples) EXPECT_THAT(help, HasSubstr(std::string(example)));
    for (const std::string& line : lines_of(help)) EXPECT_LE(report::columns(line), 100) << line;
  }
}

TEST(CommandHelp, ShowsTheFlagsThatOnlyItHas) {
  EXPECT_THAT(command_help(*find_command("filter"), 80), HasSubstr("-filter-pkg=LIST"));
  EXPECT_THAT(command_help(*find_command("check"), 80), testing::Not(HasSubstr("-filter-pkg")));
}

}  // namespace
}  // namespace lf::cli
