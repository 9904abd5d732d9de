#include "base/large_block.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace lf {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

struct Block {
  explicit Block(std::size_t wanted) : bytes(wanted), room(allocate_whole(bytes), &std::free) {}

  bool starts_a_huge_page() const { return reinterpret_cast<std::uintptr_t>(room.get()) % (2 * kMiB) == 0; }

  std::size_t bytes;
  std::unique_ptr<void, decltype(&std::free)> room;
};

TEST(LargeBlock, TakesAHugePageThatWillBeThreeQuartersFull) {
  const Block block(kMiB * 3 / 2);
  EXPECT_TRUE(block.starts_a_huge_page());
  EXPECT_EQ(block.bytes, 2 * kMiB);
}

TEST(LargeBlock, TakesNoHugePageForLess) {
  const Block block(kMiB * 3 / 2 - 1);
  EXPECT_EQ(block.bytes, kMiB * 3 / 2 - 1);
}

TEST(LargeBlock, LeavesATailThatIsShorter) {
  const Block block(5 * kMiB);
  EXPECT_TRUE(block.starts_a_huge_page());
  EXPECT_EQ(block.bytes, 5 * kMiB);
}

TEST(LargeBlock, IsWritableToItsEnd) {
  const Block block(7 * kMiB / 2);
  ASSERT_EQ(block.bytes, 4 * kMiB);
  std::memset(block.room.get(), 7, block.bytes);
  EXPECT_EQ(static_cast<const char*>(block.room.get())[block.bytes - 1], 7);
}

TEST(LargeBlock, RefusesWhatNoMemoryHolds) {
  WholeAllocator<std::uint64_t> allocator;
  EXPECT_THROW(static_cast<void>(allocator.allocate(SIZE_MAX / 8)), std::bad_alloc);
}

TEST(LargeBlock, ServesAsAContainersMemory) {
  std::vector<std::uint64_t, WholeAllocator<std::uint64_t>> values;
  values.reserve(kMiB);
  for (std::uint64_t i = 0; i < 2 * kMiB; ++i) values.push_back(i);
  EXPECT_EQ(values[kMiB + 5], kMiB + 5);
}

}  // namespace
}  // namespace lf
