#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "detect/rules.h"
#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Allocation;
using testing::ids;
using testing::Scene;

constexpr std::int64_t kMiB = 1 << 20;

TEST(MemoryGrowingSite, OnlySuspectsATableThatIsSmallBesideTheHeap) {
  Scene scene;
  for (int i = 0; i < 10; ++i) {
    scene.history.push(scene.heap(2.0 * i,
                                  {{.bytes = (2 + i) * kMiB / 2, .objects = 1000 * (i + 1)},
                                   {.function = "main.keep", .bytes = 40 * kMiB, .objects = 100'000}},
                                  10 + static_cast<std::uint64_t>(i)));
  }
  EXPECT_EQ(scene.about("main.grow").verdict, Verdict::kSuspect);
}

TEST(MemoryGrowingSite, IsALeakWhenASiteRisesToTheEnd) {
  Scene scene;
  for (int i = 0; i < 10; ++i) {
    scene.history.push(scene.heap(2.0 * i, {{.bytes = (4 + 3 * i) * kMiB, .objects = 1000 * (i + 1)}},
                                  10 + static_cast<std::uint64_t>(i)));
  }
  const Finding finding = scene.about("main.grow");
  EXPECT_EQ(finding.rule, "memory/growing-site");
  EXPECT_EQ(finding.verdict, Verdict::kLeak);
}

TEST(MemoryGrowingSite, IsASuspectAfterThreeCollectionsWhoseGoalRises) {
  Scene scene;
  for (int i = 0; i < 3; ++i) {
    scene.history.push(
        scene.heap(20.0 * i, {{.bytes = (40 + 5 * i) * kMiB, .objects = 40'000}}, 10 + static_cast<std::uint64_t>(i)));
  }
  const Finding finding = scene.about("main.grow");
  EXPECT_EQ(finding.rule, "memory/growing-site");
  EXPECT_EQ(finding.verdict, Verdict::kSuspect);
}

/// Two profiles of a heap a collection apart: 30 sampled objects, then 30 + `more`, of which `left` of the first went.
Scene& see_two(Scene& scene, std::int64_t more, std::int64_t left) {
  constexpr std::int64_t kObject = kMiB / 2;
  for (const bool later : {false, true}) {
    const std::int64_t inuse = later ? 30 + more : 30;
    Snapshot snapshot = scene.heap(later ? 10 : 0, {{.bytes = inuse * kObject, .objects = inuse}}, later ? 11 : 10);
    HeapSample& sample = snapshot.heap->samples.front();
    sample.inuse_sampled = static_cast<std::uint32_t>(inuse);
    sample.alloc_objects = later ? 200 + 2 * (more + left) : 200;
    sample.alloc_bytes = sample.alloc_objects * kObject;
    scene.history.push(snapshot);
  }
  return scene;
}

TEST(MemoryGrowingSite, IsASuspectAfterTwoProfilesWhereObjectsCameAndNoneLeft) {
  Scene gathers, flows;
  const Finding finding = see_two(gathers, 12, 0).about("main.grow");
  EXPECT_EQ(finding.verdict, Verdict::kSuspect);
  EXPECT_EQ(see_two(flows, 4, 300).worst(), Verdict::kInfo);
}

TEST(MemoryGrowingHeap, IsASuspectByItsGoalWhereNoSiteCarriesIt) {
  Scene rises, scatters;
  const std::vector<std::int64_t> up{60, 65, 70}, about{60, 71, 63};
  for (std::size_t i = 0; i < up.size(); ++i) {
    std::vector<Allocation> rising, scattering;
    for (int site = 0; site < 40; ++site) {
      const std::string function = "main.f" + std::to_string(site);
      rising.push_back({.function = function, .bytes = up[i] * kMiB / 40, .objects = 2'000});
      scattering.push_back({.function = function, .bytes = about[i] * kMiB / 40, .objects = 2'000});
    }
    rises.history.push(rises.heap(20.0 * static_cast<double>(i), rising, 10 + i));
    scatters.history.push(scatters.heap(20.0 * static_cast<double>(i), scattering, 10 + i));
  }
  EXPECT_EQ(rises.about("").rule, "memory/growing-heap");
  EXPECT_EQ(rises.worst(), Verdict::kSuspect);
  EXPECT_EQ(scatters.worst(), Verdict::kInfo);
}

TEST(MemoryGrowingSite, TellsTheTimeUntilAKnownLimit) {
  Scene scene;
  for (int i = 0; i < 8; ++i) {
    scene.history.push(
        scene.heap(3.0 * i, {{.bytes = (10 + 6 * i) * kMiB, .objects = 1000}}, 10 + 2 * static_cast<std::uint64_t>(i)));
  }
  const auto says_when = [&] {
    return std::ranges::any_of(scene.about("main.grow").evidence, [](const TargetText& words) {
      return words.raw().contains("at this pace the limit of 100 MiB is reached in 24 s");
    });
  };
  EXPECT_FALSE(says_when());
  scene.options.memory_limit_bytes = 100 * kMiB;
  EXPECT_TRUE(says_when());
}

TEST(MemoryGrowingSite, LetsACacheFillUp) {
  Scene scene;
  for (int i = 0; i < 12; ++i) {
    const std::int64_t size = std::min(4 + 4 * i, 24);
    scene.history.push(
        scene.heap(2.0 * i, {{.bytes = size * kMiB, .objects = 100 * size}}, 10 + static_cast<std::uint64_t>(i)));
  }
  EXPECT_NE(scene.worst(), Verdict::kLeak);
}

TEST(MemoryGrowingSite, LetsNoiseBe) {
  Scene scene;
  const std::vector<std::int64_t> noise{3, 4, 3, 5, 4, 5, 4, 5, 4, 4};
  for (std::size_t i = 0; i < noise.size(); ++i) {
    scene.history.push(
        scene.heap(2.0 * static_cast<double>(i), {{.bytes = noise[i] * kMiB / 2, .objects = 100}}, 10 + i));
  }
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(MemoryGrowingSite, NeedsCollections) {
  Scene scene;
  for (int i = 0; i < 10; ++i)
    scene.history.push(scene.heap(2.0 * i, {{.bytes = (4 + 3 * i) * kMiB, .objects = 1000}}, 5));
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(MemoryCliff, IsARemark) {
  Scene scene;
  for (int i = 0; i < 6; ++i) {
    scene.history.push(scene.heap(2.0 * i, {{.bytes = (i < 5 ? 60 : 10) * kMiB, .objects = 1000}},
                                  10 + static_cast<std::uint64_t>(i)));
  }
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "memory/cliff");
  EXPECT_EQ(findings[0].verdict, Verdict::kInfo);
}

TEST(HighObjectCount, IsARemark) {
  Scene scene;
  Snapshot snapshot = scene.heap(0, {{.bytes = kMiB}}, 3);
  snapshot.memory->heap_objects = 20'000'000;
  scene.history.push(snapshot);
  ASSERT_EQ(scene.judge().size(), 1U);
  EXPECT_EQ(scene.judge()[0].rule, "memory/high-object-count");
}

TEST(PoorGc, IsARemark) {
  Scene scene;
  Snapshot snapshot = scene.heap(0, {{.bytes = kMiB}}, 300);
  snapshot.memory->gc_cpu_fraction = 0.4;
  scene.history.push(snapshot);
  ASSERT_EQ(scene.judge().size(), 1U);
  EXPECT_EQ(scene.judge()[0].rule, "memory/poor-gc");
}

TEST(OffHeapGrowth, FollowsStacksThatGrowWithLeakingGoroutines) {
  Scene scene;
  for (std::uint64_t i = 0; i < 6; ++i) {
    Snapshot snapshot = scene.heap(3.0 * static_cast<double>(i), {{.bytes = kMiB}}, 10 + i);
    snapshot.memory->stack_inuse_bytes = (4 + 4 * i) << 20;
    snapshot.goroutines = scene.dump({{.ids = ids(100, 10 + 30 * i)}});
    scene.history.push(snapshot);
  }
  const std::vector<Finding> findings = scene.judge();
  const bool found = std::ranges::any_of(findings, [](const Finding& finding) {
    return finding.rule == "memory/off-heap-growth" && finding.verdict == Verdict::kLeak;
  });
  EXPECT_TRUE(found);
}

TEST(OffHeapGrowth, LeavesOrdinaryStacksToTheirGoroutines) {
  Scene scene;
  for (std::uint64_t i = 0; i < 8; ++i) {
    Snapshot snapshot = scene.heap(2.0 * static_cast<double>(i), {{.bytes = kMiB}}, 10 + i);
    snapshot.memory->stack_inuse_bytes = (4 + 4 * i) << 20;
    snapshot.goroutines = scene.dump({{.ids = ids(100, 10 + 512 * i)}});
    scene.history.push(snapshot);
  }
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "goroutine/growing-site");
  const bool told = std::ranges::any_of(findings[0].evidence, [](const TargetText& words) {
    return words.raw().contains("(at main.work): 8.0 KiB each");
  });
  EXPECT_TRUE(told);
}

/// RSS and Sys, in MiB, at each of ten samples.
void see_process(Scene& scene, std::uint64_t rss_step, std::uint64_t sys_step) {
  for (std::uint64_t i = 0; i < 10; ++i) {
    Snapshot snapshot = scene.heap(2.0 * static_cast<double>(i), {{.bytes = kMiB}}, 10 + i);
    snapshot.memory->max_rss_bytes = (100 + rss_step * i) << 20;
    snapshot.memory->sys_bytes = (60 + sys_step * i) << 20;
    scene.history.push(snapshot);
  }
}

TEST(OffHeapGrowth, SeesMemoryThatTheRuntimeDoesNotKnow) {
  Scene scene;
  see_process(scene, 8, 0);
  ASSERT_EQ(scene.judge().size(), 1U);
  EXPECT_EQ(scene.judge()[0].rule, "memory/off-heap-growth");
  EXPECT_EQ(scene.judge()[0].verdict, Verdict::kLeak);
}

TEST(OffHeapGrowth, LetsMemoryBeThatTheRuntimeHadMappedBefore) {
  Scene scene;
  for (std::uint64_t i = 0; i < 10; ++i) {
    Snapshot snapshot = scene.heap(2.0 * static_cast<double>(i), {{.bytes = kMiB}}, 10 + i);
    snapshot.memory->max_rss_bytes = (20 + 5 * i) << 20;
    snapshot.memory->sys_bytes = 60 << 20;
    scene.history.push(snapshot);
  }
  EXPECT_TRUE(scene.judge().empty());
}

TEST(OffHeapGrowth, ShowsNoBytesOfTheLiveHeap) {
  Scene scene;
  see_process(scene, 8, 0);
  EXPECT_EQ(scene.judge().at(0).bytes, std::nullopt);
}

TEST(OffHeapGrowth, LetsMemoryBeThatTheRuntimeExplains) {
  Scene scene;
  see_process(scene, 8, 7);
  EXPECT_TRUE(scene.judge().empty());
}

TEST(OffHeapGrowth, LetsAHighWaterMarkBeThatStandsStill) {
  Scene scene;
  see_process(scene, 0, 0);
  EXPECT_TRUE(scene.judge().empty());
}

TEST(MemoryGrowingHeap, SuspectsARiseThatNoSiteExplains) {
  Scene scene;
  for (int i = 0; i < 10; ++i) {
    std::vector<Allocation> many;
    for (int site = 0; site < 60; ++site) {
      many.push_back(
          {.function = "main.f" + std::to_string(site), .bytes = (1 + i) * kMiB / 11, .objects = 20 * (i + 1)});
    }
    scene.history.push(scene.heap(2.0 * i, many, 10 + static_cast<std::uint64_t>(i)));
  }
  ASSERT_EQ(scene.judge().size(), 1U);
  EXPECT_EQ(scene.judge()[0].rule, "memory/growing-heap");
  EXPECT_EQ(scene.judge()[0].verdict, Verdict::kSuspect);
}

}  // namespace
}  // namespace lf::detect
