#include <algorithm>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Crew;
using testing::ids;
using testing::Scene;

constexpr std::string_view kMistake = "lock held during I/O";

Crew waiters(std::uint16_t minutes, std::uint64_t count = 80) {
  return {.ids = ids(100, count),
          .state = WaitState::kMutexLock,
          .stack = {"sync.(*Mutex).Lock:90", "main.(*client).send:51"},
          .minutes = minutes,
          .address = 0xa0};
}

Crew writer(std::string function, std::uint16_t minutes) {
  return {.ids = {99},
          .state = WaitState::kIoWait,
          .stack = {"internal/poll.runtime_pollWait:351", "internal/poll.(*FD).Write:394", "net.(*conn).Write:189",
                    std::move(function)},
          .minutes = minutes};
}

Crew reader(std::string function, std::uint16_t minutes) {
  Crew crew = writer(std::move(function), minutes);
  crew.stack[1] = "internal/poll.(*FD).Read:165";
  crew.stack[2] = "net.(*conn).Read:183";
  return crew;
}

TEST(NetworkHolder, IsNamedInOneDumpByTheFunctionThatLocksAndWrites) {
  Scene scene;
  scene.see(0, {waiters(38), writer("main.(*client).send:55", 38)});
  const Finding finding = scene.about("main.(*client).send");
  EXPECT_EQ(finding.site.line, 55U);
  EXPECT_EQ(finding.verdict, Verdict::kSuspect);
  EXPECT_EQ(finding.resembles, kMistake);
  ASSERT_EQ(finding.consequences.size(), 1U);
  EXPECT_EQ(finding.consequences[0].count, 80U);
}

TEST(NetworkHolder, IsAMethodOfTheLocksTypeThatWrites) {
  Scene scene;
  scene.see(0, {waiters(38), writer("main.(*client).flush:70", 38)});
  EXPECT_EQ(scene.about("main.(*client).flush").resembles, kMistake);
}

TEST(NetworkHolder, IsOneWhoAsksOverHttp) {
  Scene scene;
  scene.see(
      0,
      {waiters(38),
       {.ids = {99},
        .state = WaitState::kSelect,
        .stack = {"net/http.(*persistConn).roundTrip:2800", "net/http.(*Client).Do:590", "main.(*client).refresh:70"},
        .minutes = 38}});
  EXPECT_EQ(scene.about("main.(*client).refresh").resembles, kMistake);
}

TEST(NetworkHolder, TakesInAllWhoWaitBehindIt) {
  Scene scene;
  Crew others = waiters(38, 5);
  others.ids = ids(300, 5);
  others.stack = {"sync.(*Mutex).Lock:90", "main.(*client).close:80"};
  scene.see(0, {waiters(38), others, writer("main.(*client).send:55", 38)});
  EXPECT_EQ(scene.about("main.(*client).send").consequences.size(), 2U);
}

TEST(NetworkHolder, IsNoReadLoopOfTheSameType) {
  Scene scene;
  scene.see(0, {waiters(38), reader("main.(*client).readLoop:70", 38)});
  EXPECT_EQ(scene.about("main.(*client).readLoop").rule, "");
  EXPECT_NE(scene.about("main.(*client).send").resembles, kMistake);
}

TEST(NetworkHolder, IsNobodyWhoHasWaitedForAMoment) {
  Scene scene;
  scene.see(0, {waiters(38), writer("main.(*client).send:55", 0)});
  EXPECT_NE(scene.about("main.(*client).send").resembles, kMistake);
}

TEST(NetworkHolder, IsNobodyWhereOnlyTheHeapWasSeenForLonger) {
  Scene scene;
  scene.see(0, {waiters(0), writer("main.(*client).send:55", 0)});
  scene.see(0.5, {waiters(0), writer("main.(*client).send:55", 0)});
  scene.history.push(scene.heap(10, {{.bytes = 1 << 20}}, 3));
  EXPECT_NE(scene.about("main.(*client).send").resembles, kMistake);
}

TEST(NetworkHolder, IsASuspectAtMostHoweverLongItIsSeen) {
  Scene scene;
  for (int i = 0; i < 6; ++i) scene.see(3.0 * i, {waiters(0, 4), writer("main.(*client).send:55", 0)});
  EXPECT_EQ(scene.about("main.(*client).send").resembles, kMistake);
  EXPECT_EQ(scene.worst(), Verdict::kSuspect);
}

TEST(NetworkHolder, HidesNoLeakOfThoseWhoPileUpBehindIt) {
  Scene scene;
  for (std::uint64_t i = 0; i < 6; ++i) {
    scene.see(3.0 * static_cast<double>(i), {waiters(0, 4 + 4 * i), writer("main.(*client).send:55", 0)});
  }
  EXPECT_EQ(scene.worst(), Verdict::kLeak);
}

}  // namespace
}  // namespace lf::detect
