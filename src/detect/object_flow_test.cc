#include "detect/object_flow.h"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace lf::detect {
namespace {

HeapStack stack(HeapCount first, HeapCount latest) {
  return {.function = {}, .first = first, .latest = latest};
}

TEST(ObjectFlow, CountsWhoCameAndStays) {
  const ObjectFlow flow = flow_of(stack({.inuse = 30, .allocated = 100}, {.inuse = 44, .allocated = 114}));
  EXPECT_EQ(flow.net, 14);
  EXPECT_EQ(flow.changes, 14);  // the 30 that were there before are no news
  EXPECT_LT(flow.chance(), 1e-4);
}

TEST(ObjectFlow, LetsGarbageBe) {
  const ObjectFlow flow = flow_of(stack({.inuse = 2, .allocated = 1'000}, {.inuse = 5, .allocated = 9'000}));
  EXPECT_EQ(flow.net, 3);
  EXPECT_EQ(flow.changes, 7);  // not the 8,000 that came and went
  EXPECT_GT(flow.chance(), 0.1);
}

TEST(ObjectFlow, IsOneHeapsThatNeitherGrowsNorIsSeen) {
  EXPECT_EQ(flow_of(stack({}, {})).chance(), 1);
  EXPECT_EQ(flow_of(stack({.inuse = 9, .allocated = 9}, {.inuse = 4, .allocated = 12})).chance(), 1);
}

TEST(ObjectFlow, AddsUpOverStacks) {
  ObjectFlow sum;
  for (int i = 0; i < 10; ++i) sum.add(flow_of(stack({}, {.inuse = 1, .allocated = 1})));
  EXPECT_LT(sum.chance(), 0.01);
  for (int i = 0; i < 10; ++i) sum.add(flow_of(stack({.inuse = 1, .allocated = 1}, {.inuse = 0, .allocated = 1})));
  EXPECT_EQ(sum.chance(), 1);
}

TEST(ObjectFlow, TakesNoAllocationsBackAndNoHostileCounts) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(flow_of(stack({.inuse = 4, .allocated = 50}, {.inuse = 9, .allocated = 20})).changes, 13);
  const ObjectFlow hostile =
      flow_of(stack({.inuse = -kMost, .allocated = -kMost}, {.inuse = kMost, .allocated = kMost}));
  EXPECT_LE(hostile.net, hostile.changes);
}

}  // namespace
}  // namespace lf::detect
