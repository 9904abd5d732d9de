#include "detect/growth.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Crew;
using testing::ids;
using testing::Scene;

Growth growth_at(const Scene& scene, std::string_view function) {
  const Series& series = scene.history.series();
  const auto group = std::ranges::find_if(
      series.groups, [&](const Group& each) { return scene.symbols.function(each.site) == function; });
  return group == series.groups.end() ? Growth{} : measure_growth(series, *group);
}

TEST(Growth, CountsWhoCameAndWhoLeftById) {
  Scene scene;
  scene.see(0, {{.ids = {1, 2, 3}}});
  scene.see(3, {{.ids = {1, 2, 4, 5}}});
  const Growth growth = growth_at(scene, "main.work");
  EXPECT_EQ(growth.counts, (std::vector<std::uint64_t>{3, 4}));
  EXPECT_EQ(growth.births, 2U);
  EXPECT_EQ(growth.leaves, 1U);
  EXPECT_EQ(growth.survivors, 2U);
  EXPECT_FALSE(growth.nobody_leaves);
}

TEST(Growth, CountsRisesAndFallsWithoutIds) {
  Scene scene;
  const std::vector<std::int64_t> sizes{5, 8, 6, 9};
  for (std::size_t i = 0; i < sizes.size(); ++i) scene.see_counts(3.0 * static_cast<double>(i), {{Crew{}, sizes[i]}});
  const Growth growth = growth_at(scene, "main.work");
  EXPECT_FALSE(growth.identified);
  EXPECT_EQ(growth.entries, 6U);
  EXPECT_EQ(growth.leaves, 2U);
  EXPECT_EQ(growth.rises, 2U);
  EXPECT_EQ(growth.falls, 1U);
}

/// Counts two seconds apart of goroutines that wait for a message.
Scene receivers(const std::vector<std::int64_t>& sizes) {
  Scene scene;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    scene.see_counts(2.0 * static_cast<double>(i), {{Crew{.state = WaitState::kChanReceive}, sizes[i]}});
  }
  return scene;
}

TEST(Growth, SeesACrowdLevelOffThoughOneMoreComes) {
  EXPECT_TRUE(growth_at(receivers({201, 266, 267, 267}), "main.work").levelled_off);
  EXPECT_TRUE(growth_at(receivers({10, 80, 81, 82, 82, 83}), "main.work").levelled_off);
  EXPECT_FALSE(growth_at(receivers({201, 266, 330, 395}), "main.work").levelled_off);
  EXPECT_FALSE(growth_at(receivers({10, 20, 22, 30, 31}), "main.work").levelled_off);
  EXPECT_LT(receivers({201, 266, 267, 267}).worst(), Verdict::kLeak);
  EXPECT_EQ(receivers({201, 266, 330, 395}).worst(), Verdict::kLeak);
}

TEST(Growth, LeavesOutCutDumpsAndSaysSo) {
  Scene scene;
  scene.see(0, {{.ids = ids(1, 10)}});
  scene.see_cut(3, {{.ids = ids(1, 2)}});
  scene.see(6, {{.ids = ids(1, 12)}});
  const Growth growth = growth_at(scene, "main.work");
  EXPECT_TRUE(growth.incomplete);
  EXPECT_EQ(growth.counts, (std::vector<std::uint64_t>{10, 12}));
  EXPECT_EQ(growth.falls, 0U);
}

TEST(Growth, TakesAPauseForTheEndOnlyInABusyProcess) {
  Scene busy, silent;
  const std::vector<std::uint64_t> sizes{10, 20, 30, 30, 30, 30};
  for (std::uint64_t i = 0; i < sizes.size(); ++i) {
    const double seconds = 3.0 * static_cast<double>(i);
    silent.see(seconds, {{.ids = ids(100, sizes[i])}});
    busy.see(seconds, {{.ids = ids(100, sizes[i])},
                       {.ids = ids(1000 + 10 * i, 5), .state = WaitState::kSleep, .stack = {"main.request:7"}}});
  }
  EXPECT_TRUE(growth_at(silent, "main.work").rises_to_the_end);
  EXPECT_FALSE(growth_at(busy, "main.work").rises_to_the_end);
  EXPECT_GE(growth_at(busy, "main.work").tail_expected, 3);
}

