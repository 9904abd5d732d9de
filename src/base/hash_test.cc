#include "base/hash.h"

#include <set>

#include <gtest/gtest.h>

namespace lf {
namespace {

/// An open table takes the low bits: keys that differ in none of them would fill one run of it.
TEST(NumberHash, SpreadsNumbersThatDifferInTheirHighBitsOnly) {
  std::set<std::size_t> buckets;
  for (std::uint64_t i = 0; i < 4096; ++i) buckets.insert(NumberHash{}(i << 32) & 4095U);
  EXPECT_GT(buckets.size(), 2000U);
}

TEST(NumberHash, IsTheSameWithinOneProcess) {
  EXPECT_EQ(NumberHash{}(7), NumberHash{}(7));
}

}  // namespace
}  // namespace lf
