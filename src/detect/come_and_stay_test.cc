#include "detect/come_and_stay.h"

#include <vector>

#include <gtest/gtest.h>

namespace lf::detect {
namespace {

/// Twelve came, four a sample, over nine seconds; nobody left.
GroupFacts grown() {
  GroupFacts facts;
  Growth& growth = facts.growth;
  growth.seconds = {0, 3, 6, 9};
  growth.counts = {4, 8, 12, 16};
  growth.chance_of_flow = 6e-6;
  growth.identified = growth.nobody_leaves = growth.rises_to_the_end = growth.grew_enough = true;
  growth.span_seconds = 9;
  growth.entries = growth.births = 12;
  growth.survivors = 4;
  growth.rises = 3;
  return facts;
}

TEST(ComeAndStay, LastsOverThreeSamplesAndFiveSeconds) {
  EXPECT_EQ(come_and_stay(grown(), StateClass::kChanReceive), Grade::kLasting);
}

TEST(ComeAndStay, IsAGlimpseWhenSeenTooShort) {
  GroupFacts facts = grown();
  facts.growth.span_seconds = 2;
  EXPECT_EQ(come_and_stay(facts, StateClass::kChanReceive), Grade::kGlimpse);
}

TEST(ComeAndStay, IsAGlimpseWhenSamplesWereCut) {
  GroupFacts facts = grown();
  facts.growth.incomplete = true;
  EXPECT_EQ(come_and_stay(facts, StateClass::kChanReceive), Grade::kGlimpse);
}

TEST(ComeAndStay, IsNothingWhereSomebodyLeaves) {
  GroupFacts facts = grown();
  facts.growth.nobody_leaves = false;
  EXPECT_EQ(come_and_stay(facts, StateClass::kChanReceive), std::nullopt);
}

TEST(ComeAndStay, IsNothingWhereOneCame) {
  GroupFacts facts = grown();
  facts.growth.entries = 1;
  EXPECT_EQ(come_and_stay(facts, StateClass::kChanReceive), std::nullopt);
}

TEST(ComeAndStay, IsNothingWithoutIdsWhereTheCountFell) {
  GroupFacts facts = grown();
  facts.growth.identified = false;
  EXPECT_EQ(come_and_stay(facts, StateClass::kChanReceive), Grade::kLasting);
  facts.growth.falls = 1;
  EXPECT_EQ(come_and_stay(facts, StateClass::kChanReceive), std::nullopt);
}

TEST(ComeAndStay, IsAGlimpseOfSleepersWithoutIds) {
  GroupFacts facts = grown();
  EXPECT_EQ(come_and_stay(facts, StateClass::kSleep), Grade::kLasting);
  facts.growth.identified = false;
  EXPECT_EQ(come_and_stay(facts, StateClass::kSleep), Grade::kGlimpse);
}

TEST(ComeAndStay, IsAGlimpseOfHandlersWhoseConnectionServesOnAndOn) {
  GroupFacts facts = grown();
  facts.serves_requests = true;
  EXPECT_EQ(come_and_stay(facts, StateClass::kSelect), Grade::kGlimpse);
  EXPECT_EQ(come_and_stay(facts, StateClass::kChanSend), Grade::kLasting);
  facts.growth.span_seconds = 60;
  EXPECT_EQ(come_and_stay(facts, StateClass::kSelect), Grade::kLasting);
}

TEST(ComeAndStay, TakesAPileThatStoppedOnlyForWhatIsNeverIdle) {
  GroupFacts facts = grown();
  facts.growth.rises_to_the_end = false;
  facts.growth.tail_expected = 4;
  EXPECT_EQ(come_and_stay(facts, StateClass::kLock), Grade::kLasting);
  EXPECT_EQ(come_and_stay(facts, StateClass::kChanSend), Grade::kLasting);
  EXPECT_EQ(come_and_stay(facts, StateClass::kChanReceive), std::nullopt);
  EXPECT_EQ(come_and_stay(facts, StateClass::kCond), std::nullopt);
}

TEST(StuckClass, NeedsSomebodyElsesDeed) {
  for (const StateClass stuck : {StateClass::kLock, StateClass::kChanSend, StateClass::kCond, StateClass::kWaitGroup})
    EXPECT_TRUE(is_stuck_class(stuck));
  for (const StateClass idle : {StateClass::kSelect, StateClass::kChanReceive, StateClass::kIo, StateClass::kSleep})
    EXPECT_FALSE(is_stuck_class(idle));
}

TEST(SpanInWords, PicksTheUnit) {
  EXPECT_EQ(span_in_words(0.5), "0.5 s");
  EXPECT_EQ(span_in_words(12), "12 s");
  EXPECT_EQ(span_in_words(600), "10 min");
  EXPECT_EQ(span_in_words(4 * 3600), "4.0 h");
}

TEST(CountsInWords, LeavesTheMiddleOfManyOut) {
  EXPECT_EQ(counts_in_words({4, 7, 10}), "4, 7, 10");
  EXPECT_EQ(counts_in_words({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), "1, 2, 3, 4, …, 7, 8, 9, 10");
}

}  // namespace
}  // namespace lf::detect
