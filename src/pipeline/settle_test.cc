#include "pipeline/settle.h"

#include <gtest/gtest.h>

#include "pipeline/testing/scripted_target.h"

namespace lf::pipeline {
namespace {

using std::chrono::milliseconds;

constexpr SteadyTime kStart{std::chrono::hours(1)};

SettleState after(milliseconds elapsed) {
  return {.started = kStart,
          .deadline = kStart + milliseconds(10'000),
          .now = kStart + elapsed,
          .asked = kStart + elapsed,
          .goroutines = 20};
}
milliseconds distance(const SettleState& state) {
  const std::optional<SteadyTime> due = next_look(state);
  return due ? std::chrono::duration_cast<milliseconds>(*due - state.now) : milliseconds(-1);
}

TEST(NextLook, OfFewGoroutinesIsFartherAndFartherAway) {
  EXPECT_EQ(distance(after(milliseconds(500))), milliseconds(500));
  EXPECT_EQ(distance(after(milliseconds(4'000))), milliseconds(1'000));
  EXPECT_EQ(distance(after(milliseconds(7'900))), milliseconds(1'975));
}

TEST(NextLook, AtCountsComesFourTimesASecond) {
  SettleState state = after(milliseconds(5'000));
  state.light = true;
  state.goroutines = 20'000;
  EXPECT_EQ(distance(state), milliseconds(250));
}

TEST(NextLook, TakesAtMostATwentiethOfTheTime) {
  SettleState state = after(milliseconds(1'000));
  state.light = true;
  state.answer = milliseconds(40);
  EXPECT_EQ(distance(state), milliseconds(800));
}

TEST(NextLook, AtManyByIdsIsTheThirdThatTellsAndTheLast) {
  SettleState state = after(milliseconds(500));
  state.goroutines = 900;
  state.dumps_of_many = 2;
  EXPECT_EQ(distance(state), milliseconds(4'600));
  state.dumps_of_many = 3;
  EXPECT_EQ(next_look(state), std::nullopt);
}

TEST(NextLook, IsAtTheDeadlineWhereThatIsNotJustAhead) {
  EXPECT_EQ(distance(after(milliseconds(8'800))), milliseconds(1'200));
  EXPECT_EQ(next_look(after(milliseconds(9'500))), std::nullopt);
  EXPECT_EQ(next_look(after(milliseconds(11'000))), std::nullopt);
}

TEST(NextLook, CountsFromTheLastLookAtGoroutinesWhateverWasReadSince) {
  SettleState state = after(milliseconds(4'000));
  state.now += milliseconds(700);
  EXPECT_EQ(distance(state), milliseconds(300));
}

TEST(NextHeap, IsOnceASecondAndAtTheDeadline) {
  const SettleState state = after(milliseconds(5'000));
  EXPECT_EQ(next_heap(state, state.now - milliseconds(400)), state.now + milliseconds(600));
  EXPECT_EQ(next_heap(after(milliseconds(8'700)), kStart + milliseconds(8'700)), kStart + milliseconds(10'000));
}

/// Remembers what it was told.
class Heard final : public Progress {
 public:
  void update(std::string_view what, double fraction, milliseconds left) override {
    if (words.empty()) words = what, first_fraction = fraction, first_left = left;
  }
  void end() override {}

  std::string words;
  double first_fraction = 0;
  milliseconds first_left{0};
};

TEST(WaitInDoubt, TellsWhatIsInDoubtAndHowLongAtMost) {
  testing::FakeClock clock;
  const NeverStop stop;
  const SteadyTime now = clock.steady();
  const SettleState state{
      .started = now - milliseconds(2'500), .deadline = now + milliseconds(7'500), .now = now, .asked = now};
  const std::vector<TargetText> doubts{TargetText("main.query grows, 210 to 233"), TargetText("main.b grows, 1 to 2")};
  Heard heard;
  EXPECT_TRUE(wait_in_doubt(clock, stop, now + milliseconds(600), state, doubts, heard));
  EXPECT_EQ(heard.words, "main.query grows, 210 to 233 and 1 more");
  EXPECT_DOUBLE_EQ(heard.first_fraction, 0.25);
  EXPECT_EQ(heard.first_left, milliseconds(7'500));
}

}  // namespace
}  // namespace lf::pipeline
