#include "pipeline/gc_cycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/testing/scripted_target.h"

namespace lf::pipeline {
namespace {

using testing::Bench;
using testing::ScriptedTarget;
using Answer = ScriptedTarget::Answer;

constexpr std::uint64_t kMiB = 1 << 20;

/// Live heap and HeapAlloc at each answer; a forced collection leaves HeapAlloc at the live heap.
struct HeapStep {
  std::uint64_t live_mib, alloc_mib;
};

ScriptedTarget::Answers heaps(std::vector<HeapStep> steps) {
  return [steps = std::move(steps), at = std::size_t{0}](std::string_view path) mutable -> Answer {
    if (path.empty()) return {.body = testing::index_page(3, 3)};
    const HeapStep step = steps[std::min(at, steps.size() - 1)];
    ++at;
    return {.body = testing::heap_text(step.live_mib * kMiB, step.alloc_mib * kMiB, at, at * 100 * kMiB)};
  };
}

GcSection verify(ScriptedTarget::Answers answers, std::uint64_t cycles = 2) {
  Bench bench(std::move(answers));
  NoProgress progress;
  GcOptions options;
  options.goroutines = false;
  options.cycles = cycles;
  Result<GcVerified> verified = verify_by_collections(bench.session, bench.environment, options, nullptr, progress);
  return verified ? verified->section : GcSection{};
}

TEST(ForcedCollections, CallAStableHeapNoGrowth) {
  EXPECT_EQ(verify(heaps({{20, 20}, {20, 20}, {20, 20}})).result, GcResult::kNoGrowth);
}

TEST(ForcedCollections, CallWaitingGarbageACleanupDelay) {
  EXPECT_EQ(verify(heaps({{20, 90}, {20, 20}, {20, 20}})).result, GcResult::kCleanupDelay);
}

TEST(ForcedCollections, CallGrowthThatStaysAConfirmedLeak) {
  EXPECT_EQ(verify(heaps({{20, 21}, {20, 20}, {40, 40}})).result, GcResult::kConfirmedLeak);
}

TEST(ForcedCollections, CallWhatWasMerelyInFlightNoGrowth) {
  EXPECT_EQ(verify(heaps({{20, 20}, {20, 20}, {40, 40}, {38, 38}, {20, 20}})).result, GcResult::kNoGrowth);
}

TEST(ForcedCollections, TakeNothingForAliveThatWasAllocatedSinceTheCollection) {
  EXPECT_EQ(verify(heaps({{20, 20}, {20, 20}, {20, 40}})).result, GcResult::kNoGrowth);
}

TEST(ForcedCollections, ForceAllButTheLastAtOnce) {
  Bench bench(heaps({{20, 20}}));
  NoProgress progress;
  GcOptions options;
  options.goroutines = false;
  options.cycles = 3;
  const SteadyTime started = bench.clock.steady();
  ASSERT_TRUE(verify_by_collections(bench.session, bench.environment, options, nullptr, progress));
  EXPECT_EQ(bench.session.cost().forced_collections, 3U);
  EXPECT_EQ(bench.clock.steady() - started, options.wait);
}

TEST(ForcedCollections, SayWhyTheyKnowNothingOfATargetThatRefuses) {
  const GcSection section = verify([](std::string_view path) -> Answer {
    if (path.empty()) return {.body = testing::index_page(3, 3)};
    if (path.find("gc=1") != std::string_view::npos)
      return {.status = 403, .body = {}, .code = ErrorCode::kUnauthorized};
    return {.body = testing::heap_text(20 * kMiB, 21 * kMiB, 3, 100 * kMiB)};
  });
  EXPECT_EQ(section.result, GcResult::kUnknown);
  EXPECT_FALSE(section.basis.empty());
}

}  // namespace
}  // namespace lf::pipeline
