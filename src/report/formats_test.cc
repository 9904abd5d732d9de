#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/markdown.h"
#include "report/parsed_json.h"
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

/// `text` without what stands between `begin` and the next `end`, both included.
std::string without(std::string text, std::string_view begin, std::string_view end) {
  for (std::size_t from = text.find(begin); from != std::string::npos; from = text.find(begin, from)) {
    const std::size_t to = text.find(end, from + begin.size());
    if (to == std::string::npos) break;
    text.erase(from, to + end.size() - from);
  }
  return text;
}

/// The only run of the SARIF log.
std::map<std::string, std::string> sarif_of(const Report& report, const Style& style = {}) {
  constexpr std::string_view kRun = "runs/0/";
  std::map<std::string, std::string> run;
  for (const auto& [path, value] : parsed_json(written(report, "sarif", style))) {
    if (path.starts_with(kRun)) run[path.substr(kRun.size())] = value;
  }
  return run;
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
    if (!why_left_out(format).empty()) continue;
    const std::string text = written(report, format.name);
    for (const Finding& finding : report.findings) EXPECT_THAT(text, HasSubstr(finding.id)) << format.name;
    EXPECT_THAT(text, testing::ContainsRegex("1,?000")) << format.name;
    EXPECT_THAT(text, testing::ContainsRegex("[lL](EAK|eak)|error")) << format.name;
  }
}
TEST(Formats, AllReturnTheFailureOfTheSink) {
  for (const Format& format : formats()) {
    if (!why_left_out(format).empty()) continue;
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
  const std::string outside = without(without(text, "<pre>", "</pre>"), "`", "`");
  EXPECT_THAT(text, Not(HasSubstr("<img")));
  EXPECT_THAT(outside, Not(HasSubstr("@someone")));
  EXPECT_THAT(outside, Not(HasSubstr("](http://e")));
}

TEST(Sarif, GivesRelativeUrisUnderTheSourceRoot) {
  Style style;
  style.source_root = "/src/app";
  const auto run = sarif_of(sample("leaking_analyze"), style);
  EXPECT_EQ(run.at("results/0/locations/0/physicalLocation/artifactLocation/uri"), "pool.go");
  EXPECT_EQ(run.at("results/0/locations/0/physicalLocation/artifactLocation/uriBaseId"), "SRCROOT");
  EXPECT_EQ(run.at("originalUriBaseIds/SRCROOT/uri"), "file:///src/app/");
}
TEST(Sarif, GivesFileUrisElsewhere) {
  const auto run = sarif_of(sample("leaking_analyze"));
  EXPECT_EQ(run.at("results/0/locations/0/physicalLocation/artifactLocation/uri"), "file:///src/app/pool.go");
  EXPECT_FALSE(run.contains("results/0/locations/0/physicalLocation/artifactLocation/uriBaseId"));
}
TEST(Sarif, FlowsFromTheCreatorToTheBlockingLine) {
  const auto run = sarif_of(sample("leaking_analyze"));
  const std::string steps = "results/0/codeFlows/0/threadFlows/0/locations";
  EXPECT_EQ(run.at(steps + "#"), "4");
  EXPECT_EQ(run.at(steps + "/0/location/physicalLocation/region/startLine"), "17");
  EXPECT_EQ(run.at(steps + "/3/location/physicalLocation/region/startLine"), "42");
}
TEST(Sarif, PointsEachResultAtItsRule) {
  const auto run = sarif_of(sample("leaking_analyze"));
  for (const char* result : {"results/0/", "results/1/", "results/2/", "results/3/"}) {
    const std::string rule = "tool/driver/rules/" + run.at(std::string(result) + "ruleIndex");
    EXPECT_EQ(run.at(rule + "/id"), run.at(std::string(result) + "ruleId"));
    EXPECT_TRUE(run.contains(rule + "/help/text"));
  }
}
TEST(Sarif, SuppressesWhatIsAccepted) {
  const auto run = sarif_of(sample("leaking_analyze"));
  EXPECT_FALSE(run.contains("results/0/suppressions#"));
  EXPECT_EQ(run.at("results/3/suppressions#"), "1");
}
TEST(Sarif, GivesAFindingWithoutALineAPlace) {
  Report report;
  report.findings.emplace_back().rule = "gc/verdict";
  EXPECT_EQ(sarif_of(report).at("results/0/locations#"), "1");
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
