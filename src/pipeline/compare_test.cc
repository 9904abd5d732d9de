#include "pipeline/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/testing/scripted_target.h"

namespace lf::pipeline {
namespace {

using testing::Bench;
using testing::ScriptedTarget;
using Answer = ScriptedTarget::Answer;

/// Dumps one after the other; the last one stays.
ScriptedTarget::Answers dumps(std::vector<std::string> texts) {
  return [texts = std::move(texts), at = std::size_t{0}](std::string_view path) mutable -> Answer {
    if (path.empty()) return {.body = testing::index_page(20, 3)};
    if (path != "goroutine?debug=2") return {.status = 404, .body = {}, .code = ErrorCode::kNotFound};
    const std::string text = texts[std::min(at, texts.size() - 1)];
    ++at;
    return {.body = text};
  };
}

CompareOptions compares(std::size_t rounds) {
  CompareOptions options;
  options.look.command = "compare";
  options.look.plan.identities = true;
  options.look.plan.memory = options.look.detect.memory = false;
  options.rounds = rounds;
  return options;
}

Result<Looked> compare_now(Bench& bench, std::size_t rounds) {
  NoProgress progress;
  const Between at_once = [](std::size_t, const Report&) -> Result<void> { return {}; };
  return compare(bench.session, bench.environment, compares(rounds), at_once, progress);
}

TEST(Compare, TellsWhatTheRoundLeftBehind) {
  const std::string before = testing::goroutines(1, 5, "chan receive", "pool");
  Bench bench(dumps({before, before + testing::goroutines(10, 19, "chan send", "leaky")}));
  const Result<Looked> looked = compare_now(bench, 1);
  ASSERT_TRUE(looked);
  ASSERT_EQ(looked->report.findings.size(), 1U);
  const Finding& finding = looked->report.findings.front();
  EXPECT_EQ(finding.site.function.raw(), "main.leaky");
  EXPECT_EQ(finding.count_before, 0U);
  EXPECT_EQ(finding.delta, 10);
  EXPECT_TRUE(finding.is_new);
}

TEST(Compare, DoesNotCountWhatWasMerelyInFlight) {
  const std::string pool = testing::goroutines(1, 5, "chan receive", "pool");
  Bench bench(dumps({pool, pool + testing::goroutines(10, 19, "IO wait", "handle"), pool}));
  const Result<Looked> looked = compare_now(bench, 1);
  ASSERT_TRUE(looked);
  EXPECT_TRUE(looked->report.findings.empty());
}

TEST(Compare, CallsGrowthInEveryRoundALeak) {
  std::vector<std::string> texts{testing::goroutines(1, 5, "select", "worker")};
  for (std::uint64_t round = 1; round <= 3; ++round) {
    texts.insert(texts.end(), 2, testing::goroutines(1, 5 + 4 * round, "select", "worker"));
  }
  Bench bench(dumps(texts));
  const Result<Looked> looked = compare_now(bench, 3);
  ASSERT_TRUE(looked);
  ASSERT_FALSE(looked->report.findings.empty());
  EXPECT_EQ(looked->report.findings.front().verdict, Verdict::kLeak);
}

TEST(Compare, CallsGrowthInTheFirstRoundOnlyWarmUp) {
  const std::string before = testing::goroutines(1, 5, "select", "worker");
  const std::string after = testing::goroutines(1, 9, "select", "worker");
  Bench bench(dumps({before, after, after, after, after, after, after}));
  const Result<Looked> looked = compare_now(bench, 3);
  ASSERT_TRUE(looked);
  for (const Finding& finding : looked->report.findings) EXPECT_NE(finding.verdict, Verdict::kLeak);
}

TEST(Compare, ShowsTheBaselineWhenTheUserStopsIt) {
  Bench bench(dumps({testing::goroutines(1, 5, "select", "worker")}));
  NoProgress progress;
  const Between stopped = [](std::size_t, const Report&) -> Result<void> {
    return fail(ErrorCode::kInterrupted, "interrupted");
  };
  const Result<Looked> looked = compare(bench.session, bench.environment, compares(1), stopped, progress);
  ASSERT_TRUE(looked);
  EXPECT_TRUE(looked->interrupted);
  EXPECT_EQ(looked->report.goroutines->total, 5U);
}

}  // namespace
}  // namespace lf::pipeline
