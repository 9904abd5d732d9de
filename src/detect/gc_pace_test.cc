#include "detect/gc_pace.h"

#include <chrono>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace lf::detect {
namespace {

/// `count` collections, `apart(i)` seconds before the i-th.
std::vector<GcPause> pauses(int count, const std::function<double(int)>& apart) {
  std::vector<GcPause> out;
  double seconds = 1'000;
  for (int i = 0; i < count; ++i) {
    seconds += apart(i);
    out.push_back({.ended_at = WallTime(std::chrono::milliseconds(static_cast<long>(seconds * 1'000)))});
  }
  return out;
}

TEST(GcPace, TellsAHeapThatGrewByCollectionsEverMoreSeldom) {
  const auto pace = measure_gc_pace(pauses(40, [](int i) { return 2 + 0.1 * i + 0.3 * (i % 3); }));
  ASSERT_TRUE(pace);
  EXPECT_LT(pace->chance, 0.001);
  EXPECT_GT(pace->now, pace->before);
  EXPECT_GT(pace->growth_per_second(), pace->error_per_second);
  EXPECT_TRUE(gc_pace_in_words(*pace).contains("ever more seldom")) << gc_pace_in_words(*pace);
}

TEST(GcPace, TellsNothingOfAHeapThatKeepsItsSize) {
  const auto pace = measure_gc_pace(pauses(60, [](int i) { return 2 + 0.5 * ((i * 7) % 5); }));
  ASSERT_TRUE(pace);
  EXPECT_GT(pace->chance, 0.05);
}

TEST(GcPace, LeavesTheStartOfTheProgramOut) {
  const auto pace = measure_gc_pace(pauses(60, [](int i) { return i < 25 ? 0.1 + 0.1 * i : 2.5 + 0.2 * (i % 2); }));
  ASSERT_TRUE(pace);
  EXPECT_GT(pace->chance, 0.05);
}

TEST(GcPace, NeedsEightDistances) {
  EXPECT_TRUE(measure_gc_pace(pauses(9, [](int) { return 1.0; })));
  EXPECT_FALSE(measure_gc_pace(pauses(8, [](int) { return 1.0; })));
  EXPECT_FALSE(measure_gc_pace({}));
}

}  // namespace
}  // namespace lf::detect
