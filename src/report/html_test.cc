#include "report/html.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/source_dir.h"
#include "report/sample_reports.h"

// The page is another one in every build, so the shell is held to its goldens around a page of two words.

namespace lf::report {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr PageAssets kTwoWords{"start()", "body{}", "sha256-c2NyaXB0", "sha256-c3R5bGU="};

std::string page_of(const Report& report, const Style& style = {}) {
  StringSink sink;
  const Result<void> result = write_html_page(report, style, kTwoWords, sink);
  return result ? sink.written : "failed: " + result.error().message;
}

std::size_t occurrences(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

TEST(HtmlPage, HoldsEverySampleReport) {
  for (const SampleReport& sample : sample_reports()) {
    SCOPED_TRACE(sample.name);
    const auto path = source_dir() / "testdata" / "report" / (sample.name + ".html");
    Style style;
    style.source_root = "/src/app";
    const std::string text = page_of(sample.report, style);
    if (std::getenv("LF_UPDATE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
      std::ofstream(path, std::ios::binary) << text;
      continue;
    }
    std::ifstream file(path, std::ios::binary);
    ASSERT_TRUE(file) << path << " is missing; LF_UPDATE_GOLDEN=1 writes it";
    std::stringstream expected;
    expected << file.rdbuf();
    EXPECT_EQ(text, expected.str());
  }
}
TEST(HtmlPage, AllowsItsOwnScriptAndStyleOnly) {
  const std::string text = page_of(Report{});
  EXPECT_THAT(text,
              HasSubstr("content=\"default-src 'none'; script-src 'sha256-c2NyaXB0'; style-src 'sha256-c3R5bGU='; "
                        "base-uri 'none'; form-action 'none'\""));
  EXPECT_THAT(text, Not(HasSubstr("unsafe")));
}
TEST(HtmlPage, HasNoElementOfTheTarget) {
  for (const char* attack : {"</script><script>alert(1)</script>", "<!--<script>", "\"'><img src=x onerror=alert(1)>",
                             "</noscript></style><svg onload=alert(1)>", "]]></title>"}) {
    const std::string text = page_of(report_full_of(attack));
    EXPECT_EQ(occurrences(text, "<script"), 3U) << attack;
    EXPECT_EQ(occurrences(text, "</script"), 3U) << attack;
    EXPECT_EQ(occurrences(text, "<!--"), 0U) << attack;
    EXPECT_EQ(occurrences(text, "</noscript"), 1U) << attack;
    EXPECT_EQ(occurrences(text, "</title"), 1U) << attack;
    EXPECT_THAT(text, Not(HasSubstr("<img"))) << attack;
    EXPECT_THAT(text, Not(HasSubstr("<svg"))) << attack;
  }
}
TEST(HtmlPage, NumbersEachFrameOnce) {
  Report report;
  Finding finding = full_finding();
  finding.stack.assign(200, finding.site);
  report.findings.assign(3, finding);
  const std::string text = page_of(report);
  const std::string frames = text.substr(text.find("\"frames\""), text.find("\"files\"") - text.find("\"frames\""));
  EXPECT_EQ(occurrences(frames, std::string(finding.site.function.raw())), 1U);
}
TEST(HtmlPage, SaysThatItWasLeftOut) {
  StringSink sink;
  const Result<void> result = write_html_page(Report{}, Style{}, PageAssets{}, sink);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(result.error().message, HasSubstr("scripts/setup web"));
  EXPECT_TRUE(sink.written.empty());
}
TEST(HtmlPage, IsWrittenByTheFormatWhereItWasBuilt) {
  const Format* format = find_format("html");
  ASSERT_NE(format, nullptr);
  EXPECT_EQ(why_left_out(*format).empty(), page_assets().built());
}

}  // namespace
}  // namespace lf::report
