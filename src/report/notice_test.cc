#include "report/notice.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

std::map<std::string, std::string> sent(const Report& report, std::string_view notice, std::size_t top = 10) {
  StringSink sink;
  const auto row = std::ranges::find(notices(), notice, &Notice::name);
  EXPECT_NE(row, notices().end());
  Style style;
  style.top = top;
  EXPECT_TRUE(row->write(report, style, sink));
  return parsed_json(sink.written);
}

std::string_view name_for(std::string_view url) {
  return find_notice(url).notice->name;
}

Report with_verdicts(std::initializer_list<Verdict> verdicts) {
  Report report;
  report.goroutines.emplace();
  for (const Verdict verdict : verdicts) {
    Finding finding = full_finding();
    finding.accepted.reset();
    finding.verdict = verdict;
    report.findings.push_back(finding);
  }
  return report;
}

TEST(Notices, AreChosenByTheAddress) {
  EXPECT_EQ(name_for("https://hooks.slack.com/services/T/B/x"), "slack");
  EXPECT_EQ(name_for("http://alerts:9093/api/v2/alerts"), "alertmanager");
  EXPECT_EQ(name_for("http://alerts:9093/prefix/api/v2/alerts?x=1"), "alertmanager");
  EXPECT_EQ(name_for("https://example.org/hook"), "json");
}
TEST(Notices, AreChosenByAPrefixWhichIsNoPartOfTheAddress) {
  const NoticeAddress chat = find_notice("slack+https://chat.example.org/hooks/x");
  EXPECT_EQ(chat.notice->name, "slack");
  EXPECT_EQ(chat.url, "https://chat.example.org/hooks/x");
  EXPECT_EQ(find_notice("json+http://a/api/v2/alerts").notice->name, "json");
}
TEST(Notices, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Notice& notice : notices()) names.insert(notice.name);
  EXPECT_EQ(names.size(), notices().size());
}
TEST(Notices, HoldAnEmptyReport) {
  for (const Notice& notice : notices()) EXPECT_FALSE(sent(Report{}, notice.name).contains("error")) << notice.name;
}
TEST(Notices, ReturnTheFailureOfTheSink) {
  for (const Notice& notice : notices()) {
    StringSink sink(1);
    EXPECT_FALSE(notice.write(sample("leaking_analyze"), Style{}, sink)) << notice.name;
  }
}

TEST(SlackNotice, SaysVerdictPlaceAndTarget) {
  const Report& report = sample("leaking_analyze");
  const std::string text = sent(report, "slack").at("text");
  EXPECT_THAT(text, HasSubstr("leak"));
  EXPECT_THAT(text, HasSubstr("health"));
  EXPECT_THAT(text, HasSubstr(std::string(report.findings[0].site.function.raw())));
}
TEST(SlackNotice, CountsWhatItLeavesOut) {
  const std::string text =
      sent(with_verdicts({Verdict::kLeak, Verdict::kLeak, Verdict::kSuspect}), "slack", 1).at("text");
  EXPECT_THAT(text, HasSubstr("_2 more_"));
}
TEST(SlackNotice, MentionsNobodyForATarget) {
  const std::string text = sent(report_full_of("<!channel> `x`"), "slack").at("text");
  EXPECT_THAT(text, Not(HasSubstr("<")));
}

TEST(AlertmanagerNotice, GivesAnAlertForEachLeakAndSuspect) {
  const auto alerts = sent(with_verdicts({Verdict::kLeak, Verdict::kSuspect, Verdict::kInfo}), "alertmanager");
  EXPECT_EQ(alerts.at("#"), "2");
  EXPECT_EQ(alerts.at("0/labels/alertname"), "GoLeak");
  EXPECT_EQ(alerts.at("0/labels/severity"), "critical");
  EXPECT_EQ(alerts.at("0/labels/id"), full_finding().id);
  EXPECT_EQ(alerts.at("1/labels/alertname"), "GoLeakSuspected");
  EXPECT_EQ(alerts.at("1/labels/severity"), "warning");
  EXPECT_THAT(alerts.at("0/startsAt"), HasSubstr("T"));
}
TEST(AlertmanagerNotice, KeepsItsLabelsWhenCountsChange) {
  Report report = with_verdicts({Verdict::kLeak});
  const auto labels_of = [&] {
    std::map<std::string, std::string> labels;
    for (const auto& [path, value] : sent(report, "alertmanager")) {
      if (path.starts_with("0/labels/")) labels[path] = value;
    }
    return labels;
  };
  const auto before = labels_of();
  report.findings[0].count = 99'999;
  report.findings[0].site.line += 7;
  EXPECT_EQ(labels_of(), before);
}
TEST(AlertmanagerNotice, GivesNoneForWhatIsAccepted) {
  Report report = with_verdicts({Verdict::kLeak});
  report.findings[0].accepted = Accepted{};
  EXPECT_EQ(sent(report, "alertmanager").at("#"), "0");
  EXPECT_FALSE(find_notice("alertmanager+http://a").notice->has_news(report));
}
TEST(AlertmanagerNotice, TellsOfCountsBeyondTheirThreshold) {
  Report report = with_verdicts({});
  report.goroutines->alert = true;
  report.goroutines->total = 12'345;
  const auto alerts = sent(report, "alertmanager");
  EXPECT_EQ(alerts.at("0/labels/alertname"), "GoGoroutinesCritical");
  EXPECT_THAT(alerts.at("0/annotations/summary"), HasSubstr("12,345 goroutines"));
}

}  // namespace
}  // namespace lf::report
