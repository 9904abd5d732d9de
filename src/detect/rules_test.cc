#include "detect/rules.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Crew;
using testing::grow;
using testing::ids;
using testing::Scene;

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

Verdict of_two_newcomers_at(const std::vector<double>& seconds) {
  Scene scene;
  std::uint64_t there = 0;
  for (const double second : seconds) {
    scene.see(second, {{.ids = {1}, .stack = {"main.main:5"}, .creator = ""}, {.ids = ids(100, there++)}});
  }
  return scene.worst();
}
TEST(GrowingSite, IsALeakOfTwoNewcomersInThreeSamplesOfTheirOwnTime) {
  EXPECT_EQ(of_two_newcomers_at({0, 4, 8}), Verdict::kLeak);
}
TEST(GrowingSite, IsNoLeakOfTwoNewcomersInThreeSamplesOfTwoMoments) {
  EXPECT_NE(of_two_newcomers_at({0, 8, 9}), Verdict::kLeak);
}

TEST(GrowingSite, IsNoLeakWhenIdsComeAndGo) {
  Scene scene;
  for (int i = 0; i < 5; ++i)
    scene.see(3.0 * i, {{.ids = ids(100 + 50 * static_cast<std::uint64_t>(i), 10 + static_cast<std::uint64_t>(i))}});
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
  for (int i = 0; i < 4; ++i) scene.see_cut(3.0 * i, {{.ids = ids(100, 10 + 10 * static_cast<std::uint64_t>(i))}});
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
  scene.history.push(snapshot);
  EXPECT_EQ(scene.about("main.work").rule, "goroutine/proven-leak");
}

TEST(PersistentSite, SuspectsSendsThatNobodyTakes) {
  Scene scene;
  for (int i = 0; i < 4; ++i) scene.see(3.0 * i, {{.ids = ids(100, 6), .state = WaitState::kChanSend}});
  const Finding finding = scene.about("main.work");
  EXPECT_EQ(finding.rule, "goroutine/persistent-site");
  EXPECT_EQ(finding.verdict, Verdict::kSuspect);
}

TEST(PersistentSite, SuspectsACrowdOfSendsInAMomentAndSaysWhatSettlesIt) {
  Scene scene;
  for (int i = 0; i < 2; ++i) scene.see(0.5 * i, {{.ids = ids(100, 220), .state = WaitState::kChanSend}});
  const Finding finding = scene.about("main.work");
  EXPECT_EQ(finding.verdict, Verdict::kSuspect);
  EXPECT_TRUE(std::ranges::any_of(finding.evidence, [](const TargetText& words) {
    return words.raw().contains("leakfinder analyze -samples=4 -sample-interval=2s");
  }));
}

TEST(PersistentSite, LetsAFewSendsBeInAMoment) {
  Scene scene;
  for (int i = 0; i < 2; ++i) scene.see(0.5 * i, {{.ids = ids(100, 20), .state = WaitState::kChanSend}});
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
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

TEST(FalseLeaks, AreNotMadeByAClockThatJumps) {
  Scene scene;
  const std::vector<double> jumping{0, 3, 2, 5000, 40, 41};
  for (std::size_t i = 0; i < jumping.size(); ++i) {
    scene.see(jumping[i], {{.ids = ids(100, 40), .state = WaitState::kSelect},
                           {.ids = ids(1000 + 100 * i, 20 + i), .stack = {"main.request:7"}}});
  }
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(FalseLeaks, AreNotMadeByMissingSamples) {
  Scene scene;
  for (int i = 0; i < 8; ++i) {
    Snapshot snapshot = scene.at(3.0 * i);
    if (i % 3 != 1)
      snapshot.goroutines =
          scene.dump({{.ids = ids(100 + 30 * static_cast<std::uint64_t>(i), 25)},
                      {.ids = ids(10'000, 64), .state = WaitState::kSelect, .stack = {"main.pool:4"}}});
    scene.history.push(snapshot);
  }
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(FalseLeaks, AreNotMadeByADumpThatWasCutBeforeTheRest) {
  Scene scene;
  scene.see_cut(0, {{.ids = ids(100, 10)}});
  scene.see_cut(3, {{.ids = ids(100, 25)}});
  for (int i = 2; i < 6; ++i) scene.see(3.0 * i, {{.ids = ids(100, 60)}});
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(FalseLeaks, AreNotMadeByRestartsInARow) {
  Scene scene;
  for (std::uint64_t i = 0; i < 6; ++i) {
    Snapshot snapshot = scene.heap(3.0 * static_cast<double>(i),
                                   {{.bytes = (1 << 20) * (1 + static_cast<std::int64_t>(i))}}, 60 - 10 * i);
    snapshot.goroutines = scene.dump({{.ids = ids(100, 10 + 10 * i), .state = WaitState::kChanSend}});
    scene.history.push(snapshot);
  }
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(FalseLeaks, AreNotMadeByCountsThatRiseAndFall) {
  Scene scene;
  const std::vector<std::int64_t> wave{10, 30, 50, 20, 40, 60};
  for (std::size_t i = 0; i < wave.size(); ++i) {
    scene.see_counts(3.0 * static_cast<double>(i), {{Crew{.state = WaitState::kChanSend}, wave[i]}});
  }
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

}  // namespace
}  // namespace lf::detect
