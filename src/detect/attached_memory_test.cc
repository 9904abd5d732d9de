#include "detect/attached_memory.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Allocation;
using testing::Crew;
using testing::ids;
using testing::Scene;

constexpr std::int64_t kMiB = 1 << 20;
const std::vector<std::int64_t> kSteady{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
const std::vector<std::int64_t> kUneven{1, 9, 10, 18, 18, 19, 30, 31, 40, 41};

/// The findings after tens of `goroutines` of main.work, started in main.serve, and `heap` MiB by `allocation`.
std::vector<Finding> findings_of(const std::vector<std::int64_t>& goroutines, const std::vector<std::int64_t>& heap,
                                 Allocation allocation) {
  Scene scene;
  for (std::size_t i = 0; i < goroutines.size(); ++i) {
    allocation.bytes = (1 + heap[i]) * kMiB;
    allocation.objects = 1000 * heap[i];
    Snapshot snapshot = scene.heap(3.0 * static_cast<double>(i), {allocation}, 10 + i);
    const Crew crew{.ids = ids(100, static_cast<std::uint64_t>(10 * goroutines[i])), .creator = "main.serve:5"};
    snapshot.goroutines = scene.dump({crew});
    scene.history.push(snapshot);
  }
  return scene.judge();
}

/// That of the goroutines.
Finding finding_of(const std::vector<std::int64_t>& goroutines, const std::vector<std::int64_t>& heap,
                   const Allocation& allocation) {
  for (Finding& finding : findings_of(goroutines, heap, allocation)) {
    if (finding.kind == FindingKind::kGoroutine) return std::move(finding);
  }
  return {};
}

bool is_attached(const Finding& finding) {
  EXPECT_EQ(finding.rule, "goroutine/growing-site");
  return finding.bytes.has_value();
}

TEST(AttachedMemory, IsWhatTheGoroutinesThemselvesAllocate) {
  const Finding finding = finding_of(kSteady, kSteady, {.function = "main.work"});
  EXPECT_EQ(finding.bytes, 11U << 20);
  const std::string words(finding.evidence.back().raw());
  EXPECT_TRUE(words.contains("it is on these goroutines' stack")) << words;
  EXPECT_TRUE(words.contains("102.4 KiB a goroutine")) << words;
}

TEST(AttachedMemory, IsWhatTheirStarterAllocates) {
  EXPECT_TRUE(is_attached(finding_of(kSteady, kSteady, {.function = "main.serve"})));
  EXPECT_TRUE(is_attached(finding_of(kSteady, kSteady, {.function = "main.fill", .callers = {"main.serve:4"}})));
}

TEST(AttachedMemory, IsNotWhatMerelyGrowsAtTheSameTime) {
  EXPECT_FALSE(is_attached(finding_of(kSteady, kSteady, {.function = "main.store", .callers = {"main.receipt:4"}})));
}

TEST(AttachedMemory, IsNotWhatTheStarterAllocatesAtAnotherPace) {
  EXPECT_FALSE(is_attached(finding_of(kUneven, kSteady, {.function = "main.serve"})));
}

TEST(AttachedMemory, IsWhatComesAndStaysOutWithThemInOnePackage) {
  EXPECT_TRUE(is_attached(finding_of(kUneven, kUneven, {.function = "main.store", .callers = {"main.receipt:4"}})));
  EXPECT_FALSE(is_attached(
      finding_of(kUneven, kUneven, {.function = "example.org/cache.store", .callers = {"main.receipt:4"}})));
}

TEST(AttachedMemory, IsOneFindingWithTheGoroutinesWhereItIsSmallChange) {
  std::vector<std::int64_t> goroutines(kSteady);
  for (std::int64_t& tens : goroutines) tens *= 4;  // 25.6 KiB each
  const std::vector<Finding> findings = findings_of(goroutines, kSteady, {.function = "main.work"});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "goroutine/growing-site");
  EXPECT_EQ(findings[0].bytes, 11U << 20);
}

TEST(AttachedMemory, NamesItsGoroutinesWhereItIsACulprit) {
  const std::vector<Finding> findings = findings_of(kSteady, kSteady, {.function = "main.work"});
  ASSERT_EQ(findings.size(), 2U);
  const auto memory = std::ranges::find(findings, FindingKind::kMemory, &Finding::kind);
  ASSERT_NE(memory, findings.end());
  EXPECT_EQ(memory->resembles, "memory of leaked goroutines");
  EXPECT_TRUE(memory->evidence.back().raw().starts_with("held by the leaked goroutines at main.work (line 10)"));
}

TEST(AttachedMemory, IsSeenThroughSamplingNoise) {
  const std::vector<std::int64_t> noisy{1, 3, 3, 4, 7, 7, 7, 9, 9, 11};
  EXPECT_TRUE(is_attached(finding_of(kSteady, noisy, {.function = "main.work"})));
}

TEST(AttachedMemory, TakesMainForNobodysCaller) {
  EXPECT_FALSE(is_attached(finding_of(kSteady, kSteady, {.function = "main.store"})));
}

}  // namespace
}  // namespace lf::detect
