#include "detect/trend.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace lf::detect {
namespace {

TEST(Trend, IsExactForFewPoints) {
  const std::vector<double> seconds{0, 1, 2, 3}, values{1, 2, 3, 4};
  const Trend trend = find_trend(seconds, values);
  EXPECT_NEAR(trend.p_rising, 1.0 / 24, 1e-9);  // one order of 4! rises throughout
  EXPECT_DOUBLE_EQ(trend.slope_per_second, 1);
  EXPECT_DOUBLE_EQ(trend.total, 3);
}

TEST(Trend, AgreesWithGilbertsExample) {
  // S = 35 of ten points without ties: var = 125, z = 34 / sqrt(125) = 3.041.
  const std::vector<double> seconds{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, values{10, 22, 21, 30, 22.5, 30.5, 40, 39, 50, 51};
  const Trend trend = find_trend(seconds, values);
  EXPECT_LT(trend.p_rising, 0.002);
  EXPECT_GT(trend.z, 2.9);
}

TEST(Trend, CorrectsForTies) {
  const std::vector<double> seconds{0, 1, 2, 3, 4, 5, 6, 7}, values{1, 1, 1, 1, 1, 1, 1, 2};
  EXPECT_GT(find_trend(seconds, values).p_rising, 0.05);
}

TEST(Trend, DoesNotSeeAFallAsARise) {
  const std::vector<double> seconds{0, 1, 2, 3, 4}, values{5, 4, 3, 2, 1};
  const Trend trend = find_trend(seconds, values);
  EXPECT_GE(trend.p_rising, 0.5);
  EXPECT_LT(trend.total, 0);
}

TEST(Trend, OfManyPointsIsThatOfSomeOfThem) {
  std::vector<double> seconds, values;
  for (int i = 0; i < 20'000; ++i) {
    seconds.push_back(i);
    values.push_back(2.0 * i + (i * 7919 % 101));
  }
  const Trend trend = find_trend(seconds, values);
  EXPECT_NEAR(trend.slope_per_second, 2, 0.01);
  EXPECT_NEAR(trend.total, 40'000, 200);
  EXPECT_LT(trend.p_rising, 0.001);
}

TEST(Trend, NeedsThreePoints) {
  const std::vector<double> seconds{0, 1}, values{1, 2};
  EXPECT_DOUBLE_EQ(find_trend(seconds, values).p_rising, 1);
}

TEST(Trend, SlopeShrugsOffAnOutlier) {
  const std::vector<double> seconds{0, 1, 2, 3, 4, 5, 6}, values{0, 1, 2, 300, 4, 5, 6};
  EXPECT_NEAR(find_trend(seconds, values).slope_per_second, 1, 0.1);
}

TEST(Chance, IsNeverShownAsNone) {
  EXPECT_EQ(chance_in_words(0.00004), "p < 0.001");
  EXPECT_EQ(chance_in_words(0.0126), "p = 0.013");
}

TEST(Correlate, IsOneForALine) {
  const std::vector<double> a{1, 2, 3}, b{10, 20, 30}, flat{4, 4, 4};
  EXPECT_NEAR(correlate(a, b), 1, 1e-12);
  EXPECT_DOUBLE_EQ(correlate(a, flat), 0);
}

}  // namespace
}  // namespace lf::detect
