#include "detect/difference.h"

#include <gtest/gtest.h>

#include "detect/findings.h"
#include "detect/fingerprint.h"
#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

Finding at_site(std::string rule, Verdict verdict, std::string id) {
  Finding finding;
  finding.rule = std::move(rule);
  finding.verdict = verdict;
  finding.id = std::move(id);
  finding.site = {TargetText("main.ask"), TargetText("main.go"), 22};
  finding.state = "chan send";
  return finding;
}

Finding merged(const Finding& difference, const Finding& found) {
  return merge_differences({difference}, {found}).front();
}

TEST(MergedDifference, KeepsItsRuleWhateverElseWasSeen) {
  const Finding grew = at_site("goroutine/growing-site", Verdict::kLeak, "one");
  for (const char* rule : {"goroutine/crowded-site", "goroutine/persistent-site", "goroutine/growing-site"}) {
    EXPECT_EQ(merged(grew, at_site(rule, Verdict::kSuspect, "one")).rule, "goroutine/growing-site") << rule;
  }
}
TEST(MergedDifference, HasTheIdOfTheCreatorThatTheOtherKnows) {
  const Finding grew = at_site("goroutine/growing-site", Verdict::kLeak, "without a creator");
  EXPECT_EQ(merged(grew, at_site("goroutine/crowded-site", Verdict::kSuspect, "with one")).id, "with one");
}
TEST(MergedDifference, GivesWayToAProof) {
  const Finding grew = at_site("goroutine/growing-site", Verdict::kLeak, "grew");
  EXPECT_EQ(merged(grew, at_site("goroutine/proven-leak", Verdict::kLeak, "proof")).id, "proof");
}
TEST(MergedDifference, TakesTheGraverVerdict) {
  const Finding grew = at_site("goroutine/growing-site", Verdict::kSuspect, "grew");
  EXPECT_EQ(merged(grew, at_site("goroutine/persistent-site", Verdict::kLeak, "x")).verdict, Verdict::kLeak);
}
TEST(MergedDifference, SaysWhatWouldSettleASuspicion) {
  Finding grew = at_site("goroutine/growing-site", Verdict::kSuspect, "grew");
  grew.advice = TargetText("repeat it");
  Finding crowd = at_site("goroutine/crowded-site", Verdict::kSuspect, "crowd");
  crowd.advice = TargetText("let each send give up");
  const Finding both = merged(grew, crowd);
  EXPECT_EQ(both.advice.raw(), "let each send give up");
  ASSERT_FALSE(both.evidence.empty());
  EXPECT_EQ(both.evidence.back().raw(), "repeat it");
}

int sum_of_parts(const Finding& finding) {
  int sum = 0;
  for (const ScorePart& part : finding.score_parts) sum += part.points;
  return sum;
}

/// What two samples a second apart, the first `seconds` after the baseline, show as different.
std::vector<Finding> differences(testing::Scene& scene, const std::vector<testing::Crew>& before,
                                 const std::vector<testing::Crew>& after, double seconds = 60) {
  Snapshot baseline = scene.at(0), first = scene.at(seconds), second = scene.at(seconds + 1);
  baseline.goroutines = scene.dump(before);
  first.goroutines = second.goroutines = scene.dump(after);
  const AfterRound round{&first, &second};
  return find_differences(scene.symbols, baseline, std::span(&round, 1)).kept;
}

TEST(Difference, IsNoneWhereAWorkerMovedToAnotherLine) {
  testing::Scene scene;
  const testing::Crew idle{.ids = testing::ids(10, 7), .stack = {"main.poolWorker:25"}};
  testing::Crew more = idle;
  more.ids = testing::ids(10, 8);
  const testing::Crew asleep{.ids = {17}, .state = WaitState::kSleep, .stack = {"main.poolWorker:26"}};
  EXPECT_TRUE(differences(scene, {idle, asleep}, {more}).empty());
}
TEST(Difference, OfManyThatMovedIsARemark) {
  testing::Scene scene;
  const testing::Crew idle{.ids = testing::ids(10, 50), .stack = {"main.poolWorker:25"}};
  testing::Crew stuck = idle;
  stuck.stack = {"main.poolWorker:30"};
  stuck.state = WaitState::kChanSend;
  const std::vector<Finding> found = differences(scene, {idle}, {stuck});
  ASSERT_EQ(found.size(), 2U);
  for (const Finding& finding : found) EXPECT_EQ(finding.verdict, Verdict::kInfo) << finding.title.raw();
}
TEST(Difference, IsASuspectWhereTheFunctionHasMore) {
  testing::Scene scene;
  const testing::Crew idle{.ids = testing::ids(10, 7), .stack = {"main.poolWorker:25"}};
  const testing::Crew stuck{.ids = testing::ids(20, 9), .state = WaitState::kChanSend, .stack = {"main.poolWorker:30"}};
  const std::vector<Finding> found = differences(scene, {idle}, {idle, stuck});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().verdict, Verdict::kSuspect);
}
TEST(Difference, OfOneInAMomentIsARemark) {
  testing::Scene scene;
  const testing::Crew one{.ids = {10}, .state = WaitState::kChanSend};
  EXPECT_EQ(differences(scene, {}, {one}, 2).front().verdict, Verdict::kInfo);
  EXPECT_EQ(differences(scene, {}, {one}, 30).front().verdict, Verdict::kSuspect);
}
TEST(Difference, CountsOneGoroutineInTheSingular) {
  testing::Scene scene;
  const testing::Crew one{.ids = {10}, .state = WaitState::kChanSend};
  EXPECT_TRUE(
      differences(scene, {one}, {}, 30).front().evidence.front().raw().starts_with("1 goroutine before, 0 after"));
}
TEST(Difference, HasAScoreThatIsTheSumOfItsParts) {
  for (const std::uint64_t came : {1U, 5U, 30U, 5'000U}) {
    testing::Scene scene;
    const testing::Crew crew{.ids = testing::ids(10, came), .state = WaitState::kChanSend};
    const Finding grew = differences(scene, {}, {crew}).front();
    EXPECT_EQ(sum_of_parts(grew), grew.score) << came;
    Finding known = at_site("goroutine/growing-site", Verdict::kLeak, "x");
    known.site = grew.site;
    known.score_parts = {{"persistence", 13, {}}, {"state", 5, {}}};
    set_score(18, "", known);
    const Finding both = merged(grew, known);
    EXPECT_EQ(sum_of_parts(both), both.score) << came;
  }
}

}  // namespace
}  // namespace lf::detect
