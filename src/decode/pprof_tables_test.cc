#include "decode/pprof_tables.h"

#include <gtest/gtest.h>

namespace lf::decode {
namespace {

TEST(PprofIds, FindThoseThatCountUpAndThoseThatDoNot) {
  PprofIds ids;
  ids.add(1, 10);
  ids.add(2, 11);
  ids.add(1ULL << 60, 12);
  ids.add(2, 99);
  EXPECT_EQ(ids.find(1), 10U);
  EXPECT_EQ(ids.find(2), 11U) << "the first of equal ids wins";
  EXPECT_EQ(ids.find(1ULL << 60), 12U);
  EXPECT_EQ(ids.find(3), PprofIds::kAbsent);
}

/// Ids chosen so that they are equal in their low bits once made a table of twenty thousand grow beyond all memory.
TEST(PprofIds, TakeIdsThatAreEqualInTheirLowBits) {
  PprofIds ids;
  for (std::uint32_t entry = 1; entry <= 20'000; ++entry) ids.add(std::uint64_t{entry} << 32, entry);
  for (std::uint32_t entry = 1; entry <= 20'000; entry += 999) EXPECT_EQ(ids.find(std::uint64_t{entry} << 32), entry);
}

}  // namespace
}  // namespace lf::decode
