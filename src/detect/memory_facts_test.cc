#include "detect/memory_facts.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Scene;

constexpr std::int64_t kMiB = 1 << 20;

/// What the memory does when main.grow holds `sizes` MiB in objects of 4 KiB, one value a collection.
MemoryFacts facts_of(const std::vector<std::int64_t>& sizes, std::size_t window = 10) {
  Scene scene;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::int64_t bytes = sizes[i] * kMiB;
    scene.history.push(scene.heap(2.0 * static_cast<double>(i), {{.bytes = bytes, .objects = bytes / 4096}}, 10 + i));
  }
  return measure_memory(scene.history.series(), window);
}

TEST(MemoryPattern, GrowsWithASignificantRise) {
  const MemoryFacts facts = facts_of({10, 14, 18, 22, 26, 30});
  EXPECT_EQ(facts.pattern, MemoryPattern::kGrowing);
  EXPECT_NEAR(facts.trend.slope_per_second, 2 * kMiB, 1);
  EXPECT_EQ(facts.collections, 5U);
}

TEST(MemoryPattern, IsStableUnderFivePercentOrOneMegabyte) {
  EXPECT_EQ(facts_of({200, 201, 202, 203, 204, 205}).pattern, MemoryPattern::kStable);
  EXPECT_EQ(facts_of({20, 22, 19, 21, 20, 22}).pattern, MemoryPattern::kStable);
}

TEST(MemoryPattern, IsACliffFromFortyPercentOn) {
  EXPECT_EQ(facts_of({60, 60, 60, 60, 60, 35}).pattern, MemoryPattern::kCliff);
  EXPECT_NE(facts_of({60, 60, 60, 60, 60, 37}).pattern, MemoryPattern::kCliff);
}

TEST(MemoryPattern, IsUnknownWithFewSamplesAndSaysWhatIsMissing) {
  const MemoryFacts facts = facts_of({10, 20, 30});
  EXPECT_EQ(facts.pattern, MemoryPattern::kUnknown);
  EXPECT_TRUE(facts.pattern_reason.contains("needs four over two collections")) << facts.pattern_reason;
  EXPECT_EQ(measure_memory(Series{}, 10).pattern_reason, "no heap profile was read");
}

TEST(MemoryPattern, LooksAtTheLastSamplesOnly) {
  EXPECT_EQ(facts_of({10, 20, 30, 40, 50, 50, 50, 50, 50, 50}, 5).pattern, MemoryPattern::kStable);
}

TEST(MemoryFacts, TakeProfilesOfOneCollectionForOne) {
  Scene scene;
  for (int i = 0; i < 8; ++i)
    scene.history.push(scene.heap(2.0 * i, {{.bytes = (10 + i) * kMiB}}, 10 + static_cast<std::uint64_t>(i / 4)));
  const MemoryFacts facts = measure_memory(scene.history.series(), 10);
  EXPECT_EQ(facts.live_bytes.size(), 2U);
  EXPECT_EQ(facts.collections, 1U);
}

TEST(MemoryFacts, StartAnewAfterARestart) {
  Scene scene;
  for (int i = 0; i < 6; ++i) {
    scene.history.push(scene.heap(2.0 * i, {{.bytes = (10 + 8 * i) * kMiB, .objects = 1000}},
                                  static_cast<std::uint64_t>(i < 5 ? 50 + i : 1)));
  }
  EXPECT_EQ(measure_memory(scene.history.series(), 10).live_bytes.size(), 1U);
}

TEST(HeapGrowth, HasTheErrorOfItsSamples) {
  const HeapGrowth growth = facts_of({10, 14, 18, 22, 26, 30}).sites.at(0);
  // 20 MiB more in objects of 4 KiB, of which one in 128.5 is sampled: 4 KiB × √(5120 × 127.5).
  EXPECT_NEAR(growth.noise_bytes, 4096 * std::sqrt(5120 * 127.5), 0.01 * kMiB);
  EXPECT_TRUE(growth.significant);
  EXPECT_TRUE(growth.still_growing);
}

TEST(HeapGrowth, IsOverOnAPlateau) {
  const HeapGrowth growth = facts_of({4, 12, 20, 28, 36, 36, 36, 36, 36, 36, 36, 36}).sites.at(0);
  EXPECT_TRUE(growth.significant);
  EXPECT_FALSE(growth.still_growing);
}

TEST(HeapGrowth, IsNothingWithinTwiceItsError) {
  Scene scene;
  // 3 MiB more in objects of 1 MiB: the samples are few, but each is sure; in tiny ones of 64 bytes it would be noise.
  for (int i = 0; i < 6; ++i) {
    scene.history.push(scene.heap(2.0 * i, {{.bytes = 40 * kMiB + i * kMiB / 4, .objects = 10'000'000}},
                                  10 + static_cast<std::uint64_t>(i)));
  }
  EXPECT_FALSE(measure_memory(scene.history.series(), 10).sites.at(0).significant);
}

}  // namespace
}  // namespace lf::detect
