#include "detect/rules.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "detect/benign.h"
#include "detect/suspicious.h"
#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Allocation;
using testing::Crew;
using testing::ids;
using testing::Scene;

constexpr std::int64_t kMiB = 1 << 20;

/// A crew that grows by `step` at each of `samples`, 3 s apart, from `first` members on; nobody leaves.
void grow(Scene& scene, Crew crew, std::uint64_t first, std::uint64_t step, int samples) {
  for (int i = 0; i < samples; ++i) {
    crew.ids = ids(100, first + step * static_cast<std::uint64_t>(i));
    scene.see(3.0 * i, {{.ids = {1}, .stack = {"main.main:5"}, .creator = ""}, crew});
  }
}

TEST(RuleTable, HasNoIdTwice) {
  std::set<std::string_view> seen;
  for (const RuleInfo& rule : rules()) EXPECT_TRUE(seen.insert(rule.id).second) << rule.id;
  EXPECT_EQ(seen.size(), 16U);
}

TEST(GrowingSite, IsALeakWhenTheyComeAndNobodyLeaves) {
  Scene scene;
  grow(scene, {.state = WaitState::kChanSend}, 4, 3, 4);
  const Finding finding = scene.about("main.work");
  EXPECT_EQ(finding.rule, "goroutine/growing-site");
  EXPECT_EQ(finding.verdict, Verdict::kLeak);
  EXPECT_EQ(finding.births, 9U);
  EXPECT_EQ(finding.survivors, 4U);
}

