#include "detect/findings.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::grow;
using testing::ids;
using testing::Scene;

constexpr std::int64_t kMiB = 1 << 20;

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
                   10 + static_cast<std::uint64_t>(i));
    snapshot.goroutines = scene.dump({{.ids = ids(100, 10 * (static_cast<std::uint64_t>(i) + 1))}});
    scene.history.push(snapshot);
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

/// Goroutines of one start that wait for ever, each at a line of its own.
std::vector<testing::Crew> scattered(std::size_t lines, std::size_t depth = 0) {
  std::vector<testing::Crew> crews;
  for (std::size_t i = 0; i < lines; ++i) {
    testing::Crew crew{.ids = ids(10 * i + 10, 1 + i % 3),
                       .state = WaitState::kChanReceiveNil,
                       .stack = {"main.work:" + std::to_string(i + 1)}};
    for (std::size_t k = 0; k < depth; ++k) crew.stack.push_back("main." + std::string(10'000, 'f') + ":1");
    crew.stack.push_back("main.start:3");
    crews.push_back(crew);
  }
  return crews;
}

TEST(Findings, AreAsManyAsAReportHoldsTheWeightiestOfThem) {
  Scene scene;
  scene.see(0, scattered(kMostFindings + 600));
  const Result<Verdicts> verdicts = run(scene.history, scene.options);
  ASSERT_TRUE(verdicts);
  EXPECT_EQ(verdicts->findings.size(), kMostFindings);
  EXPECT_EQ(verdicts->left_out, 600U);
  EXPECT_GT(verdicts->findings.front().count, 2U);
}

TEST(Findings, HoldABoundedTextOfNames) {
  Scene scene;
  scene.see(0, scattered(100, 200));  // 2 MB of names each, which are kept once
  const Result<Verdicts> verdicts = run(scene.history, scene.options);
  ASSERT_TRUE(verdicts);
  EXPECT_GT(verdicts->findings.size(), 10U);
  EXPECT_LT(verdicts->findings.size(), 40U);
  EXPECT_EQ(verdicts->findings.size() + verdicts->left_out, 100U);
}

TEST(Findings, TellTheOtherStatesOfTheirStartOnceEach) {
  Scene scene;
  std::vector<testing::Crew> crews = scattered(5);
  for (std::size_t i = 0; i < 4; ++i) {
    crews.push_back({.ids = ids(1000 + 10 * i, 2),
                     .state = WaitState::kSelect,
                     .stack = {"main.work:" + std::to_string(100 + i), "main.start:3"}});
  }
  scene.see(0, crews);
  const std::vector<Finding> findings = scene.judge();
  ASSERT_EQ(findings.size(), 5U);
  using States = std::vector<std::pair<std::string, std::uint64_t>>;
  // 1, 2, 3, 1 and 2 goroutines wait for ever, 8 in a select.
  EXPECT_EQ(findings[0].count, 3U);
  EXPECT_EQ(findings[0].other_states, (States{{"chan receive (nil chan)", 6}, {"select", 8}}));
}

}  // namespace
}  // namespace lf::detect
