#include <vector>

#include <gtest/gtest.h>

#include "detect/rules.h"
#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Crew;
using testing::ids;
using testing::Scene;

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

TEST(StuckLock, NamesACycleOnce) {
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
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].site.function.raw(), "main.(*A).lock");
  ASSERT_EQ(findings[0].consequences.size(), 1U);
  EXPECT_EQ(findings[0].consequences[0].at.function.raw(), "main.(*B).lock");
}

TEST(StuckLock, ListsAWaitGroupUnderItsStuckWorkers) {
  Scene scene;
  for (int i = 0; i < 4; ++i) {
    scene.see(3.0 * i, {{.ids = {7}, .state = WaitState::kWaitGroupWait, .stack = {"main.all:30"}},
                        {.ids = ids(8, 3), .state = WaitState::kChanSend, .creator = "main.all:25"}});
  }
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].site.function.raw(), "main.work");
  EXPECT_EQ(findings[0].resembles, "stuck workers");
  ASSERT_EQ(findings[0].consequences.size(), 1U);
  EXPECT_EQ(findings[0].consequences[0].at.function.raw(), "main.all");
}

TEST(StuckLock, ListsAChainUnderItsEnd) {
  Scene scene;
  for (int i = 0; i < 4; ++i) {
    scene.see(3.0 * i, {{.ids = {7}, .state = WaitState::kChanSend, .stack = {"main.(*C).send:3"}},
                        {.ids = {8},
                         .state = WaitState::kMutexLock,
                         .stack = {"main.(*C).take:5", "main.(*B).run:30"},
                         .address = 0xc0},
                        {.ids = {9}, .state = WaitState::kMutexLock, .stack = {"main.(*B).take:5"}, .address = 0xb0}});
  }
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].site.function.raw(), "main.(*C).send");
  EXPECT_EQ(findings[0].consequences.size(), 2U);
}

/// A sender that is stuck, and `locks` locks on which goroutines pile up behind it, four more at each of four samples.
void see_a_pile(Scene& scene, std::uint64_t locks, std::uint8_t flags = 0) {
  for (std::uint64_t i = 0; i < 4; ++i) {
    std::vector<Crew> crews{{.ids = {7}, .state = WaitState::kChanSend, .stack = {"main.(*A).send:3"}}};
    for (std::uint64_t lock = 0; lock < locks; ++lock) {
      crews.push_back({.ids = ids(20 + 100 * lock, (4 + 4 * i) / locks),
                       .state = WaitState::kMutexLock,
                       .stack = {"sync.(*Mutex).Lock:46", "main.(*A).get:3"},
                       .flags = flags,
                       .address = 0xa0 + lock});
    }
    scene.see(3.0 * static_cast<double>(i), crews);
  }
}

TEST(StuckLock, ListsAPileOnOneLockUnderItsHolder) {
  Scene scene;
  see_a_pile(scene, 1);
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].site.function.raw(), "main.(*A).send");
  EXPECT_EQ(findings[0].verdict, Verdict::kLeak);
  EXPECT_EQ(findings[0].resembles, "lock held while blocked");
  ASSERT_EQ(findings[0].consequences.size(), 1U);
  EXPECT_EQ(findings[0].consequences[0].at.function.raw(), "main.(*A).get");
  EXPECT_EQ(findings[0].consequences[0].count, 16U);
}

TEST(StuckLock, SaysBehindWhomAPileOnManyLocksIsStuck) {
  Scene scene;
  see_a_pile(scene, 4);
  const Finding pile = scene.about("main.(*A).get");
  EXPECT_EQ(pile.verdict, Verdict::kLeak);
  EXPECT_TRUE(pile.evidence.back().raw().contains("probably stuck behind main.(*A).send (line 3)"));
}

TEST(StuckLock, ShowsAProvenPileByItself) {
  Scene scene;
  see_a_pile(scene, 1, kLeaked);
  EXPECT_EQ(scene.about("main.(*A).get").rule, "goroutine/proven-leak");
}

