#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/testing/source_dir.h"
#include "report/sample_reports.h"

// Every sample report in every format, held to a file. LF_UPDATE_GOLDEN=1 writes the files anew: read the difference.

namespace lf::report {
namespace {

std::filesystem::path golden_path(const std::string& name) {
  return source_dir() / "testdata" / "report" / name;
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = golden_path(name);
  if (std::getenv("LF_UPDATE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing; LF_UPDATE_GOLDEN=1 writes it";
  std::stringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(text, expected.str());
}

class Golden : public testing::TestWithParam<const Format*> {};

TEST_P(Golden, HoldsEverySampleReport) {
  const Format& format = *GetParam();
  for (const SampleReport& sample : sample_reports()) {
    SCOPED_TRACE(sample.name);
    Style style;
    style.source_root = "/src/app";
    expect_golden(sample.name + std::string(format.extension), written(sample.report, format.name, style));
  }
}

std::vector<const Format*> format_rows() {
  std::vector<const Format*> rows;
  // The page of the HTML report is another one in every build: html_test.cc holds what is around it.
  for (const Format& format : formats()) {
    if (format.name != "html") rows.push_back(&format);
  }
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Formats, Golden, testing::ValuesIn(format_rows()),
                         [](const auto& row) { return std::string(row.param->name); });

TEST(Golden, HoldsTheTextOfATerminal) {
  Style style;
  style.color = style.icons = true;
  for (const SampleReport& sample : sample_reports()) {
    SCOPED_TRACE(sample.name);
    expect_golden(sample.name + ".terminal", written(sample.report, "text", style));
  }
}

}  // namespace
}  // namespace lf::report
