#include "cli/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/fingerprint.h"

namespace lf::cli {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::chrono::year_month_day kToday = 2026y / 11 / 23;

Finding finding(std::string id, Verdict verdict = Verdict::kLeak) {
  Finding result;
  result.id = std::move(id);
  result.rule = "goroutine/growing-site";
  result.verdict = verdict;
  result.site = {TargetText("main.worker"), TargetText("/src/main.go"), 42};
  return result;
}

Report report_of(std::vector<Finding> findings) {
  Report report;
  report.findings = std::move(findings);
  return report;
}

std::vector<BaselineEntry> entries_of(const std::string& text) {
  Result<std::vector<BaselineEntry>> entries = parse_baseline(text, "b.yaml");
  EXPECT_TRUE(entries) << entries.error().message;
  return std::move(entries).value_or(std::vector<BaselineEntry>{});
}

std::string error_of(const std::string& text) {
  const Result<std::vector<BaselineEntry>> entries = parse_baseline(text, "b.yaml");
  EXPECT_FALSE(entries) << text;
  return entries ? "" : entries.error().message;
}

TEST(Baseline, ReadsItsEntries) {
  const std::vector<BaselineEntry> entries = entries_of(
      "version: 1\naccepted:\n  - id: 0123\n    rule: gc/verdict\n    site: main.worker\n    reason: fixed in 2.4, "
      "JIRA-123\n    expires: 2027-01-31\n    owner: team-orders\n");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].id, "0123");
  EXPECT_EQ(entries[0].rule, "gc/verdict");
  EXPECT_EQ(entries[0].site, "main.worker");
  EXPECT_EQ(entries[0].reason, "fixed in 2.4, JIRA-123");
  EXPECT_EQ(entries[0].owner, "team-orders");
  EXPECT_EQ(entries[0].expires, 2027y / 1 / 31);
}

TEST(Baseline, RefusesWhatIsNotOne) {
  EXPECT_THAT(error_of("accepted: []"), HasSubstr("version"));
  EXPECT_THAT(error_of(""), HasSubstr("version"));
  EXPECT_THAT(error_of("version: 2\naccepted: []"), AllOf(HasSubstr("b.yaml:1"), HasSubstr("version")));
  EXPECT_THAT(error_of("version: 1\nacepted: []"), AllOf(HasSubstr("b.yaml:2"), HasSubstr("acepted")));
  EXPECT_THAT(error_of("version: 1\naccepted: all"), HasSubstr("list"));
  EXPECT_THAT(error_of("version: 1\naccepted:\n  - {reason: r}"), HasSubstr("id is missing"));
  EXPECT_THAT(error_of("version: 1\naccepted:\n  - {id: a}"), HasSubstr("reason is missing"));
  EXPECT_THAT(error_of("version: 1\naccepted:\n  - {id: a, reason: r, until: x}"), HasSubstr("until"));
  EXPECT_THAT(error_of("version: 1\naccepted:\n  - {id: [a], reason: r}"), HasSubstr("id"));
  EXPECT_THAT(error_of("version: 1\naccepted:\n  - a"), HasSubstr("b.yaml:3"));
}

TEST(Baseline, RefusesDatesThatDoNotExist) {
  for (const std::string date : {"2027-02-29", "2027-13-01", "31.01.2027", "2027-1-31", "soon", "-027-01-01"}) {
    EXPECT_THAT(error_of("version: 1\naccepted:\n  - {id: a, reason: r, expires: '" + date + "'}"), HasSubstr(date));
  }
}

TEST(Baseline, AcceptsItsFindings) {
  Report report = report_of({finding("a"), finding("b")});
  apply_baseline({{"b", "", "", "known", "team", 2026y / 12 / 1}}, kToday, report);
  EXPECT_FALSE(report.findings[0].accepted);
  ASSERT_TRUE(report.findings[1].accepted);
  EXPECT_EQ(report.findings[1].accepted->reason.raw(), "known");
  EXPECT_EQ(report.findings[1].accepted->expires, "2026-12-01");
  EXPECT_EQ(report.findings[1].accepted->owner.raw(), "team");
  EXPECT_THAT(report.warnings, IsEmpty());
}

TEST(Baseline, HoldsThroughTheDayItExpires) {
  Report on_the_day = report_of({finding("a")});
  apply_baseline({{"a", "", "", "r", "", kToday}}, kToday, on_the_day);
  EXPECT_TRUE(on_the_day.findings[0].accepted);
  Report day_after = report_of({finding("a")});
  apply_baseline({{"a", "", "", "r", "", 2026y / 11 / 22}}, kToday, day_after);
  EXPECT_FALSE(day_after.findings[0].accepted);
  ASSERT_EQ(day_after.warnings.size(), 1U);
  EXPECT_THAT(day_after.warnings[0].message.raw(), HasSubstr("expired on 2026-11-22"));
}