TEST(Growth, CallsAQuarterMoreEnoughOrSteadySteps) {
  Scene little, steady;
  const std::vector<std::uint64_t> step{100, 105, 105, 105}, slow{100, 101, 102, 103, 104, 105};
  for (std::size_t i = 0; i < step.size(); ++i) little.see(3.0 * static_cast<double>(i), {{.ids = ids(1, step[i])}});
  for (std::size_t i = 0; i < slow.size(); ++i) steady.see(3.0 * static_cast<double>(i), {{.ids = ids(1, slow[i])}});
  EXPECT_FALSE(growth_at(little, "main.work").grew_enough);
  EXPECT_TRUE(growth_at(steady, "main.work").grew_enough);
}

TEST(Growth, OfAPileThatIsLargeAlreadyIsEnoughWhereNoFlowLooksLikeIt) {
  const auto piles = [](std::vector<std::uint64_t> sizes, WaitState state) {
    Scene scene;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      scene.see(3.0 * static_cast<double>(i), {{.ids = ids(1, sizes[i]), .state = state}});
    }
    return growth_at(scene, "main.work").grew_enough;
  };
  EXPECT_TRUE(piles({500, 506, 512}, WaitState::kChanSend));
  EXPECT_TRUE(piles({500, 504, 507}, WaitState::kChanSend));
  EXPECT_FALSE(piles({500, 503, 506}, WaitState::kChanSend)) << "six may be chance";
  EXPECT_TRUE(piles({500, 505, 510}, WaitState::kChanReceive));
  EXPECT_FALSE(piles({500, 504, 508}, WaitState::kChanReceive)) << "eight of those that park may be chance";
}

TEST(Growth, OfALargePileWithoutIdsIsASuspectUntilItsLineIsStraight) {
  const std::vector<Finding> findings = receivers({500, 502, 512, 518}).judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].verdict, Verdict::kSuspect);
  EXPECT_TRUE(findings[0].evidence.back().raw().starts_with("a longer look settles it"));
  EXPECT_EQ(receivers({500, 506, 512, 518}).worst(), Verdict::kLeak);
}

TEST(Growth, IsSeenLongEnoughInThreeSamplesOverFiveSeconds) {
  Scene quick, few, enough;
  for (int i = 0; i < 3; ++i) quick.see(0.5 * i, {{.ids = ids(1, 3)}});
  for (int i = 0; i < 2; ++i) few.see(9.0 * i, {{.ids = ids(1, 3)}});
  for (int i = 0; i < 3; ++i) enough.see(2.5 * i, {{.ids = ids(1, 3)}});
  EXPECT_FALSE(growth_at(quick, "main.work").seen_long_enough());
  EXPECT_FALSE(growth_at(few, "main.work").seen_long_enough());
  EXPECT_TRUE(growth_at(enough, "main.work").seen_long_enough());
}

TEST(Growth, TakesSixSamplesASecondApartForFiveSecondsWhateverTheClockSays) {
  Scene short_by_a_moment;
  for (int i = 0; i < 6; ++i) short_by_a_moment.see(0.998 * i, {{.ids = ids(1, 3)}});
  EXPECT_TRUE(growth_at(short_by_a_moment, "main.work").seen_long_enough());
}

TEST(CountsNear, PicksTheSampleNearestInTime) {
  Growth growth;
  growth.seconds = {0, 10, 20};
  growth.counts = {1, 2, 3};
  EXPECT_EQ(counts_near(growth, std::vector<double>{1, 14, 16, 99}), (std::vector<double>{1, 2, 3, 3}));
  EXPECT_TRUE(counts_near(Growth{}, std::vector<double>{1}).empty());
}

}  // namespace
}  // namespace lf::detect
