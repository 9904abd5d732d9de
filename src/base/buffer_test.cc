#include "base/buffer.h"

#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace lf {
namespace {

std::vector<std::uint32_t> counted(std::size_t size) {
  std::vector<std::uint32_t> values(size);
  std::iota(values.begin(), values.end(), 0U);
  return values;
}

TEST(Buffer, KeepsItsValuesWhileItGrows) {
  const std::vector<std::uint32_t> values = counted(100'000);
  Buffer<std::uint32_t> buffer;
  for (std::size_t at = 0; at < values.size(); at += 7) {
    buffer.append(std::span(values).subspan(at, std::min<std::size_t>(7, values.size() - at)));
  }
  EXPECT_TRUE(std::ranges::equal(buffer.items(), values));
}

TEST(Buffer, GrowsBeyondRoomSetAsideAsAWhole) {
  const std::vector<std::uint32_t> values = counted(3'000'000);
  Buffer<std::uint32_t> buffer;
  buffer.reserve_whole(500'000);
  buffer.append(std::span(values).first(500'000));
  buffer.append(std::span(values).subspan(500'000));
  EXPECT_TRUE(std::ranges::equal(buffer.items(), values));
}

TEST(Buffer, TakesWhatWasWrittenIntoItsRoom) {
  Buffer<std::uint32_t> buffer;
  const std::span<std::uint32_t> room = buffer.reserve(3);
  ASSERT_GE(room.size(), 3U);
  room[0] = 5;
  room[1] = 6;
  buffer.commit(2);
  EXPECT_TRUE(std::ranges::equal(buffer.items(), std::array{5U, 6U}));
}

TEST(Buffer, KeepsItsRoomWhenCleared) {
  Buffer<std::uint32_t> buffer;
  const std::uint32_t* room = buffer.reserve(1'000).data();
  buffer.commit(1'000);
  buffer.clear();
  EXPECT_EQ(buffer.size(), 0U);
  EXPECT_EQ(buffer.reserve(1'000).data(), room);
}

TEST(Buffer, IsEmptyWhenMovedFrom) {
  Buffer<std::uint32_t> buffer;
  buffer.append(counted(3));
  const Buffer<std::uint32_t> taken = std::move(buffer);
  EXPECT_EQ(taken.size(), 3U);
  EXPECT_TRUE(buffer.items().empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_GE(buffer.reserve(1).size(), 1U);
}

}  // namespace
}  // namespace lf
