#include "detect/leakprof.h"

#include <vector>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::ids;
using testing::Scene;

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

TEST(LeakProf, ListsNoSiteBelowTheThresholdButProvenOnes) {
  Scene scene;
  scene.options.leakprof = LeakProf::kSignatures;
  for (int i = 0; i < 4; ++i) {
    scene.see(3.0 * i, {{.ids = ids(100, 4), .state = WaitState::kSelect},
                        {.ids = {200}, .stack = {"main.proven:3"}, .flags = kLeaked},
                        {.ids = {300}, .state = WaitState::kChanSendNil, .stack = {"main.never:3"}}});
  }
  EXPECT_EQ(scene.about("main.work").rule, "");
  EXPECT_EQ(scene.about("main.proven").rule, "goroutine/proven-leak");
  EXPECT_EQ(scene.about("main.never").rule, "goroutine/blocked-forever");
}

TEST(LeakProf, CountsThoseStuckBehindASignatureWithIt) {
  Scene scene;
  scene.options.leakprof = LeakProf::kSignatures;
  for (std::uint64_t i = 0; i < 4; ++i) {
    scene.see(3.0 * static_cast<double>(i),
              {{.ids = {7}, .state = WaitState::kChanSend, .stack = {"main.(*Store).notify:30"}},
               {.ids = ids(20, 4 + i),
                .state = WaitState::kMutexLock,
                .stack = {"sync.(*Mutex).Lock:46", "main.(*Store).Get:12"},
                .address = 0xa0}});
  }
  EXPECT_EQ(scene.about("main.(*Store).notify").verdict, Verdict::kLeak);
}

TEST(LeakProf, ScoresPersistenceInFullFromTheDurationOn) {
  const auto persistence = [](double interval) {
    Scene scene;
    scene.options.leakprof = LeakProf::kSignatures;
    for (int i = 0; i < 5; ++i) scene.see(interval * i, {{.ids = ids(100, 20), .state = WaitState::kSelect}});
    for (const ScorePart& part : scene.about("main.work").score_parts) {
      if (part.name == "persistence") return part.points;
    }
    return -1;
  };
  EXPECT_EQ(persistence(15), 25);
  EXPECT_EQ(persistence(30), 25);
  EXPECT_EQ(persistence(7.5), 12);
}

TEST(LeakProf, LeavesOutWhoRunsUnlessAsked) {
  Scene scene;
  scene.options.leakprof = LeakProf::kSignatures;
  for (int i = 0; i < 4; ++i) scene.see(3.0 * i, {{.ids = ids(100, 20), .state = WaitState::kSyscall}});
  EXPECT_TRUE(scene.judge().empty());
  scene.options.leakprof_blocked = false;
  EXPECT_EQ(scene.judge().size(), 1U);
}

TEST(LeakProf, LeavesOutPatternsOfWhoRuns) {
  Scene scene;
  scene.options.leakprof = LeakProf::kSignatures;
  for (int i = 0; i < 4; ++i) {
    scene.see(3.0 * i, {{.ids = ids(100, 20), .state = WaitState::kRunning, .stack = {"main.spin:5"}}});
  }
  EXPECT_EQ(scene.about("main.spin").rule, "");
}

TEST(LeakProf, ShowsOneFindingASourceLineUnderChannels) {
  Scene scene;
  scene.options.leakprof = LeakProf::kChannels;
  for (std::uint64_t i = 0; i < 4; ++i) {
    scene.see(3.0 * static_cast<double>(i),
              {{.ids = ids(100, 10 + 5 * i), .state = WaitState::kChanSend, .creator = "main.a:1"},
               {.ids = ids(200, 7 + 5 * i), .state = WaitState::kChanSend, .creator = "main.b:2"}});
  }
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].count, 47U);
}

}  // namespace
}  // namespace lf::detect