/// A finding at main.worker with its own id; `creator` may be empty.
Finding started_by(std::string_view creator) {
  Finding found = finding("");
  if (!creator.empty()) found.creator = SourceLine{TargetText(creator), TargetText("/src/main.go"), 7};
  found.id = detect::fingerprint(found);
  return found;
}

TEST(Baseline, HoldsFromACrowdToTheProof) {
  Finding crowd = started_by("main.serve");
  crowd.rule = "goroutine/crowded-site";
  crowd.id = detect::fingerprint(crowd);
  Report report = report_of({started_by("main.serve")});
  apply_baseline(entries_of(write_baseline(report_of({crowd}), {}, kToday)), kToday, report);
  EXPECT_TRUE(report.findings[0].accepted);
}
TEST(Baseline, HoldsWhereTheCreatorIsNotKnown) {
  const Finding with_creator = started_by("main.serve"), without = started_by("");
  for (const auto& [written, seen] : {std::pair(with_creator, without), std::pair(without, with_creator)}) {
    Report report = report_of({seen});
    apply_baseline(entries_of(write_baseline(report_of({written}), {}, kToday)), kToday, report);
    EXPECT_TRUE(report.findings[0].accepted);
    EXPECT_THAT(report.warnings, IsEmpty());
  }
}
TEST(Baseline, DoesNotTakeOneCreatorForAnother) {
  Report report = report_of({started_by("main.poll")});
  apply_baseline(entries_of(write_baseline(report_of({started_by("main.serve")}), {}, kToday)), kToday, report);
  EXPECT_FALSE(report.findings[0].accepted);
}
TEST(Baseline, ReportsEntriesThatMatchNothing) {
  Report report = report_of({});
  apply_baseline({{"a", "", "main.gone", "r", "", std::nullopt}}, kToday, report);
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_THAT(report.warnings[0].message.raw(), AllOf(HasSubstr("main.gone"), HasSubstr("matches nothing")));
}

TEST(WrittenBaseline, ReadsBackAndAcceptsWhatWasFound) {
  Report report = report_of({finding("a"), finding("b", Verdict::kSuspect), finding("c", Verdict::kInfo)});
  const std::vector<BaselineEntry> entries = entries_of(write_baseline(report, {}, kToday));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].id, "a");
  EXPECT_EQ(entries[0].rule, "goroutine/growing-site");
  EXPECT_EQ(entries[0].site, "main.worker");
  EXPECT_EQ(entries[0].reason, "baseline");
  EXPECT_EQ(entries[0].expires, 2027y / 2 / 21);
  apply_baseline(entries, kToday, report);
  EXPECT_TRUE(report.findings[0].accepted && report.findings[1].accepted);
}

TEST(WrittenBaseline, KeepsTheWordsAndTheExpiryOfWhatIsAccepted) {
  Report report = report_of({finding("a")});
  const std::vector<BaselineEntry> known{{"a", "", "", "say \"why\" \\ here", "team", 2026y / 12 / 1}};
  apply_baseline(known, kToday, report);
  const std::vector<BaselineEntry> entries = entries_of(write_baseline(report, known, kToday));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].reason, "say \"why\" \\ here");
  EXPECT_EQ(entries[0].owner, "team");
  EXPECT_EQ(entries[0].expires, 2026y / 12 / 1);
}

TEST(WrittenBaseline, RenewsTheExpiryButNotTheWordsOfWhatExpired) {
  Report report = report_of({finding("a")});
  const std::vector<BaselineEntry> known{{"a", "", "", "waits for JIRA-1", "team", 2026y / 11 / 1}};
  apply_baseline(known, kToday, report);
  const std::vector<BaselineEntry> entries = entries_of(write_baseline(report, known, kToday));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].reason, "waits for JIRA-1");
  EXPECT_EQ(entries[0].owner, "team");
  EXPECT_EQ(entries[0].expires, 2027y / 2 / 21);
}

TEST(WrittenBaseline, NamesTheOwnersOfWhatIsNewInIt) {
  Report report = report_of({finding("a")});
  report.findings[0].owners = {TargetText("@acme/demo"), TargetText("@bob")};
  const std::vector<BaselineEntry> entries = entries_of(write_baseline(report, {}, kToday));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].owner, "@acme/demo @bob");
}

TEST(WrittenBaseline, OfNothingIsOne) {
  EXPECT_THAT(entries_of(write_baseline(report_of({}), {}, kToday)), IsEmpty());
}

TEST(WrittenBaseline, ContainsNoControlCharactersOfTheTarget) {
  Finding hostile = finding("a");
  hostile.site.function = TargetText("main.\x1b[2J\"\n- id: b");
  const std::string text = write_baseline(report_of({hostile}), {}, kToday);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_EQ(entries_of(text).size(), 1U);
}

}  // namespace
}  // namespace lf::cli
