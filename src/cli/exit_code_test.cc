#include "cli/exit_code.h"

#include <gtest/gtest.h>

namespace lf::cli {
namespace {

Report with_leak() {
  Report report;
  Finding finding;
  finding.verdict = Verdict::kLeak;
  report.findings.push_back(finding);
  return report;
}

Report with_error() {
  Report report;
  report.errors.push_back({ErrorCode::kTimeout, "no answer", ""});
  return report;
}

TEST(ExitCode, OfAHealthyReportIsZero) {
  EXPECT_EQ(exit_code_of(Report{}, 0, false), 0);
}

TEST(ExitCode, OfFindingsIsOne) {
  EXPECT_EQ(exit_code_of(with_leak(), 0, false), 1);
}

TEST(ExitCode, OfAMissingPartIsThreeUnlessThereAreFindings) {
  EXPECT_EQ(exit_code_of(with_error(), 0, false), 3);
  EXPECT_EQ(exit_code_of(Report{}, 0, true), 3);
  Report both = with_leak();
  both.errors = with_error().errors;
  EXPECT_EQ(exit_code_of(both, 0, true), 1);
}

TEST(ExitCode, OfASignalComesBeforeAllElse) {
  EXPECT_EQ(exit_code_of(with_leak(), 2, true), 130);
  EXPECT_EQ(exit_code_of(with_error(), 15, false), 143);
  EXPECT_EQ(exit_code_of(Report{}, 1, false), 129);
}

TEST(ExitCode, OfAFailedCommandFollowsFromItsError) {
  EXPECT_EQ(exit_code_of(ErrorCode::kUsage), 2);
  EXPECT_EQ(exit_code_of(ErrorCode::kInterrupted), 130);
  for (const ErrorCode code : {ErrorCode::kUnreachable, ErrorCode::kRefused, ErrorCode::kTimeout, ErrorCode::kMalformed,
                               ErrorCode::kUnsupported, ErrorCode::kNotFound, ErrorCode::kIo, ErrorCode::kInternal}) {
    EXPECT_EQ(exit_code_of(code), 3) << error_code_name(code);
  }
}

}  // namespace
}  // namespace lf::cli
