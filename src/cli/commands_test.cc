#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "cli/command.h"

namespace lf::cli {
namespace {

struct Example {
  std::vector<std::string> environment, words;
};

/// Takes an example apart as a shell does; the words after the program's name.
Example shell_words(std::string_view text) {
  Example example;
  bool program_seen = false;
  std::string word;
  char quote = 0;
  const auto end_word = [&] {
    if (word.empty()) return;
    if (word == "leakfinder" && !program_seen) {
      program_seen = true;
    } else {
      (program_seen ? example.words : example.environment).push_back(word);
    }
    word.clear();
  };
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == ' ') {
      end_word();
    } else {
      word += c;
    }
  }
  end_word();
  EXPECT_TRUE(program_seen) << text;
  EXPECT_EQ(quote, 0) << text;
  return example;
}

TEST(CommandTable, NamesNothingTwice) {
  std::set<std::string_view> names;
  for (const Command& command : commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_EQ(find_command(command.name), &command);
    EXPECT_NE(command.run, nullptr) << command.name;
  }
  EXPECT_EQ(find_command(""), nullptr);
  EXPECT_EQ(find_command("scan"), nullptr);
}

TEST(CommandTable, DocumentsEveryCommand) {
  for (const Command& command : commands()) {
    EXPECT_GT(command.brief.size(), 8U) << command.name;
    EXPECT_FALSE(command.brief.ends_with('.')) << command.name;
    EXPECT_TRUE(command.detail.ends_with('.')) << command.name;
    ASSERT_FALSE(command.examples.empty()) << command.name;
    for (const std::string_view example : command.examples) EXPECT_FALSE(example.empty()) << command.name;
  }
}

TEST(CommandTable, GivesExamplesThatParse) {
  for (const Command& command : commands()) {
    for (const std::string_view text : command.examples) {
      const Example example = shell_words(text);
      const std::vector<std::string_view> words(example.words.begin(), example.words.end());
      const Result<CommandLine> line = parse_command_line(words);
      ASSERT_TRUE(line) << text << ": " << line.error().message;
      EXPECT_EQ(line->command, command.name) << text;
      const Result<Settings> settings = Settings::apply(line->settings);
      EXPECT_TRUE(settings) << text << ": " << settings.error().message;
      for (const Setting& setting : line->settings) {
        const std::string_view only = setting.flag->commands;
        EXPECT_TRUE(only.empty() || only.find(command.name) != std::string_view::npos) << text;
      }
      for (const std::string& variable : example.environment) {
        const std::string name = variable.substr(0, variable.find('='));
        EXPECT_EQ(environment_settings([&](const char* asked) { return name == asked ? "x" : nullptr; }).size(), 1U)
            << text;
      }
    }
  }
}

}  // namespace
}  // namespace lf::cli
