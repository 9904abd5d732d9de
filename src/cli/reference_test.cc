#include "cli/reference.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/source_dir.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/flag.h"
#include "cli/man_page.h"

namespace lf::cli {
namespace {

using testing::HasSubstr;

TEST(Reference, IsWhatTheDocumentationHolds) {
  const std::filesystem::path path = source_dir() / "docs" / "cli.md";
  if (std::getenv("LF_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << markdown_reference();
  std::ostringstream held;
  held << std::ifstream(path).rdbuf();
  EXPECT_TRUE(held.str() == markdown_reference()) << "docs/cli.md is not what the tables say: run scripts/regen_docs";
}

TEST(Reference, NamesEveryCommandFlagAndExitCode) {
  const std::string text = markdown_reference();
  for (const Command& command : commands()) EXPECT_THAT(text, HasSubstr("### " + std::string(command.name) + "\n"));
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) EXPECT_THAT(text, HasSubstr("| `-" + std::string(flag.name)));
  }
  for (const ExitMeaning& meaning : exit_meanings()) EXPECT_THAT(text, HasSubstr("| " + std::string(meaning.code)));
}

TEST(ManPage, NamesEveryCommandAndFlag) {
  std::string text;
  for (const char c : man_page()) {
    if (c != '\\') text += c;
  }
  for (const Command& command : commands()) EXPECT_THAT(text, HasSubstr(".SS " + std::string(command.name) + "\n"));
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) EXPECT_THAT(text, HasSubstr("fB-" + std::string(flag.name) + "fR"));
  }
}

TEST(ManPage, BeginsNoLineOfTextWithARequest) {
  std::istringstream lines(man_page());
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('.')) continue;
    EXPECT_TRUE(line.starts_with(".TH") || line.starts_with(".SH") || line.starts_with(".SS") ||
                line.starts_with(".PP") || line.starts_with(".TP") || line.starts_with(".B") ||
                line.starts_with(".I") || line.starts_with(".EX") || line.starts_with(".EE"))
        << line;
  }
}

}  // namespace
}  // namespace lf::cli
