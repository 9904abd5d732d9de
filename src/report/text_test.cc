#include "report/text.h"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/columns.h"
#include "report/sample_reports.h"
#include "report/table.h"
#include "report/text_page.h"

namespace lf::report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Report with(Finding finding, const char* command = "analyze") {
  Report report;
  report.command = command;
  report.findings = {std::move(finding)};
  return report;
}

TEST(Text, NamesTheLineBeforeTheReasons) {
  const std::string text = written(with(full_finding()), "text");
  const std::size_t line =
      text.find("LEAK     main.(*Pool).worker  /src/app/pool.go:42  1,000 goroutines in chan send");
  ASSERT_NE(line, std::string::npos) << text;
  EXPECT_LT(line, text.find("why"));
  EXPECT_LT(text.find("why"), text.find("do  "));
}
TEST(Text, SaysThatAHeapOfOneCollectionCannotDiffer) {
  Report report;
  report.command = "compare";
  report.memory.emplace();
  report.memory->samples.resize(2);
  report.memory->samples.front().num_gc = report.memory->samples.back().num_gc = 7;
  EXPECT_THAT(written(report, "text"), HasSubstr("no garbage collection ended in between (-force-gc"));
  report.memory->samples.back().num_gc = 8;
  EXPECT_THAT(written(report, "text"), Not(HasSubstr("no garbage collection")));
}
TEST(Text, NamesTheSiteOfGoroutinesWithoutAStack) {
  Report report;
  report.command = "check";
  report.goroutines.emplace();
  report.goroutines->sites.resize(1);
  report.goroutines->sites[0].count = 3;
  EXPECT_THAT(written(report, "text"), HasSubstr("(no stack)"));
}
TEST(Text, NeverShortensTheLineThatLeaks) {
  Finding finding = full_finding();
  finding.site.file = TargetText("/home/someone/" + std::string(200, 'd') + "/pool.go");
  Style style;
  style.width = 60;
  EXPECT_THAT(written(with(finding), "text", style),
              HasSubstr("/home/someone/" + std::string(200, 'd') + "/pool.go:42"));
}
TEST(Text, SaysTheAmountOnceWhereTheTitleBeginsWithIt) {
  Finding finding = full_finding();
  finding.title = TargetText("1,000 goroutines in chan send, more and more");
  Style style;
  style.width = 60;
  const std::string narrow = written(with(finding), "text", style);
  EXPECT_THAT(narrow, HasSubstr("/src/app/pool.go:42\n         1,000 goroutines in chan send, more and more\n"));
  style.width = 100;
  EXPECT_THAT(written(with(finding), "text", style), HasSubstr("pool.go:42  1,000 goroutines in chan send\n"));
}
TEST(Text, LeavesOutWhatIsSaidElsewhereWhereATableWouldNotFit) {
  const Report report = with(full_finding(), "channels");
  Style style;
  EXPECT_THAT(written(report, "text", style), HasSubstr("score  likelihood"));
  style.width = 60;
  const std::string narrow = written(report, "text", style);
  EXPECT_THAT(narrow, HasSubstr("  score  count  state"));
  EXPECT_THAT(narrow, Not(HasSubstr("score  likelihood")));
}
TEST(Text, SaysInTheHeadWhatTheTitleAdds) {
  Finding finding = full_finding();
  finding.title = TargetText("1,000 goroutines in chan send at main.(*Pool).worker, more and more");
  Style style;
  style.width = 100;
  const std::string text = written(with(finding), "text", style);
  EXPECT_THAT(text, HasSubstr("pool.go:42  1,000 goroutines in chan send, more and more\n  why"));
  EXPECT_THAT(text, Not(HasSubstr(" at main.(*Pool).worker")));
}
TEST(Text, ListsTheCountsOnceWhereTheEvidenceDoes) {
  Finding finding = full_finding();
  EXPECT_THAT(written(with(finding), "text"), HasSubstr("seen   880 -> 940 -> 1,000; +60/min; 120 born"));
  finding.evidence.emplace_back("goroutines at each sample: 880, 940, 1000 (+60.0 a minute)");
  EXPECT_THAT(written(with(finding), "text"), HasSubstr("seen   120 born"));
}
TEST(Text, HasNoEscapeSequenceAndOnlyAsciiOfOurOwnWhenPlain) {
  for (const SampleReport& sample : sample_reports()) {
    for (const char c : written(sample.report, "text")) {
      ASSERT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7F)) << sample.name;
    }
  }
}
TEST(Text, ColoursOnlyWithSequencesOfItsOwn) {
  Style style;
  style.color = true;
  std::string text = written(report_full_of("\x1b]0;x\x07\x1b[31m"), "text", style);
  for (const char* own : {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[32m", "\x1b[36m"}) {
    for (std::size_t at = text.find(own); at != std::string::npos; at = text.find(own))
      text.erase(at, std::strlen(own));
  }
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}
TEST(Text, FitsTablesIntoTheWidth) {
  Style style;
  const std::vector<std::string> headings{"Most crowded",     "Live heap",          "Channel sites",
                                          "Stack signatures", "Goroutines by site", "Samples"};
  for (const int width : {60, 80, 120}) {
    style.width = width;
    for (const SampleReport& sample : sample_reports()) {
      bool table = false;
      for (const std::string& line : lines_of(written(sample.report, "text", style))) {
        if (line.empty()) table = false;
        table = table || std::ranges::any_of(headings, [&](const std::string& head) { return line.starts_with(head); });
        const bool held = table && sample.name != "hostile";  // what is hostile may be long
        EXPECT_LE(held ? columns(line) : 0, width) << sample.name << ": " << line;
      }
    }
  }
}
TEST(Text, FitsStacksIntoTheWidth) {
  Style style;
  style.width = 60;
  bool stack = false;
  for (const std::string& line : lines_of(written(with(full_finding()), "text", style))) {
    stack = line.starts_with("  stack") || (stack && line.starts_with("   "));
    EXPECT_LE(stack ? columns(line) : 0, 60) << line;
  }
}
TEST(Text, IsShortForCheck) {
  const std::string check = written(with(full_finding(), "check"), "text");
  EXPECT_THAT(check, Not(HasSubstr("stack  ")));
  EXPECT_THAT(check, HasSubstr("id 1f0e3dad99908345"));
}
TEST(Text, ShowsOnlyVerdictAndLinesWhenQuiet) {
  Style style;
  style.quiet = true;
  const std::vector<std::string> lines = lines_of(written(with(full_finding()), "text", style));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], HasSubstr("1 leak"));
  EXPECT_THAT(lines[2], HasSubstr("/src/app/pool.go:42"));
}
TEST(Text, ShowsALineForEveryLeakBeyondTop) {
  Report report = with(full_finding());
  report.findings.resize(5, full_finding());
  Style style;
  style.top = 2;
  const std::string text = written(report, "text", style);
  std::size_t heads = 0, reasons = 0;
  for (const std::string& line : lines_of(text)) {
    heads += line.starts_with("LEAK ") ? 1 : 0;
    reasons += line.starts_with("  why ") ? 1 : 0;
  }
  EXPECT_EQ(heads, 5U);
  EXPECT_EQ(reasons, 2U);
}
TEST(Text, CallsNothingHealthyThatWasNotMeasured) {
  const std::string text = written(Report{}, "text");
  EXPECT_THAT(text, HasSubstr("nothing measured"));
  EXPECT_THAT(text, Not(HasSubstr("healthy")));
}
TEST(Text, CountsAcceptedFindingsForNothing) {
  Finding finding = full_finding();
  finding.accepted = Accepted{TargetText("known"), "2027-01-31", {}};
  Report report = with(finding);
  report.goroutines.emplace();
  const std::string text = written(report, "text");
  EXPECT_THAT(text, HasSubstr("no leak found"));
  EXPECT_THAT(text, HasSubstr("1 accepted"));
  EXPECT_THAT(text, HasSubstr("leak, until 2027-01-31: known"));
}
TEST(Text, SaysThatNoSiteWasCrowdedEnough) {
  Report report;
  report.command = "channels";
  report.goroutines.emplace();
  EXPECT_THAT(written(report, "text"), HasSubstr("No channel site reached -leakprof-threshold."));
}
TEST(Text, ReturnsTheFailureOfTheSink) {
  StringSink sink(3);
  const Result<void> result = write_text(with(full_finding()), Style{}, sink);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kIo);
}

