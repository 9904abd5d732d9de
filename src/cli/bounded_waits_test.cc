#include "cli/bounded_waits.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace lf::cli {
namespace {

std::string arm_in(std::string_view arms, std::uint32_t line = 2) {
  const std::string source = "for {\n\tselect {\n" + std::string(arms) + "\n\t}\n\tcase <-late.C:\n}\n";
  const std::optional<BoundedWait> wait = find_bounded_wait(source, line);
  return wait ? wait->arm : "";
}

TEST(BoundedWait, IsATimersOrAContextsArm) {
  EXPECT_EQ(arm_in("\tcase v := <-in:\n\t\tuse(v)\n\tcase <-time.After(5 * time.Second):"),
            "<-time.After(5 * time.Second)");
  EXPECT_EQ(arm_in("\tcase now := <-s.ticker.C:"), "<-s.ticker.C");
  EXPECT_EQ(arm_in("\tcase _, ok = <-r.Context().Done():"), "<-r.Context().Done()");
}

TEST(BoundedWait, IsNoOtherArm) {
  EXPECT_EQ(arm_in("\tcase v := <-in:\n\t\tselect {\n\t\tcase <-ctx.Done():\n\t\t}"), "");
  EXPECT_EQ(arm_in("\tcase out <- t.C:"), "");
  EXPECT_EQ(arm_in("\t// case <-ctx.Done():\n\tcase <-in: // <-t.C:"), "");
  EXPECT_EQ(arm_in("\t/*\n\tcase <-ctx.Done():\n\t*/\n\tcase <-in:"), "");
  EXPECT_EQ(arm_in("\tcase v := <-in:\n\t\tlog(\"}\", `{`, '{')"), "");
}

TEST(BoundedWait, IsToldOnlyOfALineThatHoldsTheSelect) {
  EXPECT_EQ(arm_in("\tcase <-ctx.Done():", 1), "");
  EXPECT_EQ(arm_in("\tcase <-ctx.Done():", 3), "");
  EXPECT_EQ(arm_in("\tcase <-ctx.Done():", 0), "");
  EXPECT_EQ(arm_in("\tcase <-ctx.Done():", 4'000'000'000), "");
  EXPECT_FALSE(find_bounded_wait("select {", 1));
}

/// A checkout with one file, and a file beside it that is none of its.
class Checkout : public ::testing::Test {
 protected:
  void SetUp() override {
    base = std::filesystem::path(::testing::TempDir()) /
           ("bounded_waits_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(base / "root/app");
    write(base / "root/app/wait.go");
    write(base / "beside.go");
  }
  void TearDown() override { std::filesystem::remove_all(base); }

  static void write(const std::filesystem::path& path) {
    std::ofstream(path) << "func wait() {\n\tselect {\n\tcase <-in:\n\tcase <-ctx.Done():\n\t}\n}\n";
  }

  Finding crowd(const std::string& file) const {
    Finding finding;
    finding.rule = "goroutine/crowded-site";
    finding.verdict = Verdict::kSuspect;
    finding.score = 60;
    finding.state = "select";
    finding.site = {TargetText("main.wait"), TargetText(file), 2};
    return finding;
  }

  Verdict after(Finding finding) const {
    Report report;
    report.findings.push_back(std::move(finding));
    const bool lowered = excuse_bounded_waits((base / "root").string(), report);
    EXPECT_EQ(lowered, report.findings[0].verdict == Verdict::kInfo);
    return report.findings[0].verdict;
  }

  std::filesystem::path base;
};

TEST_F(Checkout, LowersACrowdAtABoundedSelect) {
  EXPECT_EQ(after(crowd((base / "root/app/wait.go").string())), Verdict::kInfo);
  EXPECT_EQ(after(crowd("app/wait.go")), Verdict::kInfo);
}

TEST_F(Checkout, SaysWhichArmAndKeepsTheScoreARemarks) {
  Report report;
  report.findings.push_back(crowd("app/wait.go"));
  excuse_bounded_waits((base / "root").string(), report);
  EXPECT_EQ(report.findings[0].evidence.back().raw(),
            "its source does not let it wait for long: line 4 of the select is `<-ctx.Done()`");
  EXPECT_LT(report.findings[0].score, 50);
}

TEST_F(Checkout, LetsOtherEvidenceStand) {
  Finding growing = crowd("app/wait.go");
  growing.rule = "goroutine/growing-site";
  EXPECT_EQ(after(growing), Verdict::kSuspect);
  Finding leak = crowd("app/wait.go");
  leak.verdict = Verdict::kLeak;
  EXPECT_EQ(after(leak), Verdict::kLeak);
  Finding sends = crowd("app/wait.go");
  sends.state = "chan send";
  EXPECT_EQ(after(sends), Verdict::kSuspect);
}

TEST_F(Checkout, ReadsNothingOutsideTheRoot) {
  EXPECT_EQ(after(crowd((base / "beside.go").string())), Verdict::kSuspect);
  EXPECT_EQ(after(crowd("../beside.go")), Verdict::kSuspect);
  std::filesystem::create_symlink(base / "beside.go", base / "root/app/link.go");
  EXPECT_EQ(after(crowd("app/link.go")), Verdict::kSuspect);
  EXPECT_EQ(after(crowd("app")), Verdict::kSuspect);
  EXPECT_EQ(after(crowd("")), Verdict::kSuspect);
  EXPECT_EQ(after(crowd("/dev/zero")), Verdict::kSuspect);
}

}  // namespace
}  // namespace lf::cli
