#include "detect/flow.h"

#include <vector>

#include <gtest/gtest.h>

namespace lf::detect {
namespace {

TEST(ChanceOfFlow, IsTheExponentialWhereNobodyLeft) {
  EXPECT_NEAR(chance_of_flow(10, 0), 4.54e-5, 1e-6);
  EXPECT_NEAR(chance_of_flow(5, 0), 6.74e-3, 1e-5);
  EXPECT_GT(chance_of_flow(4, 0), 0.01);
}

TEST(ChanceOfFlow, CountsThoseWhoLeft) {
  EXPECT_NEAR(chance_of_flow(10, 1), 11 * 4.54e-5, 1e-5);
  EXPECT_GT(chance_of_flow(10, 6), 0.1);
  EXPECT_EQ(chance_of_flow(10, 10), 1);
}

TEST(ChanceOfFlow, KnowsNothingOfWhereNobodyCame) {
  EXPECT_EQ(chance_of_flow(0, 0), 1);
}

TEST(ChanceOfFlow, StandsAnyNumber) {
  EXPECT_LT(chance_of_flow(90'000, 10), 1e-9);
  EXPECT_LT(chance_of_flow(1ULL << 60, 10), 1e-9);
  EXPECT_NEAR(chance_of_flow(1ULL << 50, (1ULL << 50) - 1), 0.5, 0.01);
}

TEST(ChanceOfSteady, HalvesWithEachRise) {
  EXPECT_NEAR(chance_of_steady(10, 0), 1.0 / 1024, 1e-6);
  EXPECT_NEAR(chance_of_steady(9, 1), 11.0 / 1024, 1e-6);
  EXPECT_EQ(chance_of_steady(3, 3), 1);
  EXPECT_EQ(chance_of_steady(0, 0), 1);
}

double chance_of(std::vector<std::uint64_t> counts) {
  std::vector<double> seconds;
  for (std::size_t i = 0; i < counts.size(); ++i) seconds.push_back(static_cast<double>(i));
  return chance_of_line(seconds, counts);
}

TEST(ChanceOfLine, IsStudentsOfTheDifferences) {
  EXPECT_NEAR(chance_of({68, 71, 75, 78}), 0.00495, 1e-4);          // 3, 4, 3: t = 10, two degrees
  EXPECT_NEAR(chance_of({10, 12, 15, 16, 20}), 0.01523, 1e-4);      // 2, 3, 1, 4: t = 3.87, three degrees
  EXPECT_NEAR(chance_of({10, 12, 15, 16, 20, 21}), 0.00978, 1e-4);  // and 1: t = 3.77, four degrees
}

TEST(ChanceOfLine, IsLargeWhereTheCountScatters) {
  EXPECT_GT(chance_of({50, 61, 45, 58}), 0.2);
  EXPECT_EQ(chance_of({50, 61, 45, 50}), 1);
}

TEST(ChanceOfLine, DoesNotTakeWholeNumbersForCertainty) {
  EXPECT_GT(chance_of({1, 2, 3, 4}), 0.01);
  EXPECT_LT(chance_of({100, 200, 300, 400}), 1e-4);
}

TEST(ChanceOfLine, WeighsIntervalsByTheirLength) {
  const std::vector<double> seconds{0, 0.5, 5, 10, 20};
  const std::vector<std::uint64_t> counts{100, 101, 109, 120, 140};
  EXPECT_LT(chance_of_line(seconds, counts), 1e-3);
}

TEST(ChanceOfLine, NeedsFourValues) {
  EXPECT_EQ(chance_of({1, 2, 3}), 1);
  EXPECT_EQ(chance_of({}), 1);
}

TEST(LeastMeanStay, IsTheRuleOfThree) {
  EXPECT_NEAR(least_mean_stay(1'240, 0), 1'240 / 2.9957, 0.1);
}

TEST(LeastMeanStay, IsShorterWhereSomebodyLeft) {
  EXPECT_NEAR(least_mean_stay(1'000, 1), 1'000 / 4.7439, 0.1);
  EXPECT_NEAR(least_mean_stay(1'000, 9), 1'000 / 15.705, 0.1);
}

}  // namespace
}  // namespace lf::detect