TEST(Stacks, ShowEveryFrameUnshortened) {
  Report report;
  report.goroutines.emplace().sites = {
      {full_finding().site, full_finding().creator, "chan send", 1000, 0, full_finding().stack, false}};
  StringSink sink;
  ASSERT_TRUE(write_stacks(report, Style{}, sink));
  EXPECT_THAT(sink.written,
              HasSubstr("1,000 goroutines in chan send:\n  main.(*Pool).worker\n      /src/app/pool.go:42\n"));
  EXPECT_THAT(sink.written, HasSubstr("  created by main.serve\n      /src/app/main.go:17\n"));
}

TEST(TextPage, WrapsUnderTheFirstWord) {
  StringSink sink;
  Style style;
  style.width = 40;
  TextPage page(style, sink);
  page.paragraph(Line("why  "), "one two three four five six seven eight nine ten");
  ASSERT_TRUE(page.finish());
  EXPECT_EQ(sink.written, "why  one two three four five six seven\n     eight nine ten\n");
}
TEST(TextPage, HasOneBlankLineAtMostAndNoneFirst) {
  StringSink sink;
  const Style style;
  TextPage page(style, sink);
  page.blank();
  page.line("a");
  page.blank();
  page.blank();
  page.line("b");
  page.blank();
  ASSERT_TRUE(page.finish());
  EXPECT_EQ(sink.written, "a\n\nb\n");
}
TEST(Table, LeavesOutEmptyColumnsAndAlignsNumbers) {
  StringSink sink;
  const Style style;
  TextPage page(style, sink);
  Table table(2, {{"count", Align::kRight}, {"none"}, {"name"}});
  table.row({"7", "", "終"});
  table.row({"1,000", "", "b"});
  table.write(page);
  ASSERT_TRUE(page.finish());
  EXPECT_EQ(sink.written, "  count  name\n      7  終\n  1,000  b\n");
}
TEST(Sparkline, DrawsALevelForEachCount) {
  Style style;
  style.icons = true;
  EXPECT_EQ(sparkline(style, {0, 7, 14}), "▁▅█");
  EXPECT_EQ(sparkline(style, {3, 3}), "▁▁");
  EXPECT_EQ(sparkline(style, {3}), "");
  style.icons = false;
  EXPECT_EQ(sparkline(style, {0, 7, 14}), "");
}

}  // namespace
}  // namespace lf::report
