#include "detect/mistakes.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Crew;
using testing::ids;
using testing::Scene;

struct Case {
  std::string resembles;
  Crew crew;
};

/// What a leak of `crew` looks like when four come at each of four samples; `others` are there all the time.
Finding leak_of(Crew crew, const std::vector<Crew>& others = {}) {
  Scene scene;
  for (std::uint64_t i = 0; i < 4; ++i) {
    crew.ids = ids(100, 4 + 4 * i);
    std::vector<Crew> all = others;
    all.push_back(crew);
    scene.see(3.0 * static_cast<double>(i), all);
  }
  return scene.about(crew.stack.back().substr(0, crew.stack.back().rfind(':')));
}

/// As `leak_of`, of senders `per_starter` of which have one starter that has ended.
Finding leak_of_senders(std::uint64_t per_starter, const std::string& site) {
  Scene scene;
  for (std::uint64_t i = 0; i < 4; ++i) {
    std::vector<Crew> crews;
    for (std::uint64_t id = 0; id < 8 + 8 * i; ++id) {
      crews.push_back({.ids = {1000 + id},
                       .state = WaitState::kChanSend,
                       .stack = {site},
                       .creator = "main.ask:5",
                       .parent = static_cast<std::uint32_t>(10 + id / per_starter)});
    }
    scene.see(3.0 * static_cast<double>(i), crews);
  }
  return scene.about(site.substr(0, site.rfind(':')));
}

TEST(Mistakes, AreEachNamedByWhatTheStackSays) {
  const std::vector<Case> cases{
      {"unclosed response body",
       {.state = WaitState::kSelect,
        .stack = {"net/http.(*persistConn).readLoop:5"},
        .creator = "net/http.(*Transport).dialConn:3"}},
      {"client connections not shared",
       {.state = WaitState::kSelect,
        .stack = {"net/http.(*persistConn).writeLoop:5"},
        .creator = "net/http.(*Transport).dialConn:3"}},
      {"rows not closed", {.state = WaitState::kSelect, .stack = {"database/sql.(*DB).conn:9", "main.query:8"}}},
      {"transaction not ended",
       {.state = WaitState::kSelect, .stack = {"database/sql.(*Tx).awaitDone:9"}, .creator = "main.begin:3"}},
      {"context not cancelled",
       {.state = WaitState::kSelect, .stack = {"context.(*cancelCtx).propagateCancel.func2:9"}}},
      {"request without a timeout",
       {.state = WaitState::kSelect, .stack = {"net/http.(*persistConn).roundTrip:9", "main.fetch:8"}}},
      {"dial without a timeout",
       {.state = WaitState::kIoWait, .stack = {"net.(*Dialer).DialContext:9", "main.connect:8"}}},
      {"read without a deadline", {.state = WaitState::kIoWait, .stack = {"net.(*conn).Read:9", "main.serve:8"}}},
      {"iterator not stopped", {.state = WaitState::kCoroutine, .stack = {"main.walk:8"}}},
      {"nil channel", {.state = WaitState::kChanReceiveNil}},
      {"empty select", {.state = WaitState::kSelectNoCases}},
      {"loop without a stop", {.state = WaitState::kSleep, .stack = {"time.Sleep:9", "main.poll:8"}}},
      {"missing Done", {.state = WaitState::kWaitGroupWait}},
      {"missed signal", {.state = WaitState::kCondWait}},
      {"lock never released", {.state = WaitState::kMutexLock}},
  };
  for (const Case& one : cases) EXPECT_EQ(leak_of(one.crew).resembles, one.resembles);
}

TEST(Mistakes, NameTheCandidatesOfASendWhoseStarterIsGone) {
  EXPECT_EQ(leak_of_senders(1, "main.ask.func1:9").resembles, "one of: premature return, timeout leak, double send");
  EXPECT_EQ(leak_of_senders(4, "main.ask.func1:9").resembles, "one of: N-cast, premature return, timeout leak");
  EXPECT_EQ(leak_of({.state = WaitState::kChanSend, .creator = "main.ask:5"}).resembles,
            "one of: premature return, timeout leak, N-cast, double send");
}

TEST(Mistakes, LookForTheReceiverWhileTheStarterRuns) {
  const Crew starter{.ids = {7}, .state = WaitState::kSleep, .stack = {"time.Sleep:9", "main.ask:4"}};
  const Finding finding = leak_of({.state = WaitState::kChanSend, .creator = "main.ask:5"}, {starter});
  EXPECT_EQ(finding.resembles, "one of: missing receiver, N-cast, double send");
}

TEST(Mistakes, AreUnsureOfASendWithoutItsStarter) {
  Scene scene;
  for (int i = 0; i < 5; ++i) scene.see_counts(3.0 * i, {{Crew{.state = WaitState::kChanSend}, 10 + 5 * i}});
  const Finding finding = scene.about("main.work");
  EXPECT_EQ(finding.resembles, "one of: missing receiver, premature return, timeout leak, N-cast, double send");
  EXPECT_TRUE(finding.advice.raw().contains("\nnot certain which of these mistakes it is: ")) << finding.advice.raw();
}

TEST(Mistakes, TakeNoTickerForWhoWaitsForMinutes) {
  EXPECT_EQ(leak_of({}).resembles, "one of: unclosed range, missing send, unstopped ticker");
  EXPECT_EQ(leak_of({.minutes = 3}).resembles, "one of: unclosed range, missing send");
  EXPECT_EQ(leak_of({.state = WaitState::kSelect}).resembles,
            "one of: start without stop, context not cancelled, unstopped ticker");
  EXPECT_EQ(leak_of({.state = WaitState::kSelect, .minutes = 3}).resembles,
            "one of: start without stop, context not cancelled");
}

TEST(Mistakes, SayWhenNoneIsRecognised) {
  const Finding finding = leak_of({.state = WaitState::kRunning});
  EXPECT_EQ(finding.resembles, "");
  EXPECT_TRUE(finding.advice.raw().contains("unsure")) << finding.advice.raw();
}

TEST(Mistakes, HaveAFixOfTwoLinesAndSayWhenUnsure) {
  for (const Mistake& mistake : all_mistakes()) {
    EXPECT_EQ(std::ranges::count(mistake.fix, '\n'), 1) << mistake.fix;
    EXPECT_EQ(mistake.candidates.size() > 1, !mistake.unsure.empty()) << mistake.resembles();
    EXPECT_EQ(mistake.unsure.find('\n'), std::string_view::npos) << mistake.unsure;
  }
}

TEST(Mistakes, KnowTheWellKnownOnes) {
  std::set<std::string_view> known;
  for (const Mistake& mistake : all_mistakes()) known.insert(mistake.candidates.begin(), mistake.candidates.end());
  for (const std::string_view name :
       {"premature return", "timeout leak", "N-cast", "double send", "unclosed range", "missing receiver",
        "unstopped ticker", "unclosed response body", "rows not closed", "context not cancelled", "lock cycle"}) {
    EXPECT_TRUE(known.contains(name)) << name;
  }
}

}  // namespace
}  // namespace lf::detect
