#include "detect/findings.h"

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

}  // namespace
}  // namespace lf::detect
