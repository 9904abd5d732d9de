#include "detect/history.h"

#include <gtest/gtest.h>

#include "detect/growth.h"
#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::ids;
using testing::Scene;

const Group& only_group(const Scene& scene) {
  return scene.history.series().groups.at(0);
}

TEST(History, CountsBirthsDeathsAndSurvivorsById) {
  Scene scene;
  scene.see(0, {{.ids = {1, 2, 3}}});
  scene.see(3, {{.ids = {1, 3, 7, 8}}});
  const Group& group = only_group(scene);
  EXPECT_EQ(group.points.back().births, 2U);
  EXPECT_EQ(group.points.back().deaths, 1U);
  EXPECT_EQ(group.survivors, 2U);
}

TEST(History, TellsMovesFromDeaths) {
  Scene scene;
  scene.see(0, {{.ids = {1, 2}}});
  scene.see(3, {{.ids = {1}}, {.ids = {2}, .state = WaitState::kSleep}});
  const std::vector<Group>& groups = scene.history.series().groups;
  EXPECT_EQ(groups.at(0).points.back().departures, 1U);
  EXPECT_EQ(groups.at(0).points.back().deaths, 0U);
  EXPECT_EQ(groups.at(1).points.back().arrivals, 1U);
}

TEST(History, TakesNobodyForDeadInACutDump) {
  Scene scene;
  scene.see(0, {{.ids = ids(1, 10)}});
  scene.see_cut(3, {{.ids = ids(1, 4)}});
  scene.see(6, {{.ids = ids(1, 10)}});
  EXPECT_EQ(only_group(scene).points.back().births, 0U);
  EXPECT_EQ(only_group(scene).survivors, 10U);
}

TEST(History, LeavesOutWhatServesOurRequest) {
  Scene scene;
  scene.see(0, {{.ids = {9}, .flags = kServesOurRequest}});
  EXPECT_TRUE(scene.history.series().groups.empty());
}

TEST(History, StartsAnewWhenTheCollectorsCountFalls) {
  Scene scene;
  Snapshot before = scene.heap(0, {{.bytes = 1 << 20}}, 50), after = scene.heap(3, {{.bytes = 1 << 20}}, 2);
  before.goroutines = scene.dump({{.ids = ids(1, 5)}});
  after.goroutines = scene.dump({{.ids = ids(1, 9)}});
  scene.history.push(before);
  scene.history.push(after);
  EXPECT_EQ(scene.history.series().epoch, 1U);
  EXPECT_EQ(scene.history.warnings().count(WarningCode::kTargetRestarted), 1U);
}

TEST(History, StartsAnewWhenIdsFall) {
  Scene scene;
  scene.see(0, {{.ids = ids(1000, 20)}});
  scene.see(3, {{.ids = ids(1, 30)}});
  EXPECT_EQ(scene.history.series().epoch, 1U);
}

TEST(History, NotesAClockThatWentBackwards) {
  Scene scene;
  Snapshot first = scene.at(100), second = scene.at(103);
  second.taken_at = first.taken_at - std::chrono::hours(1);
  scene.history.push(first);
  scene.history.push(second);
  EXPECT_EQ(scene.history.warnings().count(WarningCode::kClockJump), 1U);
  EXPECT_DOUBLE_EQ(scene.history.series().samples.at(1).seconds, 3.0);
}

TEST(History, DistrustsIdsThatContradictEachOther) {
  Scene scene;
  scene.see(0, {{.ids = {1, 2, 3, 4}, .creator = "main.a:1"}, {.ids = {5, 6, 7, 8}, .creator = "main.b:1"}});
  scene.see(3, {{.ids = {5, 6, 7, 8}, .creator = "main.a:1"}, {.ids = {1, 2, 3, 4}, .creator = "main.b:1"}});
  EXPECT_TRUE(scene.history.series().identities_broken);
}

TEST(History, KeepsSeriesBoundedOverThousandsOfSamples) {
  Scene scene;
  scene.history = History(scene.symbols, {.samples = 64});
  for (int i = 0; i < 3000; ++i)
    scene.see(i, {{.ids = ids(1, 3)}, {.ids = {static_cast<std::uint64_t>(100 + i)}, .state = WaitState::kSleep}});
  const Series& series = scene.history.series();
  EXPECT_LE(series.samples.size(), 64U);
  for (const Group& group : series.groups) EXPECT_LE(group.points.size(), 64U);
  EXPECT_EQ(series.groups.at(0).survivors, 3U);
}

TEST(History, KeepsTheSumOfFlowsWhenThinning) {
  Scene scene;
  scene.history = History(scene.symbols, {.samples = 16});
  for (int i = 0; i < 100; ++i) scene.see(i, {{.ids = {static_cast<std::uint64_t>(10 + i)}}});
  std::uint64_t births = 0;
  for (const GroupPoint& point : only_group(scene).points) births += point.births;
  EXPECT_EQ(births, 99U);
}

TEST(HistoryOfBothForms, CountsEachGoroutineOnce) {
  Scene scene;
  const testing::Crew first{.ids = ids(100, 300), .state = WaitState::kChanSend, .creator = "main.a:5"};
  const testing::Crew second{.ids = ids(900, 200), .state = WaitState::kChanSend, .creator = "main.b:9"};
  scene.see(0, {first, second});
  scene.see(3, {first, second});
  scene.see_counts(6, {{first, 1'030}});
  const Series& series = scene.history.series();
  ASSERT_EQ(series.groups.size(), 1U);
  const Growth growth = measure_growth(series, series.groups.front());
  EXPECT_EQ(growth.counts, (std::vector<std::uint64_t>{500, 500, 1'030}));
  EXPECT_FALSE(growth.identified);
}

TEST(HistoryOfBothForms, StaysWithCountsWhenTheNumberFallsAgain) {
  Scene scene;
  const testing::Crew crew{.ids = ids(100, 40), .state = WaitState::kChanSend};
  scene.see(0, {crew});
  scene.see_counts(3, {{crew, 60}});
  scene.see(6, {crew});
  scene.see_counts(9, {{crew, 70}});
  const Series& series = scene.history.series();
  ASSERT_EQ(series.groups.size(), 1U);
  EXPECT_EQ(measure_growth(series, series.groups.front()).counts, (std::vector<std::uint64_t>{40, 60, 40, 70}));
}

TEST(HistoryOfBothForms, SeesALeakThatCrossesTheLimit) {
  Scene scene;
  scene.options.leakprof = LeakProf::kChannels;
  testing::Crew crew{.state = WaitState::kChanSend};
  for (std::uint64_t i = 0; i < 3; ++i) {
    crew.ids = ids(100, 400 + 200 * i);
    scene.see(3.0 * static_cast<double>(i), {crew});
  }
  for (std::int64_t i = 3; i < 6; ++i) scene.see_counts(3.0 * static_cast<double>(i), {{crew, 400 + 200 * i}});
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().count, 1'400U);
  EXPECT_EQ(findings.front().verdict, Verdict::kLeak);
}

}  // namespace
}  // namespace lf::detect
