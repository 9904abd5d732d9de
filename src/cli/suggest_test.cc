#include "cli/suggest.h"

#include <array>

#include <gtest/gtest.h>

namespace lf::cli {
namespace {

constexpr std::array<std::string_view, 6> kKnown{"check", "monitor", "analyze", "memory", "goroutines-only", "o"};

TEST(Suggestion, IsTheNearestKnownWord) {
  EXPECT_EQ(nearest("chekc", kKnown), "check");
  EXPECT_EQ(nearest("analyse", kKnown), "analyze");
  EXPECT_EQ(nearest("memry", kKnown), "memory");
  EXPECT_EQ(nearest("goroutine-only", kKnown), "goroutines-only");
  EXPECT_EQ(nearest("goroutinesonly", kKnown), "goroutines-only");
}

TEST(Suggestion, IsNoneWhereNothingIsNear) {
  EXPECT_EQ(nearest("scan", kKnown), "");
  EXPECT_EQ(nearest("xy", kKnown), "");
  EXPECT_EQ(nearest("completely-different", kKnown), "");
}

TEST(Suggestion, OfTheEmptyWordIsNone) {
  EXPECT_EQ(nearest("", kKnown), "");
}

TEST(Suggestion, DoesNotSpendTimeOnVeryLongWords) {
  EXPECT_EQ(nearest(std::string(1 << 20, 'c'), kKnown), "");
}

}  // namespace
}  // namespace lf::cli
