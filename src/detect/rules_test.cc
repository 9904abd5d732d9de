#include "detect/rules.h"

#include <algorithm>
#include <cmath>
#include <random>
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
  EXPECT_EQ(seen.size(), 17U);
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
TEST(GrowingSite, IsALeakOfTwoNewcomersInThreeSamplesOfTheirOwnLongTime) {
  EXPECT_EQ(of_two_newcomers_at({0, 20, 40}), Verdict::kLeak);
  EXPECT_NE(of_two_newcomers_at({0, 4, 8}), Verdict::kLeak) << "a slow flow may look like that";
}
TEST(GrowingSite, IsNoLeakOfTwoNewcomersInThreeSamplesOfTwoMoments) {
  EXPECT_NE(of_two_newcomers_at({0, 8, 9}), Verdict::kLeak);
}
/// Workers of a pool of sixty, ten more of whom wait in `state` at each sample and ten fewer work.
Verdict of_a_pool_that_falls_idle(WaitState state, bool with_ids) {
  Scene scene;
  for (std::uint64_t i = 0; i < 5; ++i) {
    const double seconds = 3.0 * static_cast<double>(i);
    const std::vector<std::string> idle_stack{"main.next:12", "main.worker:20"},
        work_stack{"main.job:7", "main.worker:22"};
    const Crew idle{.ids = ids(100, 10 + 10 * i), .state = state, .stack = idle_stack};
    const Crew work{.ids = ids(110 + 10 * i, 50 - 10 * i), .state = WaitState::kSleep, .stack = work_stack};
    if (with_ids) {
      scene.see(seconds, {idle, work});
    } else {
      scene.see_counts(seconds, {{idle, static_cast<std::int64_t>(idle.ids.size())},
                                 {work, static_cast<std::int64_t>(work.ids.size())}});
    }
  }
  return scene.worst();
}

TEST(GrowingSite, LetsAPoolBeWhoseWorkersFallIdleOneAfterTheOther) {
  for (const WaitState state :
       {WaitState::kChanReceive, WaitState::kSelect, WaitState::kCondWait, WaitState::kIoWait, WaitState::kSleep}) {
    EXPECT_EQ(of_a_pool_that_falls_idle(state, true), Verdict::kInfo) << wait_state_name(state);
    EXPECT_EQ(of_a_pool_that_falls_idle(state, false), Verdict::kInfo) << wait_state_name(state);
  }
}

TEST(GrowingSite, SeesAPoolWhoseWorkersGetStuckOneAfterTheOther) {
  for (const WaitState state : {WaitState::kChanSend, WaitState::kMutexLock, WaitState::kWaitGroupWait}) {
    EXPECT_EQ(of_a_pool_that_falls_idle(state, true), Verdict::kLeak) << wait_state_name(state);
    EXPECT_EQ(of_a_pool_that_falls_idle(state, false), Verdict::kLeak) << wait_state_name(state);
  }
}

Verdict of_counts(const std::vector<std::int64_t>& counts, double apart, WaitState state = WaitState::kChanReceive) {
  Scene scene;
  for (std::size_t i = 0; i < counts.size(); ++i)
    scene.see_counts(apart * static_cast<double>(i), {{Crew{.state = state}, counts[i]}});
  return scene.worst();
}

TEST(GrowingSite, TakesNoScatterOfCountsForALeak) {
  EXPECT_NE(of_counts({19, 20, 22, 22, 23}, 2), Verdict::kLeak);
  EXPECT_NE(of_counts({1, 2, 3, 3, 3}, 2), Verdict::kLeak);
  EXPECT_EQ(of_counts({1, 4, 7, 10}, 2), Verdict::kLeak);
  EXPECT_EQ(of_counts({2, 3, 4, 4}, 30), Verdict::kLeak);
}

TEST(GrowingSite, LetsBeWhatStoppedLongSinceAndIdles) {
  const std::vector<std::int64_t> plateau{4, 10, 16, 16, 16, 16, 16, 16};
  EXPECT_EQ(of_counts(plateau, 3), Verdict::kInfo);
  EXPECT_EQ(of_counts(plateau, 3, WaitState::kChanSend), Verdict::kLeak);
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
    return words.raw().contains("three samples over five seconds settle it");
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

TEST(FalseLeaks, AreNotMadeByOthersWhoAskForProfiles) {
  Scene scene;
  const std::vector<std::string> asks{"runtime/pprof.writeRuntimeProfile:851", "net/http/pprof.Index:397"};
  grow(scene, {.state = WaitState::kMutexLock, .stack = asks, .creator = "net/http.(*Server).Serve:9"}, 1, 2, 4);
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

TEST(FalseLeaks, AreNotMadeByClientsThatComeTogetherInAMoment) {
  Scene scene;
  const Crew serves{.state = WaitState::kIoWait,
                    .stack = {"net/http.(*connReader).Read:812", "net/http.(*conn).serve:2047"},
                    .creator = "net/http.(*Server).Serve:9"};
  for (const double seconds : {0.0, 0.5}) {
    Crew now = serves;
    now.ids = ids(100, seconds > 0 ? 30 : 10);
    scene.see(seconds, {now});
  }
  EXPECT_EQ(scene.worst(), Verdict::kInfo);
}

/// Shares of observations of healthy places, where goroutines come and go at random, that are called leaks: `mean` are
/// there, each for `life` seconds on average; `samples` looks, `apart` seconds.
double false_leaks(double mean, double life, int samples, double apart, bool with_ids) {
  std::mt19937 random(11);
  const auto share = [&] { return (static_cast<double>(random()) + 1) / 4294967297.0; };
  constexpr int kRuns = 400;
  int leaks = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<std::pair<double, double>> stays;  // from, to
    const double begin = -6 * life, end = samples * apart;
    for (double at = begin; at < end; at += -std::log(share()) * life / mean)
      stays.emplace_back(at, at - std::log(share()) * life);
    Scene scene;
    for (int i = 0; i < samples; ++i) {
      const double now = apart * i;
      Crew crew;
      for (std::size_t id = 0; id < stays.size(); ++id) {
        if (stays[id].first <= now && now < stays[id].second) crew.ids.push_back(100 + id);
      }
      if (with_ids) {
        scene.see(now, {{.ids = {1}, .stack = {"main.main:5"}, .creator = ""}, crew});
      } else {
        scene.see_counts(now, {{crew, static_cast<std::int64_t>(crew.ids.size())}});
      }
    }
    leaks += scene.worst() == Verdict::kLeak ? 1 : 0;
  }
  return static_cast<double>(leaks) / kRuns;
}

TEST(FalseLeaks, AreRareWherePeopleComeAndGoAtRandom) {
  for (const bool with_ids : {true, false}) {
    for (const double mean : {3.0, 10.0, 40.0}) {
      for (const double life : {0.5, 4.0, 20.0}) {
        const double share =
            std::max(false_leaks(mean, life, 5, 2, with_ids), false_leaks(mean, life, 6, 10, with_ids));
        EXPECT_LE(share, 0.05) << "mean " << mean << ", life " << life << (with_ids ? " with ids" : " without ids");
      }
    }
  }
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
