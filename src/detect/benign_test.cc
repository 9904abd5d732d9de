#include "detect/benign.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Crew;
using testing::grow;
using testing::ids;
using testing::Scene;

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

TEST(BenignCatalogue, TakesAFewConnectionsMoreInAShortTimeForLoad) {
  for (const BenignWait& wait : benign_waits()) {
    if (wait.number == BenignNumber::kConstant) continue;
    Scene scene;
    grow(scene, benign_crew(wait), 1, 1, 4);
    EXPECT_LE(scene.worst(), wait.number == BenignNumber::kServerLoad ? Verdict::kInfo : Verdict::kSuspect)
        << wait.owner;
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

TEST(BenignCatalogue, LowersTheSuspicionOfACrowdInOneLook) {
  Scene unknown;
  unknown.see(0, {{.ids = ids(100, 600), .state = WaitState::kChanSend}});
  EXPECT_EQ(unknown.worst(), Verdict::kSuspect);
  for (const BenignWait& wait : benign_waits()) {
    Scene scene;
    Crew crew = benign_crew(wait);
    crew.ids = ids(100, 600);
    scene.see(0, {crew});
    EXPECT_EQ(scene.worst(), Verdict::kInfo) << wait.owner;
  }
}

TEST(BenignCatalogue, ReachesEachOfItsRows) {
  for (const BenignWait& wait : benign_waits()) {
    Scene scene;
    const Crew crew = benign_crew(wait);
    const BenignWait* found = find_benign(scene.symbols, scene.symbols.stack(scene.stack(crew.stack)),
                                          scene.frame(crew.creator), wait.state_class);
    ASSERT_NE(found, nullptr) << wait.owner;
    EXPECT_EQ(found->number, wait.number) << wait.owner;
  }
}

}  // namespace
}  // namespace lf::detect
