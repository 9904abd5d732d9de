#include "base/saturate.h"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace lf {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

TEST(AddSaturating, AddsWhatFits) {
  std::int64_t sum = 40;
  add_saturating(sum, 2);
  EXPECT_EQ(sum, 42);
}

TEST(AddSaturating, StopsAtTheEndsOfTheRange) {
  std::int64_t high = kMost - 1;
  add_saturating(high, kMost);
  EXPECT_EQ(high, kMost);
  std::int64_t low = kLeast + 1;
  add_saturating(low, kLeast);
  EXPECT_EQ(low, kLeast);
}

TEST(SubtractSaturating, StopsAtTheEndsOfTheRange) {
  EXPECT_EQ(subtract_saturating(std::int64_t{44}, 2), 42);
  EXPECT_EQ(subtract_saturating(kMost, -1), kMost);
  EXPECT_EQ(subtract_saturating(kLeast, 1), kLeast);
  EXPECT_EQ(subtract_saturating(std::int64_t{0}, kLeast), kMost);
}

}  // namespace
}  // namespace lf
