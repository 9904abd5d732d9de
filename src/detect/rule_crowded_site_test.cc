#include <algorithm>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Crew;
using testing::ids;
using testing::Scene;

TEST(CrowdedSite, SuspectsACrowdInOneSample) {
  Scene scene;
  scene.see(0, {{.ids = ids(100, 600), .state = WaitState::kChanSend}});
  const Finding finding = scene.about("main.work");
  EXPECT_EQ(finding.rule, "goroutine/crowded-site");
  EXPECT_EQ(finding.verdict, Verdict::kSuspect);
}

TEST(CrowdedSite, StaysASuspectHoweverLongNobodyLeaves) {
  Scene scene;
  for (int i = 0; i < 5; ++i) {
    scene.see_counts(3.0 * i, {{{.state = WaitState::kMutexLock, .stack = {"main.get:3"}}, 1'080}});
    EXPECT_EQ(scene.worst(), Verdict::kSuspect);
  }
}

TEST(CrowdedSite, LetsAnIdlePoolBeWhateverItsSize) {
  Scene scene;
  for (int i = 0; i < 3; ++i) {
    scene.see_counts(0.5 * i, {{{.state = WaitState::kChanReceive}, 20'008}});
    EXPECT_EQ(scene.worst(), Verdict::kInfo);
  }
}

/// Loops of gRPC's client connections, by its own proportions.
Crew grpc_loop(std::uint64_t first, std::uint64_t count, WaitState state, std::string function) {
  return {.ids = ids(first, count),
          .state = state,
          .stack = {std::move(function)},
          .creator = "google.golang.org/grpc/internal/transport.NewHTTP2Client:300"};
}

TEST(CrowdedSite, CountsTheConnectionsOfACatalogueInOneDump) {
  Scene scene;
  scene.see(0, {grpc_loop(1'000, 3'000, WaitState::kSelect,
                          "google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run:76"),
                grpc_loop(5'000, 1'004, WaitState::kIoWait,
                          "google.golang.org/grpc/internal/transport.(*http2Client).reader:1600")});
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].verdict, Verdict::kInfo);
  EXPECT_EQ(findings[0].consequences.size(), 1U);
  const bool told = std::ranges::any_of(findings[0].evidence, [](const TargetText& words) {
    return words.raw().starts_with("about 1000 connections of gRPC client are open");
  });
  EXPECT_TRUE(told);
}

TEST(CrowdedSite, SaysNothingOfACatalogueOnceItIsSeenNotToGrow) {
  Scene scene;
  for (int i = 0; i < 2; ++i) {
    scene.see(i, {grpc_loop(1'000, 3'000, WaitState::kSelect,
                            "google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run:76")});
  }
  EXPECT_TRUE(scene.judge().empty());
}

TEST(CrowdedSite, SuspectsFourSendsThatStandForHours) {
  Scene scene;
  scene.see(0, {{.ids = ids(100, 4), .state = WaitState::kChanSend, .minutes = 2'400}});
  EXPECT_EQ(scene.about("main.work").verdict, Verdict::kSuspect);
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

}  // namespace
}  // namespace lf::detect
