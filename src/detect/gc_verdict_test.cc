#include "detect/gc_verdict.h"

#include <gtest/gtest.h>

namespace lf::detect {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

GcMeasurement measured(std::uint64_t baseline, std::uint64_t before, std::uint64_t live, std::uint64_t final_value) {
  return {.baseline = baseline * kMiB,
          .before = before * kMiB,
          .before_live = live * kMiB,
          .final_value = final_value * kMiB,
          .allocated_in_wait = {},
          .collections = 2,
          .refusal = {}};
}

GcResult result_of(const GcMeasurement& measurement) {
  return judge_gc(Symbols(), measurement, {}).result;
}

TEST(GcVerdict, CallsAStableHeapNoGrowth) {
  EXPECT_EQ(result_of(measured(100, 103, 100, 102)), GcResult::kNoGrowth);
}

TEST(GcVerdict, CallsWaitingGarbageACleanupDelay) {
  EXPECT_EQ(result_of(measured(10, 200, 10, 10)), GcResult::kCleanupDelay);
}

TEST(GcVerdict, ConfirmsWhatNothingFrees) {
  EXPECT_EQ(result_of(measured(10, 60, 50, 50)), GcResult::kConfirmedLeak);
  EXPECT_EQ(result_of(measured(10, 60, 10, 50)), GcResult::kConfirmedLeak);
}

TEST(GcVerdict, GradesByWhatOfTheGrowthWasFreed) {
  EXPECT_EQ(result_of(measured(10, 120, 110, 85)), GcResult::kLikelyLeak);
  EXPECT_EQ(result_of(measured(10, 120, 110, 50)), GcResult::kPartialLeak);
  EXPECT_EQ(result_of(measured(10, 120, 110, 20)), GcResult::kCleanupDelay);
}

TEST(GcVerdict, IsUnknownWithoutACollection) {
  GcMeasurement measurement = measured(10, 60, 50, 50);
  measurement.collections = 0;
  const GcSection section = judge_gc(Symbols(), measurement, {});
  EXPECT_EQ(section.result, GcResult::kUnknown);
  EXPECT_FALSE(section.basis.empty());
}

TEST(GcVerdict, SaysWhyTheTargetRefused) {
  GcMeasurement measurement = measured(10, 60, 50, 50);
  measurement.refusal = "the target answers 403";
  EXPECT_EQ(judge_gc(Symbols(), measurement, {}).basis, "the target answers 403");
}

TEST(GcVerdict, MakesAFindingBelowTheThresholdOnly) {
  const Symbols symbols;
  const GcSection partial = judge_gc(symbols, measured(10, 120, 110, 50), {});
  EXPECT_TRUE(find_gc_leaks(symbols, partial, {}, 50, nullptr, nullptr).empty());
  EXPECT_EQ(find_gc_leaks(symbols, partial, {}, 70, nullptr, nullptr).size(), 1U);
}

TEST(GcVerdict, JudgesGroupsByCounts) {
  Symbols symbols;
  const FrameId site = symbols.intern(Frame{symbols.intern("main.work"), symbols.intern("/src/main.go"), 3});
  const std::vector<GcGroupCounts> groups{{.site = site,
                                           .creator = {},
                                           .state = WaitState::kChanSend,
                                           .stack = {},
                                           .baseline = 10,
                                           .before = 50,
                                           .final_value = 60}};
  const GcSection section = judge_gc(symbols, measured(10, 10, 10, 10), groups);
  ASSERT_EQ(section.groups.size(), 2U);
  EXPECT_EQ(section.groups[1].result, GcResult::kConfirmedLeak);
  EXPECT_EQ(find_gc_leaks(symbols, section, groups, 50, nullptr, nullptr).size(), 1U);
}

TEST(GcVerdict, CountsADumpWithCreatorsAndAProfileWithoutAlike) {
  Symbols symbols;
  const FrameId site = symbols.intern(Frame{symbols.intern("main.work"), symbols.intern("/src/main.go"), 3});
  const FrameId creator = symbols.intern(Frame{symbols.intern("main.main"), symbols.intern("/src/main.go"), 9});
  const StackId stack = symbols.intern_stack(std::vector{site});
  GoroutineProfile dump;
  dump.form = GoroutineForm::kDump;
  for (std::uint64_t id = 1; id <= 8; ++id) {
    Goroutine goroutine;
    goroutine.id = id;
    goroutine.stack = stack;
    goroutine.creator = creator;
    goroutine.state = WaitState::kChanReceive;
    dump.goroutines.push_back(goroutine);
  }
  GoroutineProfile counts;
  counts.form = GoroutineForm::kProtobuf;
  StackCount record;
  record.stack = stack;
  record.count = 8;
  record.state = WaitState::kChanReceive;
  counts.counts.push_back(record);
  const std::vector<GcGroupCounts> groups = count_gc_groups(symbols, &dump, &counts, &counts);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups.front().baseline, 8U);
  EXPECT_EQ(groups.front().final_value, 8U);
}

}  // namespace
}  // namespace lf::detect