TEST(StuckLock, NamesTheReaderThatReadsAgain) {
  Scene scene;
  const std::vector<std::string> reads_again{"sync.(*RWMutex).RLock:70", "main.(*A).size:9", "main.(*A).walk:20"};
  const std::vector<std::string> reads{"sync.(*RWMutex).RLock:70", "main.(*A).get:3"};
  const std::vector<std::string> writes{"sync.(*RWMutex).Lock:150", "main.(*A).put:5"};
  for (std::uint64_t i = 0; i < 4; ++i) {
    scene.see(3.0 * static_cast<double>(i),
              {{.ids = {7}, .state = WaitState::kRWMutexRLock, .stack = reads_again, .address = 0xa0},
               {.ids = {8}, .state = WaitState::kRWMutexLock, .stack = writes, .address = 0xa0},
               {.ids = ids(20, 4 + 4 * i), .state = WaitState::kRWMutexRLock, .stack = reads, .address = 0xa0}});
  }
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].site.function.raw(), "main.(*A).size");
  EXPECT_EQ(findings[0].verdict, Verdict::kLeak);
  EXPECT_EQ(findings[0].resembles, "recursive read lock");
  EXPECT_EQ(findings[0].consequences.size(), 2U);
}

TEST(StuckLock, NamesTheReaderThatReadsAgainWithoutAddresses) {
  Scene scene;
  for (std::uint64_t i = 0; i < 4; ++i) {
    scene.see(3.0 * static_cast<double>(i),
              {{.ids = {7},
                .state = WaitState::kRWMutexRLock,
                .stack = {"sync.(*RWMutex).RLock:74", "main.(*A).size:9", "main.(*A).walk:20"}},
               {.ids = {8}, .state = WaitState::kRWMutexLock, .stack = {"main.(*A).put:5"}},
               {.ids = ids(20, 4 + 4 * i),
                .state = WaitState::kRWMutexRLock,
                .stack = {"sync.(*RWMutex).RLock:74", "main.(*A).size:9"},
                .creator = "main.serve:6"}});
  }
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].site.function.raw(), "main.(*A).size");
  EXPECT_EQ(findings[0].count, 1U);
  EXPECT_EQ(findings[0].resembles, "recursive read lock");
  EXPECT_EQ(findings[0].consequences.size(), 2U);
}

TEST(StuckLock, ListsThoseBehindADoubleLockUnderIt) {
  Scene scene;
  for (std::uint64_t i = 0; i < 4; ++i) {
    scene.see(
        3.0 * static_cast<double>(i),
        {{.ids = {7},
          .state = WaitState::kMutexLock,
          .stack = {"main.(*A).get:3", "main.(*A).run:30"},
          .address = 0xa0},
         {.ids = ids(20, 4 + 4 * i), .state = WaitState::kMutexLock, .stack = {"main.(*A).put:8"}, .address = 0xa0}});
  }
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].resembles, "double lock");
  ASSERT_EQ(findings[0].consequences.size(), 1U);
  EXPECT_EQ(findings[0].consequences[0].count, 16U);
}

TEST(StuckLock, NamesNoHolderToThoseThatWaitForNoLock) {
  Scene scene;
  for (int i = 0; i < 4; ++i) {
    scene.see(3.0 * i, {{.ids = {7}, .state = WaitState::kChanReceiveNil, .stack = {"main.main.func1:3"}},
                        {.ids = {8}, .state = WaitState::kSelectNoCases, .stack = {"main.main.func2:4"}},
                        {.ids = {9}, .state = WaitState::kMutexLock, .stack = {"main.main.func3:5"}, .address = 0xb0}});
  }
  for (const Finding& finding : scene.judge()) {
    for (const TargetText& words : finding.evidence) EXPECT_FALSE(words.raw().contains("hold")) << words.raw();
  }
}

}  // namespace
}  // namespace lf::detect
