#include "detect/gc_verdict.h"

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

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
          .seconds = 10,
          .wanted = true,
          .refusal = {}};
}

GcResult result_of(const GcMeasurement& measurement) {
  return judge_gc(Symbols(), measurement, {}).result;
}

TEST(GcVerdict, CallsAStableHeapNoGrowth) {
  EXPECT_EQ(result_of(measured(100, 103, 100, 102)), GcResult::kNoGrowth);
}

TEST(GcVerdict, IsTooShortToTellWhereALargeHeapGrowsAtALeaksPace) {
  const GcSection section = judge_gc(Symbols(), measured(337, 360, 337, 347), {});
  EXPECT_EQ(section.result, GcResult::kUnknown);
  EXPECT_TRUE(section.basis.starts_with("too short to tell: ")) << section.basis;
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

/// Senders at one site, at the start, before the first forced collection and at the end.
std::vector<GcGroupCounts> senders(Symbols& symbols, std::uint64_t baseline, std::uint64_t before,
                                   std::uint64_t final_value) {
  const FrameId site = symbols.intern(Frame{symbols.intern("main.work"), symbols.intern("/src/main.go"), 3});
  return {{.site = site,
           .creator = {},
           .state = WaitState::kChanSend,
           .stack = {},
           .baseline = baseline,
           .before = before,
           .final_value = final_value}};
}

TEST(GcVerdict, JudgesGroupsByCounts) {
  Symbols symbols;
  const std::vector<GcGroupCounts> groups = senders(symbols, 10, 50, 60);
  const GcSection section = judge_gc(symbols, measured(10, 10, 10, 10), groups);
  ASSERT_EQ(section.groups.size(), 2U);
  EXPECT_EQ(section.result, GcResult::kNoGrowth) << "the heap's";
  EXPECT_EQ(section.groups[1].result, GcResult::kConfirmedLeak);
  EXPECT_EQ(find_gc_leaks(symbols, section, groups, 50, nullptr, nullptr).size(), 1U);
}

TEST(GcVerdict, CallsNoGroupALeakWhoseFirstGotAway) {
  testing::Scene scene;
  const auto waiting = [&](std::uint64_t first, std::uint64_t count) {
    return scene.dump({{.ids = testing::ids(first, count), .state = WaitState::kWaitGroupWait}});
  };
  const auto result = [&](std::uint64_t first_at_end) {
    const GoroutineProfile start = waiting(100, 6), before = waiting(100, 9), end = waiting(first_at_end, 14);
    const std::vector<GcGroupCounts> groups = count_gc_groups(scene.symbols, &start, &before, &end);
    return judge_gc(scene.symbols, measured(10, 10, 10, 10), groups).groups[1].result;
  };
  EXPECT_EQ(result(100), GcResult::kConfirmedLeak);
  EXPECT_EQ(result(106), GcResult::kUnknown);
}

TEST(GcVerdict, IsTheWorstGroupsWhereOnlyGoroutinesAreWanted) {
  Symbols symbols;
  const GcMeasurement unwanted{.baseline = {},
                               .before = {},
                               .before_live = {},
                               .final_value = {},
                               .allocated_in_wait = {},
                               .collections = 0,
                               .wanted = false,
                               .refusal = {}};
  const std::vector<GcGroupCounts> stuck = senders(symbols, 10, 50, 60), gone = senders(symbols, 10, 50, 10);
  EXPECT_EQ(judge_gc(symbols, unwanted, {}).result, GcResult::kNoGrowth);
  EXPECT_EQ(judge_gc(symbols, unwanted, gone).result, GcResult::kCleanupDelay);
  const GcSection section = judge_gc(symbols, unwanted, stuck);
  EXPECT_EQ(section.result, GcResult::kConfirmedLeak);
  const std::vector<Finding> findings = find_gc_leaks(symbols, section, stuck, 50, nullptr, nullptr);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().kind, FindingKind::kGoroutine);
}

TEST(GcVerdict, CallsNoGroupALeakThatMakesNoFinding) {
  for (const std::uint64_t last : {103U, 106U, 120U, 149U, 150U, 300U}) {
    Symbols symbols;
    const std::vector<GcGroupCounts> groups = senders(symbols, 100, last, last);
    const GcSection section = judge_gc(symbols, measured(10, 10, 10, 10), groups);
    const bool found = !find_gc_leaks(symbols, section, groups, 50, nullptr, nullptr).empty();
    ASSERT_EQ(section.groups.size(), 2U) << last;
    EXPECT_EQ(is_leak(section.groups[1].result), found) << last;
    EXPECT_EQ(found, last >= 150) << last;
    EXPECT_EQ(section.groups[1].result == GcResult::kUnknown, last > 105 && last < 150) << last;
  }
}

TEST(GcVerdict, DoesNotJudgeWhatServesAConnection) {
  Symbols symbols;
  std::vector<GcGroupCounts> groups = senders(symbols, 0, 0, 20);
  const FrameId frame = symbols.intern(
      Frame{symbols.intern("net/http.(*connReader).backgroundRead"), symbols.intern("/go/src/net/http/server.go"), 1});
  groups.front().site = frame;
  groups.front().stack = symbols.intern_stack(std::vector{frame});
  groups.front().state = WaitState::kIoWait;
  GcMeasurement unwanted = measured(10, 10, 10, 10);
  unwanted.wanted = false;
  EXPECT_EQ(judge_gc(symbols, unwanted, groups).result, GcResult::kNoGrowth);
  EXPECT_EQ(judge_gc(symbols, measured(10, 10, 10, 10), groups).groups.size(), 1U) << "the heap's alone";
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
