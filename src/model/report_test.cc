#include "model/report.h"

#include <gtest/gtest.h>

namespace lf {
namespace {

Report report_with(Verdict verdict) {
  Report report;
  report.findings.emplace_back().verdict = verdict;
  return report;
}

TEST(FailOn, CountsALeakByDefault) {
  EXPECT_TRUE(fails(report_with(Verdict::kLeak)));
}
TEST(FailOn, CountsASuspectOnlyWhenAsked) {
  Report report = report_with(Verdict::kSuspect);
  EXPECT_FALSE(fails(report));
  report.fail_on.suspect = true;
  EXPECT_TRUE(fails(report));
}
TEST(FailOn, NeverCountsAnAcceptedFinding) {
  Report report = report_with(Verdict::kLeak);
  report.findings[0].accepted = Accepted{TargetText("known"), "2027-01-31", {}};
  EXPECT_FALSE(fails(report));
}
TEST(FailOn, CountsAnAlertOnlyWhereItsThresholdMatters) {
  Report report;
  report.goroutines.emplace().alert = true;
  report.memory.emplace().alert = true;
  EXPECT_FALSE(fails(report));
  report.fail_on.memory_alert = true;
  EXPECT_TRUE(fails(report));
}

}  // namespace
}  // namespace lf
