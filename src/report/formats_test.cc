#include <algorithm>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "report/markdown.h"
#include "report/sample_reports.h"

namespace lf::report {
namespace {

using testing::HasSubstr;
using testing::Not;

const Report& sample(const std::string& name) {
  static const std::vector<SampleReport> all = sample_reports();
  return std::ranges::find(all, name, &SampleReport::name)->report;
}

std::size_t occurrences(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

rapidjson::Document sarif_of(const Report& report, const Style& style = {}) {
  rapidjson::Document document;
  document.Parse(written(report, "sarif", style).c_str());
  return document;
}

TEST(Formats, HaveNamesExtensionsAndWordsOfTheirOwn) {
  std::set<std::string_view> names, extensions;
  for (const Format& format : formats()) {
    names.insert(format.name);
    extensions.insert(format.extension);
    EXPECT_FALSE(format.brief.empty()) << format.name;
    EXPECT_EQ(find_format(format.name), &format);
  }
  EXPECT_EQ(names.size(), formats().size());
  EXPECT_EQ(extensions.size(), formats().size());
  EXPECT_EQ(find_format("yaml"), nullptr);
}
TEST(Formats, AllCarryIdVerdictAndCountOfEachFinding) {
  const Report& report = sample("leaking_analyze");
  for (const Format& format : formats()) {
    const std::string text = written(report, format.name);
    for (const Finding& finding : report.findings) EXPECT_THAT(text, HasSubstr(finding.id)) << format.name;
    EXPECT_THAT(text, testing::ContainsRegex("1,?000")) << format.name;
    EXPECT_THAT(text, testing::ContainsRegex("[lL](EAK|eak)|error")) << format.name;
  }
}
TEST(Formats, AllReturnTheFailureOfTheSink) {
  for (const Format& format : formats()) {
    StringSink sink(1);
    const Result<void> result = format.write(sample("leaking_analyze"), Style{}, sink);
    ASSERT_FALSE(result) << format.name;
    EXPECT_EQ(result.error().code, ErrorCode::kIo) << format.name;
  }
}
TEST(Formats, AllHoldAnEmptyReport) {
  for (const Format& format : formats()) EXPECT_FALSE(written(Report{}, format.name).empty()) << format.name;
}

TEST(Markdown, FitsAComment) {
  Report report = sample("leaking_analyze");
  report.findings.resize(1000, full_finding());
  Style style;
  style.top = 1000;
  const std::string text = written(report, "markdown", style);
  EXPECT_LE(text.size(), kLongestComment);
  EXPECT_GT(text.size(), kLongestComment / 2);
  EXPECT_THAT(text, HasSubstr("more left out"));
  EXPECT_THAT(text, HasSubstr("Cost to the target"));
}
TEST(Markdown, FitsACommentWhateverTheTextsHold) {
  for (const std::string& text :
       {std::string(100'000, '*'), std::string(100'000, '\x1b'), std::string("@<[`|").append(9999, '`')}) {
    EXPECT_LE(written(report_full_of(text), "markdown").size(), kLongestComment);
  }
}
TEST(Markdown, FoldsTheStack) {
  const std::string text = written(sample("leaking_analyze"), "markdown");
  const std::size_t fold = text.find("<details><summary>Stack");
  ASSERT_NE(fold, std::string::npos);
  EXPECT_GT(text.find("errgroup.(*Group).Go.func1"), fold);
  EXPECT_EQ(occurrences(text, "<details>"), occurrences(text, "</details>"));
}
TEST(Markdown, HoldsNoMarkupOfTheTarget) {
  const std::string text = written(report_full_of("<img src=x> @someone [a](http://e) | x"), "markdown");
  // Outside code spans and blocks, nothing of it is markup.
  const std::string outside =
      std::regex_replace(std::regex_replace(text, std::regex("<pre>[^]*?</pre>"), ""), std::regex("`[^`\n]*`"), "");
  EXPECT_THAT(text, Not(HasSubstr("<img")));
  EXPECT_THAT(outside, Not(HasSubstr("@someone")));
  EXPECT_THAT(outside, Not(HasSubstr("](http://e")));
}

TEST(Sarif, GivesRelativeUrisUnderTheSourceRoot) {
  Style style;
  style.source_root = "/src/app";
  const rapidjson::Document document = sarif_of(sample("leaking_analyze"), style);
  const auto& run = document["runs"][0];
  const auto& artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
  EXPECT_STREQ(artifact["uri"].GetString(), "pool.go");
  EXPECT_STREQ(artifact["uriBaseId"].GetString(), "SRCROOT");
  EXPECT_STREQ(run["originalUriBaseIds"]["SRCROOT"]["uri"].GetString(), "file:///src/app/");
}
TEST(Sarif, GivesFileUrisElsewhere) {
  const rapidjson::Document document = sarif_of(sample("leaking_analyze"));
  const auto& artifact = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
  EXPECT_STREQ(artifact["uri"].GetString(), "file:///src/app/pool.go");
  EXPECT_FALSE(artifact.HasMember("uriBaseId"));
}
TEST(Sarif, FlowsFromTheCreatorToTheBlockingLine) {
  const rapidjson::Document document = sarif_of(sample("leaking_analyze"));
  const auto& steps = document["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
  ASSERT_EQ(steps.Size(), 4U);
  const auto line_of = [&](unsigned i) {
    return steps[i]["location"]["physicalLocation"]["region"]["startLine"].GetInt();
  };
  EXPECT_EQ(line_of(0), 17);
  EXPECT_EQ(line_of(3), 42);
}
TEST(Sarif, PointsEachResultAtItsRule) {
  const rapidjson::Document document = sarif_of(sample("leaking_analyze"));
  const auto& run = document["runs"][0];
  for (const auto& result : run["results"].GetArray()) {
    const auto& rule = run["tool"]["driver"]["rules"][result["ruleIndex"].GetUint()];
    EXPECT_STREQ(rule["id"].GetString(), result["ruleId"].GetString());
    EXPECT_TRUE(rule["help"].HasMember("text"));
  }
}
TEST(Sarif, SuppressesWhatIsAccepted) {
  const rapidjson::Document document = sarif_of(sample("leaking_analyze"));
  const auto& results = document["runs"][0]["results"];
  EXPECT_FALSE(results[0].HasMember("suppressions"));
  EXPECT_TRUE(results[3].HasMember("suppressions"));
}
TEST(Sarif, GivesAFindingWithoutALineAPlace) {
  Report report;
  report.findings.emplace_back().rule = "gc/verdict";
  const rapidjson::Document document = sarif_of(report);
  EXPECT_EQ(document["runs"][0]["results"][0]["locations"].Size(), 1U);
}

TEST(Junit, FailsExactlyWhatFailOnCounts) {
  Report report = sample("leaking_analyze");
  report.fail_on = {.leak = true};
  EXPECT_EQ(occurrences(written(report, "junit"), "<failure "), 1U);
  report.fail_on = {.leak = true, .suspect = true};
  EXPECT_EQ(occurrences(written(report, "junit"), "<failure "), 2U);
  report.fail_on = {.leak = true, .suspect = true, .goroutine_alert = true};
  EXPECT_EQ(occurrences(written(report, "junit"), "<failure "), 3U);
  EXPECT_THAT(written(report, "junit"), HasSubstr("failures=\"3\""));
  report.fail_on = {.leak = false};
  EXPECT_EQ(occurrences(written(report, "junit"), "<failure "), 0U);
}
TEST(Junit, HasAPassingCaseForAHealthyRun) {
  const std::string text = written(sample("healthy_check"), "junit");
  EXPECT_THAT(text, HasSubstr("tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"0\""));
}
TEST(Junit, HasAnErrorForWhatCouldNotBeMeasured) {
  EXPECT_THAT(written(sample("nothing_measured"), "junit"), HasSubstr("<error type=\"timeout\""));
}

TEST(Github, IsALineForEachFindingBySeverity) {
  const std::string text = written(sample("leaking_analyze"), "github");
  EXPECT_EQ(occurrences(text, "\n::error "), 1U);
  EXPECT_EQ(occurrences(text, "\n::warning "), 1U);
  EXPECT_EQ(occurrences(text, "\n::debug::"), 1U);
  EXPECT_THAT(text, HasSubstr("::error file=/src/app/pool.go,line=42,title=LeakFinder leak%3A "
                              "main.(*Pool).worker::1,000 goroutines in chan send"));
}
TEST(Github, IsOneLineACommandWhateverTheTextsHold) {
  const Report report = report_full_of("x\r\n::add-mask::y\n::error file=a::b,c=d");
  const std::string text = written(report, "github");
  const std::size_t commands = 1 + report.findings.size() + report.errors.size() + report.warnings.size();
  EXPECT_EQ(occurrences(text, "\n"), commands);
}

}  // namespace
}  // namespace lf::report
