#include "pipeline/look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/testing/scripted_target.h"

namespace lf::pipeline {
namespace {

using testing::Bench;
using testing::ScriptedTarget;
using Answer = ScriptedTarget::Answer;

/// Goroutines that grow by `step` a dump, memory that stands.
ScriptedTarget::Answers growing(std::uint64_t step, std::size_t missed = 99) {
  return [=, dumps = std::uint64_t{0}](std::string_view path) mutable -> Answer {
    if (path.empty()) return {.body = testing::index_page(20, 3)};
    if (path == "goroutine?debug=2") {
      ++dumps;
      if (dumps == missed) return {.status = 0, .body = {}, .code = ErrorCode::kTimeout};
      return {.body = testing::goroutines(1, 10 + step * dumps, "chan send", "worker")};
    }
    return {.body = testing::heap_text(8 << 20, 9 << 20, 4, 50 << 20)};
  };
}

LookOptions looks(std::size_t samples) {
  LookOptions options;
  options.command = "analyze";
  options.plan.identities = true;
  options.plan.memory = options.detect.memory = false;
  options.samples = samples;
  options.interval = std::chrono::seconds(2);
  return options;
}

Result<Looked> look_at(Bench& bench, const LookOptions& options) {
  NoProgress progress;
  return look(bench.session, bench.environment, options, progress);
}

TEST(Look, NamesTheSiteThatGrowsAsALeak) {
  Bench bench(growing(5));
  const Result<Looked> looked = look_at(bench, looks(5));
  ASSERT_TRUE(looked);
  ASSERT_FALSE(looked->report.findings.empty());
  EXPECT_EQ(looked->report.findings.front().verdict, Verdict::kLeak);
  EXPECT_EQ(looked->report.findings.front().site.function.raw(), "main.worker");
  EXPECT_EQ(looked->report.goroutines->samples.size(), 5U);
}

TEST(Look, CallsAConstantPoolHealthy) {
  Bench bench(growing(0));
  const Result<Looked> looked = look_at(bench, looks(5));
  ASSERT_TRUE(looked);
  EXPECT_EQ(looked->report.health.level, HealthLevel::kHealthy);
}

TEST(Look, GoesOnWhereOneSampleIsMissed) {
  Bench bench(growing(5, 3));
  const Result<Looked> looked = look_at(bench, looks(5));
  ASSERT_TRUE(looked);
  EXPECT_EQ(looked->report.goroutines->samples.size(), 4U);
  EXPECT_EQ(looked->report.errors.size(), 1U);
}

TEST(Look, FailsWhereTheFirstSampleCannotBeTaken) {
  Bench bench([](std::string_view) -> Answer { return {.status = 0, .body = {}, .code = ErrorCode::kRefused}; });
  const Result<Looked> looked = look_at(bench, looks(2));
  ASSERT_FALSE(looked);
  EXPECT_EQ(looked.error().code, ErrorCode::kRefused);
}

TEST(Look, CountsWhatTheFilterKeepsAndTellsTheRest) {
  Bench bench(growing(0));
  LookOptions options = looks(1);
  options.filter = [](GoroutineProfile& profile) {
    profile.goroutines.resize(4);
    profile.total = 4;
  };
  const Result<Looked> looked = look_at(bench, options);
  ASSERT_TRUE(looked);
  EXPECT_EQ(looked->report.goroutines->total, 4U);
  EXPECT_EQ(looked->report.goroutines->unfiltered_total, 10U);
}

TEST(Look, AddsTheStatesUpToTheTotal) {
  Bench bench(growing(3));
  const Result<Looked> looked = look_at(bench, looks(1));
  ASSERT_TRUE(looked);
  std::uint64_t sum = 0;
  for (const auto& [state, count] : looked->report.goroutines->by_state) sum += count;
  EXPECT_EQ(sum, looked->report.goroutines->total);
}

/// A heap that holds `live(n)` MiB at the n-th forced collection, of a young process that allocates 2 MiB a second.
ScriptedTarget::Answers allocating(Clock& clock, std::function<std::uint64_t(std::uint64_t)> live) {
  return [&clock, live = std::move(live), forced = std::uint64_t{0}](std::string_view path) mutable -> Answer {
    if (path.empty()) return {.body = testing::index_page(20, 3)};
    forced += path.contains("gc=1") ? 1 : 0;
    const auto seconds = std::chrono::duration_cast<std::chrono::milliseconds>(clock.steady().time_since_epoch());
    const std::uint64_t size = live(forced) << 20;
    return {.body = testing::heap_text(size, size, 1 + forced,
                                       static_cast<std::uint64_t>(seconds.count() % 1'000'000'000) * 2'097)};
  };
}

LookOptions looks_at_memory() {
  LookOptions options;
  options.command = "memory";
  options.plan.goroutines = options.detect.goroutines = false;
  options.samples = 2;
  options.settle = std::chrono::seconds(10);
  options.settle_gc = true;
  return options;
}

/// A bench whose target `allocating` tells the time by the bench's own clock.
struct MemoryBench {
  explicit MemoryBench(std::function<std::uint64_t(std::uint64_t)> live)
      : bench([this, live = std::move(live), answers = ScriptedTarget::Answers()](std::string_view path) mutable {
          if (!answers) answers = allocating(bench.clock, live);
          return answers(path);
        }) {}
  Bench bench;
};

TEST(Look, ForcesACollectionAtEachEndWhereMemoryIsInDoubt) {
  MemoryBench memory([](std::uint64_t forced) { return 20 + 12 * forced; });
  const Result<Looked> looked = look_at(memory.bench, looks_at_memory());
  ASSERT_TRUE(looked);
  EXPECT_EQ(looked->report.cost.forced_collections, 2U);
  EXPECT_GE(looked->report.duration, std::chrono::seconds(9));
  ASSERT_FALSE(looked->report.findings.empty());
  EXPECT_EQ(looked->report.findings.front().site.function.raw(), "main.fill");
  EXPECT_EQ(looked->report.findings.front().verdict, Verdict::kSuspect);
}

TEST(Look, CallsMemoryHealthyThatStandsBetweenForcedCollections) {
  MemoryBench memory([](std::uint64_t) { return 20; });
  const Result<Looked> looked = look_at(memory.bench, looks_at_memory());
  ASSERT_TRUE(looked);
  EXPECT_EQ(looked->report.health.level, HealthLevel::kHealthy);
}

TEST(Look, ForcesNoCollectionWhereTheUserDoesNotWantIt) {
  MemoryBench memory([](std::uint64_t forced) { return 20 + forced; });
  LookOptions options = looks_at_memory();
  options.settle_gc = false;
  const Result<Looked> looked = look_at(memory.bench, options);
  ASSERT_TRUE(looked);
  EXPECT_EQ(looked->report.cost.forced_collections, 0U);
  EXPECT_EQ(looked->report.health.level, HealthLevel::kUnknown);
}

}  // namespace
}  // namespace lf::pipeline
