#include "pipeline/stack_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "detect/testing/scene.h"
#include "pipeline/observation.h"

namespace lf::pipeline {
namespace {

using detect::testing::Allocation;
using detect::testing::Crew;
using detect::testing::ids;
using detect::testing::Scene;
using ::testing::ElementsAre;

/// What is seen of a program, sample by sample.
struct Watched {
  Scene scene;
  Observation observation{scene.symbols};

  void see(double seconds, const std::vector<Crew>& crews) {
    Snapshot snapshot = scene.at(seconds);
    snapshot.goroutines = scene.dump(crews);
    observation.add(std::move(snapshot));
  }
  void see_heap(double seconds, const std::vector<Allocation>& allocations) {
    observation.add(scene.heap(seconds, allocations, static_cast<std::uint64_t>(seconds) + 1));
  }
};

std::vector<std::string> functions(const StackProfile& profile, const std::vector<FrameNumber>& stack) {
  std::vector<std::string> names;
  for (const FrameNumber frame : stack) names.emplace_back(profile.frames.at(frame).function.raw());
  return names;
}

TEST(StackProfile, CountsTheGoroutinesOfAStackAtTheFirstAndTheLastSample) {
  Watched watched;
  watched.see(0, {{.ids = ids(1, 3)}, {.ids = ids(50, 4), .stack = {"main.serve:8", "main.main:3"}}});
  watched.see(10, {{.ids = ids(1, 9)}, {.ids = ids(50, 4), .stack = {"main.serve:8", "main.main:3"}}});
  const StackProfile profile = watched.observation.stacks();
  ASSERT_EQ(profile.goroutines.size(), 2U);
  EXPECT_EQ(profile.goroutines[0].count, 9U);
  EXPECT_EQ(profile.goroutines[0].count_first, 3U);
  EXPECT_EQ(profile.goroutines[0].state, "chan receive");
  EXPECT_THAT(functions(profile, profile.goroutines[0].frames), ElementsAre("main.work"));
  EXPECT_THAT(functions(profile, profile.goroutines[1].frames), ElementsAre("main.serve", "main.main"));
}

TEST(StackProfile, TellsStatesOfOneStackApart) {
  Watched watched;
  watched.see(0, {{.ids = ids(1, 3)}, {.ids = ids(50, 2), .state = WaitState::kSelect}});
  const StackProfile profile = watched.observation.stacks();
  ASSERT_EQ(profile.goroutines.size(), 2U);
  EXPECT_EQ(profile.goroutines[0].frames, profile.goroutines[1].frames);
  EXPECT_EQ(profile.goroutines[1].state, "select");
}

TEST(StackProfile, LeavesOutStacksThatWereThereAtFirstOnly) {
  Watched watched;
  watched.see(0, {{.ids = ids(1, 3), .stack = {"main.gone:1"}}, {.ids = ids(50, 2)}});
  watched.see(10, {{.ids = ids(50, 2)}});
  const StackProfile profile = watched.observation.stacks();
  ASSERT_EQ(profile.goroutines.size(), 1U);
  EXPECT_THAT(functions(profile, profile.goroutines[0].frames), ElementsAre("main.work"));
}

TEST(StackProfile, NumbersAFrameOnce) {
  Watched watched;
  watched.see(0, {{.ids = ids(1, 1), .stack = {"main.a:1", "main.main:3"}},
                  {.ids = ids(2, 1), .stack = {"main.b:2", "main.main:3"}}});
  const StackProfile profile = watched.observation.stacks();
  ASSERT_EQ(profile.goroutines.size(), 2U);
  EXPECT_EQ(profile.goroutines[0].frames.back(), profile.goroutines[1].frames.back());
  EXPECT_EQ(profile.frames.size(), 3U);
}

TEST(StackProfile, SumsTheSmallestStacksByStateWhereTheyAreTooMany) {
  constexpr std::size_t kBeyond = 10;
  Watched watched;
  std::vector<Crew> crews;
  for (std::size_t i = 0; i < kStacksKept + kBeyond; ++i) {
    crews.push_back({.ids = ids(1 + 2 * i, i < kStacksKept ? 2 : 1), .stack = {format("main.f{}:1", i)}});
  }
  watched.see(0, crews);
  const StackProfile profile = watched.observation.stacks();
  ASSERT_EQ(profile.goroutines.size(), kStacksKept + 1);
  EXPECT_EQ(profile.goroutine_stacks_summed, kBeyond);
  EXPECT_EQ(profile.goroutines.back().count, kBeyond);
  EXPECT_TRUE(profile.goroutines.back().frames.empty());
}

TEST(StackProfile, HoldsTheHeapOfEachStackMostFirst) {
  Watched watched;
  watched.see_heap(0, {{"main.small", 100, 2}, {"main.big", 5'000, 5}});
  watched.see_heap(10, {{"main.small", 300, 6}, {"main.big", 9'000, 9}, {"main.freed", 0, 0}});
  const StackProfile profile = watched.observation.stacks();
  ASSERT_EQ(profile.heap.size(), 2U);
  EXPECT_THAT(functions(profile, profile.heap[0].frames), ElementsAre("main.big", "main.main"));
  EXPECT_EQ(profile.heap[0].inuse_bytes, 9'000U);
  EXPECT_EQ(profile.heap[0].inuse_bytes_first, 5'000U);
  EXPECT_EQ(profile.heap[1].inuse_objects, 6U);
  EXPECT_EQ(profile.heap[1].inuse_objects_first, 2U);
}

TEST(StackProfile, TakesNegativeHeapForNone) {
  Watched watched;
  watched.see_heap(0, {{"main.odd", -5'000, -5}, {"main.big", 5'000, 5}});
  const StackProfile profile = watched.observation.stacks();
  ASSERT_EQ(profile.heap.size(), 1U);
  EXPECT_EQ(profile.heap[0].inuse_bytes, 5'000U);
}

TEST(StackProfile, DrawsASiteAtEverySampleWithNoneWhereItWasAway) {
  Watched watched;
  watched.see(0, {{.ids = ids(1, 3)}, {.ids = ids(90, 1), .stack = {"main.other:1"}}});
  watched.see(10, {{.ids = ids(90, 1), .stack = {"main.other:1"}}});
  watched.see(20, {{.ids = ids(1, 7)}, {.ids = ids(90, 1), .stack = {"main.other:1"}}});
  const StackProfile profile = watched.observation.stacks();
  EXPECT_EQ(profile.goroutine_times.size(), 3U);
  ASSERT_EQ(profile.goroutine_series.size(), 2U);
  EXPECT_EQ(profile.frames.at(profile.goroutine_series[0].site).function.raw(), "main.work");
  EXPECT_THAT(profile.goroutine_series[0].values, ElementsAre(3, 0, 7));
}

TEST(StackProfile, KeepsASitesHeapWhereNothingChanged) {
  Watched watched;
  watched.see_heap(0, {{"main.cache", 100, 1}});
  watched.see_heap(10, {{"main.cache", 100, 1}});
  watched.see_heap(20, {{"main.cache", 400, 4}});
  const StackProfile profile = watched.observation.stacks();
  ASSERT_EQ(profile.heap_series.size(), 1U);
  EXPECT_THAT(profile.heap_series[0].values, ElementsAre(100, 100, 400));
}

TEST(StackProfile, DrawsTheLargestSitesOnly) {
  Watched watched;
  std::vector<Crew> crews;
  for (std::size_t i = 0; i < 2 * kSeriesKept; ++i) {
    crews.push_back({.ids = ids(1 + 100 * i, i + 1), .stack = {format("main.f{}:1", i)}});
  }
  watched.see(0, crews);
  watched.see(10, crews);
  const StackProfile profile = watched.observation.stacks();
  ASSERT_EQ(profile.goroutine_series.size(), kSeriesKept);
  EXPECT_THAT(profile.goroutine_series.front().values, ElementsAre(2 * kSeriesKept, 2 * kSeriesKept));
}

TEST(StackProfile, IsEmptyWhereNothingWasSeen) {
  const Watched watched;
  const StackProfile profile = watched.observation.stacks();
  EXPECT_TRUE(profile.frames.empty() && profile.goroutines.empty() && profile.heap.empty());
}

}  // namespace
}  // namespace lf::pipeline
