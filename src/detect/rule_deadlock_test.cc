#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Crew;
using testing::ids;
using testing::Scene;

void see_dead(Scene& scene, const std::vector<Crew>& crews) {
  Snapshot snapshot = scene.at(0);
  snapshot.goroutines = scene.dump(crews);
  snapshot.goroutines->form = GoroutineForm::kCrashLog;
  snapshot.goroutines->deadlocked = true;
  scene.history.push(snapshot);
}

TEST(Deadlock, IsALeakInOneDumpByTheRuntimesWord) {
  Scene scene;
  see_dead(scene, {{.ids = {1}, .state = WaitState::kChanReceive, .stack = {"main.main:5"}, .creator = ""}});
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "goroutine/deadlock");
  EXPECT_EQ(findings[0].verdict, Verdict::kLeak);
}

TEST(Deadlock, NamesStuckWorkersBeforeWhoWaitsForThem) {
  Scene scene;
  see_dead(scene, {{.ids = {1}, .state = WaitState::kWaitGroupWait, .stack = {"main.main:31"}, .creator = ""},
                   {.ids = ids(7, 3), .state = WaitState::kChanSend, .creator = "main.main:23"}});
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].site.function.raw(), "main.work");
  EXPECT_EQ(findings[0].verdict, Verdict::kLeak);
  EXPECT_EQ(findings[0].consequences.size(), 1U);
}

TEST(Deadlock, LeavesLibrariesIdleLoopsAlone) {
  Scene scene;
  see_dead(scene, {{.ids = {1}, .state = WaitState::kChanReceive, .stack = {"main.main:5"}, .creator = ""},
                   {.ids = {9},
                    .state = WaitState::kSelect,
                    .stack = {"database/sql.(*DB).connectionOpener:1224"},
                    .creator = "database/sql.OpenDB:833"}});
  EXPECT_EQ(scene.judge().size(), 1U);
}

TEST(Deadlock, IsNotTakenFromADumpOfALivingProcess) {
  Scene scene;
  scene.see(0, {{.ids = {1}, .state = WaitState::kChanReceive, .stack = {"main.main:5"}, .creator = ""}});
  EXPECT_TRUE(scene.judge().empty());
}

}  // namespace
}  // namespace lf::detect
