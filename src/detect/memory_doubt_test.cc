#include "detect/memory_doubt.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Scene;

constexpr std::int64_t kMiB = 1 << 20;

/// A look at a heap: its size in MiB at each sample, a second apart, `allocated` MiB a second; collections before it
/// came `apart[i]` seconds after one another.
struct Seen {
  std::vector<std::int64_t> sizes{20, 20};
  double allocated = 2;
  std::vector<double> apart{};
  bool forced = false;
};

Verdicts judge(const Seen& seen) {
  Scene scene;
  std::vector<GcPause> pauses;
  double ended = 100;
  for (const double apart : seen.apart) {
    ended += apart;
    pauses.push_back({.ended_at = WallTime(std::chrono::milliseconds(static_cast<long>(ended * 1'000)))});
  }
  for (std::size_t i = 0; i < seen.sizes.size(); ++i) {
    const auto at = static_cast<double>(i);
    Snapshot snapshot = scene.heap(at, {{.bytes = seen.sizes[i] * kMiB, .objects = 1'000}}, seen.forced ? 50 + i : 50);
    snapshot.memory->total_alloc_bytes = static_cast<std::uint64_t>((1'000 + seen.allocated * at) * kMiB);
    snapshot.memory->heap_alloc_bytes = static_cast<std::uint64_t>(seen.sizes[i] * kMiB);
    snapshot.memory->pauses = pauses;
    snapshot.gc_forced = seen.forced && i > 0;
    scene.history.push(snapshot);
  }
  Result<Verdicts> verdicts = run(scene.history, scene.options);
  return verdicts ? std::move(*verdicts) : Verdicts{};
}

std::vector<double> ever_more_seldom() {
  std::vector<double> apart;
  for (int i = 0; i < 30; ++i) apart.push_back(3 + 0.1 * i);
  return apart;
}

TEST(MemoryDoubt, IsNoneWhereCollectionsKeepTheirDistance) {
  EXPECT_FALSE(judge({.apart = std::vector<double>(30, 2.5)}).memory_in_doubt);
}

TEST(MemoryDoubt, IsAboutCollectionsThatComeEverMoreSeldom) {
  const Verdicts verdicts = judge({.apart = ever_more_seldom()});
  ASSERT_TRUE(verdicts.memory_in_doubt);
  EXPECT_TRUE(verdicts.doubts.back().raw().contains("every 5.7 s by now")) << verdicts.doubts.back().raw();
  EXPECT_FALSE(verdicts.goroutines_in_doubt);
}

TEST(MemoryDoubt, IsNoneInOneSample) {
  EXPECT_FALSE(judge({.sizes = {20}, .apart = ever_more_seldom()}).memory_in_doubt);
}

TEST(MemoryDoubt, IsAboutAYoungProcessThatAllocates) {
  EXPECT_TRUE(judge({.apart = {1, 1}}).memory_in_doubt);
  EXPECT_FALSE(judge({.allocated = 0.1, .apart = {1, 1}}).memory_in_doubt);
}

TEST(MemoryDoubt, IsOverOnceForcedCollectionsShowNoGrowth) {
  EXPECT_FALSE(judge({.sizes = {20, 20, 20, 20, 20}, .apart = {1, 1}, .forced = true}).memory_in_doubt);
  EXPECT_FALSE(judge({.sizes = {20, 20, 20, 20, 20}, .apart = ever_more_seldom(), .forced = true}).memory_in_doubt);
}

TEST(MemoryDoubt, StaysWhileTheHeapGrows) {
  const Verdicts verdicts = judge({.sizes = {20, 22, 24, 26, 28}, .apart = {1, 1}, .forced = true});
  EXPECT_TRUE(verdicts.memory_in_doubt);
  EXPECT_EQ(verdicts.findings.at(0).verdict, Verdict::kSuspect);
}

TEST(MemoryDoubt, TellsWhenTheNextCollectionsAreDue) {
  // 40 MiB is the goal of 20 that live: 20 more to the next, and 20 again, at 2 MiB a second.
  EXPECT_NEAR(judge({}).seconds_to_two_collections.value_or(0), 20, 0.1);
  EXPECT_EQ(judge({.allocated = 0}).seconds_to_two_collections, std::nullopt);
}

}  // namespace
}  // namespace lf::detect
