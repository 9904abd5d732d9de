#include "detect/doubt.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Crew;
using ::testing::ElementsAre;
using testing::ids;
using ::testing::IsEmpty;
using testing::Scene;

std::vector<std::string> doubts_of(Scene& scene) {
  std::vector<std::string> words;
  const Result<Verdicts> verdicts = run(scene.history, scene.options);
  if (!verdicts) return {"failed"};
  for (const TargetText& doubt : verdicts->doubts) words.emplace_back(doubt.raw());
  return words;
}

/// `sizes` of a crew at main.work, `apart` seconds apart; who came first has the lowest id, `ids_apart` between two.
Scene& see(Scene& scene, const std::vector<std::uint64_t>& sizes, double apart, WaitState state,
           std::uint64_t ids_apart = 1) {
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    Crew crew{.state = state};
    for (std::uint64_t j = 0; j < sizes[i]; ++j) crew.ids.push_back(100 + ids_apart * j);
    scene.see(apart * static_cast<double>(i), {{.ids = {1}, .stack = {"main.main:5"}, .creator = ""}, crew});
  }
  return scene;
}

TEST(Doubt, IsAboutWhatGrewForAMoment) {
  Scene scene;
  EXPECT_THAT(doubts_of(see(scene, {10, 11}, 0.5, WaitState::kChanReceive)), ElementsAre("main.work grows, 10 to 11"));
}

TEST(Doubt, EndsWhereItIsALeak) {
  Scene scene;
  EXPECT_THAT(doubts_of(see(scene, {10, 15, 20, 25}, 2, WaitState::kChanReceive)), IsEmpty());
}

TEST(Doubt, EndsWhereSomebodyLeft) {
  Scene scene;
  scene.see(0, {{.ids = ids(100, 10)}});
  scene.see(0.5, {{.ids = ids(101, 11)}});
  EXPECT_THAT(doubts_of(scene), IsEmpty());
}

TEST(Doubt, EndsWhereNobodyCameForLong) {
  Scene scene;
  EXPECT_THAT(doubts_of(see(scene, {10, 11, 11, 11, 11}, 0.5, WaitState::kChanReceive)), IsEmpty());
}

TEST(Doubt, IsAboutSendsThatStandForAMoment) {
  Scene brief, longer;
  EXPECT_THAT(doubts_of(see(brief, {3, 3}, 0.5, WaitState::kChanSend)),
              ElementsAre("3 stand in chan send at main.work"));
  EXPECT_THAT(doubts_of(see(longer, {3, 3, 3}, 1.5, WaitState::kChanSend)), IsEmpty());
}

TEST(Doubt, IsAboutWaitersThatCameOneByOneAndNotAboutAPool) {
  Scene pool, gathered;
  EXPECT_THAT(doubts_of(see(pool, {8, 8}, 0.5, WaitState::kChanReceive)), IsEmpty());
  EXPECT_THAT(doubts_of(see(gathered, {8, 8}, 0.5, WaitState::kChanReceive, 40)).size(), 1U);
}

TEST(Doubt, NeedsTwoLooks) {
  Scene scene;
  EXPECT_THAT(doubts_of(see(scene, {100}, 1, WaitState::kChanSend)), IsEmpty());
}

}  // namespace
}  // namespace lf::detect
