#include "pipeline/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/testing/scripted_target.h"

namespace lf::pipeline {
namespace {

using testing::Bench;
using testing::ScriptedTarget;
using Answer = ScriptedTarget::Answer;

WatchOptions watches(std::chrono::seconds duration) {
  WatchOptions options;
  options.look.command = "monitor";
  options.look.plan.goroutines = options.look.detect.goroutines = false;
  options.look.interval = std::chrono::seconds(1);
  options.duration = duration;
  return options;
}

/// A live heap that grows by 1 MiB a sample, with a collection each; sample `away` (from 1) gets no answer; after
/// `restarts` samples the counters start again.
ScriptedTarget::Answers growing_heap(std::uint64_t away = 0, std::uint64_t restarts = 1'000'000) {
  return [=, asked = std::uint64_t{0}](std::string_view path) mutable -> Answer {
    if (path.empty()) return {.body = testing::index_page(3, 3)};
    const std::uint64_t sample = ++asked;
    if (sample == away) return {.status = 0, .body = {}, .code = ErrorCode::kRefused};
    const std::uint64_t age = sample > restarts ? sample - restarts : sample;
    return {.body = testing::heap_text((age + 8) << 20, (age + 9) << 20, age, (age * 40) << 20)};
  };
}

struct Seen {
  std::vector<WatchTick> ticks;
  WatchObserver observer{.on_tick = [this](const WatchTick& tick, const Report&) { ticks.push_back(tick); },
                         .wait_until = {},
                         .verify = {}};
};

TEST(Watch, TakesASampleAnIntervalAndTellsDeltas) {
  Bench bench(growing_heap());
  Seen seen;
  ASSERT_TRUE(watch(bench.session, bench.environment, watches(std::chrono::seconds(5)), seen.observer));
  ASSERT_EQ(seen.ticks.size(), 6U);
  EXPECT_GE(seen.ticks[1].live_bytes_delta, 1 << 20);
}

TEST(Watch, CallsASteadyRiseGrowingAndAlertsOnce) {
  Bench bench(growing_heap());
  Seen seen;
  const Result<Looked> looked =
      watch(bench.session, bench.environment, watches(std::chrono::seconds(20)), seen.observer);
  ASSERT_TRUE(looked);
  EXPECT_EQ(looked->report.memory->pattern, MemoryPattern::kGrowing);
  std::size_t alerts = 0;
  for (const WatchTick& tick : seen.ticks)
    alerts += static_cast<std::size_t>(std::ranges::count(tick.alerts, "the live heap is growing"));
  EXPECT_EQ(alerts, 1U);
}

TEST(Watch, SurvivesATargetThatIsAwayForAWhile) {
  Bench bench(growing_heap(3));
  Seen seen;
  const Result<Looked> looked =
      watch(bench.session, bench.environment, watches(std::chrono::seconds(6)), seen.observer);
  ASSERT_TRUE(looked);
  EXPECT_EQ(seen.ticks.size(), 7U);
  EXPECT_FALSE(seen.ticks[2].problem.empty());
  EXPECT_TRUE(looked->report.errors.empty());
}

TEST(Watch, FailsAtOnceWhereTheTargetNeverAnswered) {
  Bench bench(growing_heap(1));
  EXPECT_FALSE(watch(bench.session, bench.environment, watches(std::chrono::seconds(3)), {}));
}

TEST(Watch, NotesARestartAndCallsItNoLeak) {
  Bench bench(growing_heap(0, 3));
  Seen seen;
  const Result<Looked> looked =
      watch(bench.session, bench.environment, watches(std::chrono::seconds(5)), seen.observer);
  ASSERT_TRUE(looked);
  EXPECT_TRUE(std::ranges::any_of(seen.ticks, &WatchTick::restarted));
  EXPECT_TRUE(
      std::ranges::none_of(looked->report.findings, [](const Finding& f) { return f.verdict == Verdict::kLeak; }));
}

/// A live heap of 64 MiB that is 2 MiB after five samples, in the same process or in another.
ScriptedTarget::Answers falling_heap(bool restarts) {
  return [=, asked = std::uint64_t{0}](std::string_view path) mutable -> Answer {
    if (path.empty()) return {.body = testing::index_page(3, 3)};
    const std::uint64_t sample = ++asked, live = sample > 5 ? 2 : 64;
    const std::uint64_t age = restarts && sample > 5 ? sample - 5 : sample + 10;
    return {.body = testing::heap_text(live << 20, (live + 1) << 20, age, (age * 90) << 20)};
  };
}

TEST(Watch, AlertsOfACliffButNotOfARestart) {
  for (const bool restarts : {false, true}) {
    Bench bench(falling_heap(restarts));
    Seen seen;
    ASSERT_TRUE(watch(bench.session, bench.environment, watches(std::chrono::seconds(9)), seen.observer));
    std::size_t alerts = 0;
    for (const WatchTick& tick : seen.ticks) alerts += tick.alerts.size();
    EXPECT_EQ(alerts, restarts ? 0U : 1U) << restarts;
    EXPECT_EQ(std::ranges::any_of(seen.ticks, &WatchTick::restarted), restarts);
  }
}

TEST(Watch, EndsWhenTheOnlookerLeaves) {
  Bench bench(growing_heap());
  Seen seen;
  seen.observer.wait_until = [&](SteadyTime) { return seen.ticks.size() < 2; };
  ASSERT_TRUE(watch(bench.session, bench.environment, watches(std::chrono::hours(1)), seen.observer));
  EXPECT_EQ(seen.ticks.size(), 2U);
}

TEST(Watch, KeepsAsMuchAfterManySamplesAsItMay) {
  Bench bench(growing_heap());
  const Result<Looked> looked = watch(bench.session, bench.environment, watches(std::chrono::seconds(5'000)), {});
  ASSERT_TRUE(looked);
  EXPECT_LE(looked->report.memory->samples.size(), Observation::kPointsKept);
  EXPECT_GT(looked->report.memory->samples.size(), Observation::kPointsKept / 2);
}

}  // namespace
}  // namespace lf::pipeline