TEST(GrowingSite, IsNoLeakWhenIdsComeAndGo) {
  Scene scene;
  for (int i = 0; i < 5; ++i)
    scene.see(3.0 * i, {{.ids = ids(static_cast<std::uint64_t>(100 + 50 * i), static_cast<std::uint64_t>(10 + i))}});
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(GrowingSite, IsNoLeakWhenAReceiverPoolReachesItsPlateauInABusyProcess) {
  Scene scene;
  const std::vector<std::uint64_t> sizes{10, 20, 30, 30, 30, 30};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    scene.see(3.0 * static_cast<double>(i),
              {{.ids = ids(100, sizes[i])},
               {.ids = ids(1000 + 10 * i, 5), .state = WaitState::kSleep, .stack = {"main.request:7"}}});
  }
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(GrowingSite, IsOnlySuspectInAGlimpse) {
  Scene scene;
  scene.see(0, {{.ids = ids(100, 10)}});
  scene.see(0.5, {{.ids = ids(100, 20)}});
  EXPECT_EQ(scene.about("main.work").verdict, Verdict::kSuspect);
}

TEST(GrowingSite, LetsAPoolBeThatIsCalledToWork) {
  Scene scene;
  for (std::uint64_t i = 0; i < 5; ++i) {
    scene.see(static_cast<double>(2 * i),
              {{.ids = ids(10, 8 - i)}, {.ids = ids(18 - i, i), .state = WaitState::kRunnable}, {.ids = {100 + i}}});
  }
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(GrowingSite, IsNoLeakAfterARestart) {
  Scene scene;
  grow(scene, {.state = WaitState::kChanSend}, 4, 3, 4);
  scene.see(20, {{.ids = ids(1, 3)}});
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(GrowingSite, IsNoLeakWhenOnlyCutDumpsSayIt) {
  Scene scene;
  for (int i = 0; i < 4; ++i) scene.see_cut(3.0 * i, {{.ids = ids(100, static_cast<std::uint64_t>(10 + 10 * i))}});
  EXPECT_NE(scene.worst(), Verdict::kLeak);
}

TEST(GrowingSite, IsNoLeakWhenCountsFall) {
  Scene scene;
  for (int i = 0; i < 5; ++i) scene.see_counts(3.0 * i, {{Crew{}, 50 - 5 * i}});
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(GrowingSite, StandsOnCountsAloneAfterFourSamples) {
  Scene scene;
  for (int i = 0; i < 4; ++i) scene.see_counts(3.0 * i, {{Crew{.state = WaitState::kChanSend}, 10 + 5 * i}});
  EXPECT_EQ(scene.about("main.work").verdict, Verdict::kLeak);
}

TEST(GrowingSite, SeesThoseThatStoppedMultiplyingAndAreAllStillStuck) {
  Scene scene;
  const std::vector<std::uint64_t> sizes{10, 20, 20, 20};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    scene.see(3.0 * static_cast<double>(i), {{.ids = ids(100, sizes[i]), .state = WaitState::kMutexLock}});
  }
  EXPECT_EQ(scene.about("main.work").verdict, Verdict::kLeak);
}

TEST(GrowingSite, TellsAPoolThatGrewOnceByItsStarter) {
  Scene pool, leak;
  const std::vector<std::uint64_t> sizes{10, 20, 20, 20};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const double seconds = 3.0 * static_cast<double>(i);
    std::vector<Crew> kept{{.ids = {1}, .stack = {"main.main:5"}, .creator = ""}}, unkept = kept;
    kept.push_back({.ids = ids(100, sizes[i]), .parent = 1});
    for (std::uint64_t id = 0; id < sizes[i]; ++id) {
      unkept.push_back({.ids = {100 + 2 * id}, .parent = static_cast<std::uint32_t>(101 + 2 * id)});
    }
    pool.see(seconds, kept);
    leak.see(seconds, unkept);
  }
  EXPECT_EQ(pool.worst(), Verdict::kInfo);
  EXPECT_EQ(leak.about("main.work").verdict, Verdict::kLeak);
}

TEST(TimerLoop, NamesSleepersThatPileUp) {
  Scene scene;
  grow(scene, {.state = WaitState::kSleep, .stack = {"time.Sleep:300", "main.retry:9"}}, 5, 5, 4);
  EXPECT_EQ(scene.about("main.retry").rule, "goroutine/timer-loop");
}

TEST(StuckIo, NamesReadsThatPileUp) {
  Scene scene;
  grow(scene, {.state = WaitState::kIoWait, .stack = {"net.(*conn).Read:5", "main.handle:9"}}, 5, 5, 4);
  const Finding finding = scene.about("main.handle");
  EXPECT_EQ(finding.rule, "goroutine/stuck-io");
  EXPECT_EQ(finding.resembles, "read without a deadline");
}

TEST(BlockedForever, IsALeakOnANilChannel) {
  Scene scene;
  scene.see(0, {{.ids = {7}, .state = WaitState::kChanReceiveNil}});
  EXPECT_EQ(scene.about("main.work").verdict, Verdict::kLeak);
}

TEST(BlockedForever, LetsMainPark) {
  Scene scene;
  scene.see(0, {{.ids = {1}, .state = WaitState::kSelectNoCases, .stack = {"main.main:9"}, .creator = ""}});
  EXPECT_TRUE(scene.judge().empty());
}

TEST(ProvenLeak, FollowsTheMarkInTheHeader) {
  Scene scene;
  scene.see(0, {{.ids = {7, 8}, .flags = kLeaked}});
  const Finding finding = scene.about("main.work");
  EXPECT_EQ(finding.rule, "goroutine/proven-leak");
  EXPECT_EQ(finding.verdict, Verdict::kLeak);
}

TEST(ProvenLeak, FollowsTheLeakProfile) {
  Scene scene;
  Snapshot snapshot = scene.at(0);
  snapshot.goroutines = scene.dump({{.ids = {7, 8}}});
  snapshot.leaked = std::vector<StackCount>{
      {.stack = scene.stack({"main.work:10"}), .labels = {}, .state = WaitState::kChanReceive, .count = 2}};
  scene.history.push(std::move(snapshot));
  EXPECT_EQ(scene.about("main.work").rule, "goroutine/proven-leak");
}

TEST(PersistentSite, SuspectsSendsThatNobodyTakes) {
  Scene scene;
  for (int i = 0; i < 4; ++i) scene.see(3.0 * i, {{.ids = ids(100, 6), .state = WaitState::kChanSend}});
  const Finding finding = scene.about("main.work");
  EXPECT_EQ(finding.rule, "goroutine/persistent-site");
  EXPECT_EQ(finding.verdict, Verdict::kSuspect);
}

TEST(PersistentSite, LetsAnIdlePoolBe) {
  Scene scene;
  for (int i = 0; i < 6; ++i) scene.see(3.0 * i, {{.ids = ids(100, 64), .state = WaitState::kSelect}});
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(CrowdedSite, SuspectsACrowdInOneSample) {
  Scene scene;
  scene.see(0, {{.ids = ids(100, 600), .state = WaitState::kSelect}});
  const Finding finding = scene.about("main.work");
  EXPECT_EQ(finding.rule, "goroutine/crowded-site");
  EXPECT_EQ(finding.verdict, Verdict::kSuspect);
}

TEST(CrowdedSite, NeverCallsNumbersALeak) {
  Scene scene;
  for (int i = 0; i < 4; ++i) scene.see(3.0 * i, {{.ids = ids(100, 3000), .state = WaitState::kSelect, .minutes = 90}});
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(CrowdedSite, TakesNoMinutesForProof) {
  Scene scene;
  scene.see(0, {{.ids = ids(100, 200), .minutes = 1}});
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(StuckLock, NamesTheHolderAndListsThoseBehindIt) {
  Scene scene;
  for (int i = 0; i < 4; ++i) {
    scene.see(3.0 * i, {{.ids = {7}, .state = WaitState::kChanSend, .stack = {"main.(*Store).notify:30"}},
                        {.ids = ids(20, 3),
                         .state = WaitState::kMutexLock,
                         .stack = {"sync.(*Mutex).Lock:46", "main.(*Store).Get:12"},
                         .address = 0xc000}});
  }
  const Finding finding = scene.about("main.(*Store).notify");
  EXPECT_EQ(finding.rule, "goroutine/stuck-lock");
  EXPECT_EQ(finding.verdict, Verdict::kLeak);
  ASSERT_EQ(finding.consequences.size(), 1U);
  EXPECT_EQ(finding.consequences[0].at.function.raw(), "main.(*Store).Get");
  EXPECT_EQ(scene.judge().size(), 1U);
}

TEST(StuckLock, SeesTwoThatWaitForEachOther) {
  Scene scene;
  for (int i = 0; i < 4; ++i) {
    scene.see(3.0 * i, {{.ids = {7},
                         .state = WaitState::kMutexLock,
                         .stack = {"main.(*B).lock:3", "main.(*A).run:30"},
                         .address = 0xb0},
                        {.ids = {8},
                         .state = WaitState::kMutexLock,
                         .stack = {"main.(*A).lock:3", "main.(*B).run:30"},
                         .address = 0xa0}});
  }
  EXPECT_EQ(scene.about("main.(*A).lock").resembles, "lock cycle");
}

TEST(StuckLock, SeesADoubleLock) {
  Scene scene;
  for (int i = 0; i < 4; ++i) {
    scene.see(3.0 * i, {{.ids = {7},
                         .state = WaitState::kMutexLock,
                         .stack = {"main.(*A).get:3", "main.(*A).run:30"},
                         .address = 0xa0}});
  }
  EXPECT_EQ(scene.about("main.(*A).get").resembles, "double lock");
}

TEST(StuckLock, LetsASlowHolderBe) {
  Scene scene;
  for (int i = 0; i < 4; ++i) {
    scene.see(3.0 * i, {{.ids = {7}, .state = WaitState::kSleep, .stack = {"time.Sleep:1", "main.(*A).run:31"}},
                        {.ids = {8},
                         .state = WaitState::kMutexLock,
                         .stack = {"main.(*A).get:3", "main.(*A).run:30"},
                         .address = 0xa0}});
  }
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(StuckLock, LetsABusyQueueBe) {
  Scene scene;
  for (std::uint64_t i = 0; i < 4; ++i) {
    scene.see(
        3.0 * static_cast<double>(i),
        {{.ids = {50 + i}, .state = WaitState::kChanSend, .stack = {"main.(*A).put:31"}},
         {.ids = ids(51 + i, 12), .state = WaitState::kMutexLock, .stack = {"main.(*A).get:3"}, .address = 0xa0}});
  }
  EXPECT_NE(scene.worst(), Verdict::kLeak);
}

TEST(Pattern, ExplainsAndDoesNotAccuse) {
  Scene scene;
  scene.options.suspicious.push_back({"main.work", "we had this once"});
  scene.see(0, {{.ids = {7}}});
  const Finding finding = scene.about("main.work");
  EXPECT_EQ(finding.rule, "goroutine/pattern");
  EXPECT_EQ(finding.verdict, Verdict::kInfo);
}

TEST(SafePattern, CapsTheVerdict) {
  Scene scene;
  scene.options.safe.push_back({"main.work", "known"});
  grow(scene, {.state = WaitState::kChanSend}, 4, 3, 4);
  EXPECT_EQ(scene.about("main.work").verdict, Verdict::kInfo);
}

TEST(SuspiciousWaits, AreEachReachable) {
  for (const SuspiciousWait& wait : suspicious_waits()) {
    Scene scene;
    const std::string leaf = wait.frame.empty() ? "main.f:1" : std::string(wait.frame) + ":1";
    const SuspiciousWait* found =
        find_suspicious(scene.symbols, scene.symbols.stack(scene.stack({leaf})), wait.state_class);
    ASSERT_NE(found, nullptr) << wait.category;
    EXPECT_EQ(found->category, wait.category);
  }
}

WaitState state_of(StateClass state_class) {
  switch (state_class) {
    case StateClass::kIo:
      return WaitState::kIoWait;
    case StateClass::kSelect:
      return WaitState::kSelect;
    case StateClass::kSyscall:
      return WaitState::kSyscall;
    case StateClass::kCond:
      return WaitState::kCondWait;
    default:
      return WaitState::kChanReceive;
  }
}

Crew benign_crew(const BenignWait& wait) {
  Crew crew{.state = state_of(wait.state_class)};
  crew.stack = {wait.frame.empty() ? "net.(*conn).Read:1" : std::string(wait.frame) + ":1"};
  crew.creator = wait.creator.empty() ? "main.main:5" : std::string(wait.creator) + ":2";
  return crew;
}

TEST(BenignCatalogue, IsQuietWhileTheNumberStays) {
  for (const BenignWait& wait : benign_waits()) {
    Scene scene;
    grow(scene, benign_crew(wait), 40, 0, 5);
    EXPECT_EQ(scene.worst(), Verdict::kInfo) << wait.owner;
  }
}

TEST(BenignCatalogue, IsHeardWhenTheNumberGrows) {
  for (const BenignWait& wait : benign_waits()) {
    Scene scene;
    grow(scene, benign_crew(wait), 10, 10, 5);
    EXPECT_GE(scene.worst(), Verdict::kSuspect) << wait.owner;
  }
}

TEST(BenignCatalogue, TakesConnectionsThatGrowWithTheLivingForLoad) {
  Scene scene;
  for (std::uint64_t i = 0; i < 5; ++i) {
    const std::uint64_t size = 20 + 20 * i;
    const WaitState client = i % 2 == 0 ? WaitState::kSleep : WaitState::kSelect;
    scene.see(3.0 * static_cast<double>(i),
              {{.ids = ids(10'000, size),
                .state = WaitState::kSelect,
                .stack = {"net/http.(*persistConn).writeLoop:9"},
                .creator = "net/http.(*Transport).dialConn:3"},
               {.ids = ids(100, size), .state = client, .stack = {i % 2 == 0 ? "main.client:7" : "main.client:8"}}});
  }
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(MemoryGrowingSite, IsALeakWhenASiteRisesToTheEnd) {
  Scene scene;
  for (int i = 0; i < 10; ++i) {
    scene.history.push(scene.heap(2.0 * i, {{.bytes = (4 + 3 * i) * kMiB, .objects = 1000 * (i + 1)}},
                                  static_cast<std::uint64_t>(10 + i)));
  }
  const Finding finding = scene.about("main.grow");
  EXPECT_EQ(finding.rule, "memory/growing-site");
  EXPECT_EQ(finding.verdict, Verdict::kLeak);
}

TEST(MemoryGrowingSite, LetsACacheFillUp) {
  Scene scene;
  for (int i = 0; i < 12; ++i) {
    const std::int64_t size = std::min(4 + 4 * i, 24);
    scene.history.push(
        scene.heap(2.0 * i, {{.bytes = size * kMiB, .objects = 100 * size}}, static_cast<std::uint64_t>(10 + i)));
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
                                  static_cast<std::uint64_t>(10 + i)));
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
  scene.history.push(std::move(snapshot));
  ASSERT_EQ(scene.judge().size(), 1U);
  EXPECT_EQ(scene.judge()[0].rule, "memory/high-object-count");
}

TEST(PoorGc, IsARemark) {
  Scene scene;
  Snapshot snapshot = scene.heap(0, {{.bytes = kMiB}}, 300);
  snapshot.memory->gc_cpu_fraction = 0.4;
  scene.history.push(std::move(snapshot));
  ASSERT_EQ(scene.judge().size(), 1U);
  EXPECT_EQ(scene.judge()[0].rule, "memory/poor-gc");
}

TEST(OffHeapGrowth, FollowsStacksThatGrowWithLeakingGoroutines) {
  Scene scene;
  for (std::uint64_t i = 0; i < 6; ++i) {
    Snapshot snapshot = scene.heap(3.0 * static_cast<double>(i), {{.bytes = kMiB}}, 10 + i);
    snapshot.memory->stack_inuse_bytes = (4 + 4 * i) << 20;
    snapshot.goroutines = scene.dump({{.ids = ids(100, 10 + 30 * i)}});
    scene.history.push(std::move(snapshot));
  }
  const std::vector<Finding> findings = scene.judge();
  const bool found = std::ranges::any_of(findings, [](const Finding& finding) {
    return finding.rule == "memory/off-heap-growth" && finding.verdict == Verdict::kLeak;
  });
  EXPECT_TRUE(found);
}

TEST(Findings, TakeTheWriteLoopInWithTheReadLoop) {
  Scene scene;
  for (std::uint64_t i = 0; i < 4; ++i) {
    scene.see(3.0 * static_cast<double>(i), {{.ids = ids(100, 12 + 12 * i),
                                              .state = WaitState::kSelect,
                                              .stack = {"net/http.(*persistConn).readLoop:5"},
                                              .creator = "net/http.(*Transport).dialConn:3"},
                                             {.ids = ids(5000, 12 + 12 * i),
                                              .state = WaitState::kSelect,
                                              .stack = {"net/http.(*persistConn).writeLoop:9"},
                                              .creator = "net/http.(*Transport).dialConn:4"}});
  }
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].resembles, "unclosed response body");
  EXPECT_EQ(findings[0].consequences.size(), 1U);
}

TEST(Findings, AttachMemoryThatGrowsInStep) {
  Scene scene;
  for (int i = 0; i < 8; ++i) {
    Snapshot snapshot =
        scene.heap(3.0 * i, {{.function = "main.work", .bytes = (2 + 4 * i) * kMiB, .objects = 10 * (i + 1)}},
                   static_cast<std::uint64_t>(10 + i));
    snapshot.goroutines = scene.dump({{.ids = ids(100, static_cast<std::uint64_t>(10 * (i + 1)))}});
    scene.history.push(std::move(snapshot));
  }
  for (const Finding& finding : scene.judge()) {
    if (finding.kind == FindingKind::kGoroutine) {
      EXPECT_GT(finding.bytes.value_or(0), 20U << 20);
    }
  }
}

TEST(Findings, AreTheSameEachTime) {
  Scene scene;
  grow(scene, {.state = WaitState::kChanSend}, 4, 3, 4);
  EXPECT_EQ(scene.judge().at(0).id, scene.judge().at(0).id);
  EXPECT_EQ(scene.judge().at(0).score, scene.judge().at(0).score);
}

TEST(LeakProf, PutsScoresIntoTheBandsOfTheVerdicts) {
  Scene scene;
  scene.options.leakprof = LeakProf::kSignatures;
  for (std::uint64_t i = 0; i < 6; ++i) {
    scene.see(3.0 * static_cast<double>(i),
              {{.ids = ids(100, 10 + 5 * i), .state = WaitState::kChanSend},
               {.ids = ids(5000, 64), .state = WaitState::kSelect, .stack = {"main.(*pool).run:4"}}});
  }
  EXPECT_GE(scene.about("main.work").score, 70);
  EXPECT_LT(scene.about("main.(*pool).run").score, 50);
  int sum = 0;
  for (const ScorePart& part : scene.about("main.(*pool).run").score_parts) sum += part.points;
  EXPECT_EQ(sum, scene.about("main.(*pool).run").score);
}

TEST(LeakProf, NamesNothingHealthyUnderChannels) {
  Scene scene;
  scene.options.leakprof = LeakProf::kChannels;
  for (std::uint64_t i = 0; i < 6; ++i) {
    scene.see(3.0 * static_cast<double>(i),
              {{.ids = ids(100, 10 + 5 * i), .state = WaitState::kChanSend},
               {.ids = ids(5000, 64), .state = WaitState::kSelect, .stack = {"main.(*pool).run:4"}}});
  }
  ASSERT_EQ(scene.judge().size(), 1U);
  EXPECT_EQ(scene.judge()[0].site.function.raw(), "main.work");
}

}  // namespace
}  // namespace lf::detect
