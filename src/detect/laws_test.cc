// The laws of detection as properties of made populations: whatever the pile, the pace and the samples.
#include <vector>

#include <gtest/gtest.h>

#include "detect/testing/populations.h"

namespace lf::detect {
namespace {

using testing::describe;
using testing::Made;
using testing::moments;
using testing::Stay;
using testing::verdicts_of;

constexpr WaitState kParks = WaitState::kChanReceive, kStuck = WaitState::kChanSend;

TEST(Law, OfThePileThatLowersNoVerdict) {
  for (const WaitState state : {kParks, kStuck}) {
    for (const bool by_ids : {true, false}) {
      Verdict before = Verdict::kLeak;
      for (const std::uint64_t pile : {0U, 10U, 300U, 3'000U}) {
        const Made made{.pace = 10, .pile = pile, .state = state};
        const std::vector<double> at = by_ids ? moments(5, 2) : moments(40, 0.25);
        const Verdict verdict = verdicts_of(made, at, by_ids).back();
        EXPECT_EQ(verdict, before) << describe(made, at, by_ids);
        before = verdict;
      }
    }
  }
}

TEST(Law, OfTimeThatLowersNoVerdict) {
  for (const bool by_ids : {true, false}) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      const Made made{.pace = 8, .pile = 40, .state = kStuck, .seed = seed};
      const std::vector<double> at = moments(20, 1);
      Verdict before = Verdict::kInfo;
      for (const Verdict verdict : verdicts_of(made, at, by_ids)) {
        EXPECT_GE(verdict, before) << describe(made, at, by_ids);
        before = verdict;
      }
    }
  }
}

TEST(Law, OfPaceThatLowersNoVerdict) {
  for (const bool by_ids : {true, false}) {
    Verdict before = Verdict::kInfo;
    for (const double pace : {0.2, 1.0, 5.0, 25.0, 100.0}) {
      const Made made{.pace = pace, .pile = 50, .state = kStuck};
      const std::vector<double> at = moments(12, 1);
      const Verdict verdict = verdicts_of(made, at, by_ids).back();
      EXPECT_GE(verdict, before) << describe(made, at, by_ids);
      before = verdict;
    }
    EXPECT_EQ(before, Verdict::kLeak);
  }
}

TEST(Law, OfFormsOfWhichIdsTellAsMuchAsCounts) {
  for (const double pace : {0.5, 2.0, 10.0}) {
    for (const std::uint64_t pile : {0U, 30U, 1'000U}) {
      const Made made{.pace = pace, .pile = pile, .state = kStuck};
      const std::vector<double> at = moments(8, 2);
      EXPECT_GE(verdicts_of(made, at, true).back(), verdicts_of(made, at, false).back()) << describe(made, at, true);
    }
  }
}

/// Of the flows of `stay`, by ids and by counts, those that were ever called a leak.
std::vector<std::string> accused_flows(Stay stay, bool by_ids) {
  std::vector<std::string> accused;
  for (const WaitState state : {kParks, kStuck}) {
    for (const double pace : {0.5, 3.0, 20.0}) {
      for (const double mean : {0.3, 3.0, 30.0}) {
        for (const double apart : {0.25, 2.0, 10.0}) {
          for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            const Made made{.pace = pace, .stay = stay, .mean_seconds = mean, .state = state, .seed = seed};
            const std::vector<double> at = moments(20, apart);
            const std::vector<Verdict> verdicts = verdicts_of(made, at, by_ids);
            for (std::size_t i = 0; i < verdicts.size(); ++i) {
              if (verdicts[i] != Verdict::kLeak) continue;
              accused.push_back(describe(made, moments(i + 1, apart), by_ids));
              break;
            }
          }
        }
      }
    }
  }
  return accused;
}

TEST(Law, OfNoFlowBeingALeakByIds) {
  for (const Stay stay : {Stay::kExponential, Stay::kFixed, Stay::kHeavyTailed}) {
    EXPECT_EQ(accused_flows(stay, true), std::vector<std::string>{});
  }
}

/// Without ids four counts can't tell a rise from a flow's chance for certain.
TEST(Law, OfOneFlowInAHundredAtMostBeingALeakByCounts) {
  std::vector<std::string> accused;
  for (const Stay stay : {Stay::kExponential, Stay::kFixed, Stay::kHeavyTailed}) {
    for (std::string& flow : accused_flows(stay, false)) accused.push_back(std::move(flow));
  }
  EXPECT_LE(accused.size(), 8U) << ::testing::PrintToString(accused) << " of 810";
}

TEST(Law, OfNoRampThatHasEndedBeingALeak) {
  for (const bool by_ids : {true, false}) {
    for (const double pace : {1.0, 5.0, 40.0}) {
      const Made made{.pace = pace, .ends_after = 4, .pile = 3, .state = kParks};
      const std::vector<double> at = moments(16, 1);
      EXPECT_NE(verdicts_of(made, at, by_ids).back(), Verdict::kLeak) << describe(made, at, by_ids);
    }
  }
}

}  // namespace
}  // namespace lf::detect
