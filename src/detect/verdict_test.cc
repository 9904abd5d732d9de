#include "detect/verdict.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <random>

#include <gtest/gtest.h>

#include "detect/levels.h"
#include "detect/rules.h"

namespace lf::detect {
namespace {

Judgement judge_all(const std::vector<Evidence>& evidences, Verdict at_most = Verdict::kLeak) {
  std::vector<const Evidence*> pointers;
  for (const Evidence& evidence : evidences) pointers.push_back(&evidence);
  return judge(pointers, at_most);
}

Evidence piece(Grade grade, std::string_view part = "a", int points = 0, std::string_view rule = {}) {
  Evidence evidence;
  evidence.grade = grade;
  evidence.part = part;
  evidence.points = points;
  evidence.rule = rule;
  return evidence;
}

Verdicts with_findings(std::initializer_list<Verdict> each) {
  Verdicts verdicts;
  for (const Verdict verdict : each) {
    Finding finding;
    finding.verdict = verdict;
    verdicts.findings.push_back(std::move(finding));
  }
  return verdicts;
}

TEST(Judge, FollowsTheStrongestGrade) {
  EXPECT_EQ(judge_all({piece(Grade::kProof)}).verdict, Verdict::kLeak);
  EXPECT_EQ(judge_all({piece(Grade::kImpossible)}).verdict, Verdict::kLeak);
  EXPECT_EQ(judge_all({piece(Grade::kLasting)}).verdict, Verdict::kLeak);
  EXPECT_EQ(judge_all({piece(Grade::kGlimpse), piece(Grade::kLongWait)}).verdict, Verdict::kSuspect);
  EXPECT_EQ(judge_all({piece(Grade::kCrowd, "a", 90)}).verdict, Verdict::kSuspect);
  EXPECT_EQ(judge_all({piece(Grade::kRemark, "a", 100)}).verdict, Verdict::kInfo);
}

TEST(Judge, IsCappedByAnExcuse) {
  EXPECT_EQ(judge_all({piece(Grade::kLasting)}, Verdict::kInfo).verdict, Verdict::kInfo);
}

TEST(Judge, CountsAPartOnce) {
  const Judgement judgement = judge_all({piece(Grade::kRemark, "growth", 10), piece(Grade::kRemark, "growth", 15)});
  EXPECT_EQ(judgement.score, 15);
  EXPECT_EQ(judgement.parts.size(), 1U);
}

TEST(Judge, IsNamedByTheHighestRank) {
  const Judgement judgement = judge_all({piece(Grade::kLasting, "a", 0, "goroutine/growing-site"),
                                         piece(Grade::kProof, "a", 0, "goroutine/proven-leak")});
  EXPECT_EQ(judgement.rule, "goroutine/proven-leak");
}

TEST(Judge, IsMonotoneAndIndifferentToOrder) {
  std::mt19937 random(7);
  constexpr std::array kParts{"a", "b", "c", "d"};
  for (int round = 0; round < 2000; ++round) {
    std::vector<Evidence> evidences;
    Judgement before;
    const std::size_t size = 1 + random() % 6;
    for (std::size_t i = 0; i < size; ++i) {
      const auto rules = rule_table();
      evidences.push_back(piece(static_cast<Grade>(random() % 7), kParts[random() % kParts.size()],
                                static_cast<int>(random() % 60), rules[random() % rules.size()].id));
      const Judgement now = judge_all(evidences);
      ASSERT_GE(now.verdict, before.verdict);
      ASSERT_GE(now.score, before.score);
      before = now;
    }
    std::vector<Evidence> shuffled = evidences;
    std::ranges::shuffle(shuffled, random);
    const Judgement again = judge_all(shuffled);
    ASSERT_EQ(again.verdict, before.verdict);
    ASSERT_EQ(again.score, before.score);
    ASSERT_EQ(again.rule, before.rule);
  }
}

TEST(LevelOf, FollowsTheThresholds) {
  const Thresholds thresholds{50, 100, 200, 500};
  EXPECT_EQ(level_of(49, thresholds), Level::kNormal);
  EXPECT_EQ(level_of(50, thresholds), Level::kModerate);
  EXPECT_EQ(level_of(199, thresholds), Level::kHigh);
  EXPECT_EQ(level_of(200, thresholds), Level::kCritical);
}

TEST(JudgeHealth, StartsAtAHundred) {
  EXPECT_EQ(judge_health({}).score, 100);
  EXPECT_EQ(judge_health({}).level, HealthLevel::kHealthy);
}

TEST(JudgeHealth, IsCappedByLeaks) {
  EXPECT_EQ(judge_health(with_findings({Verdict::kLeak})).score, 59);
  EXPECT_EQ(judge_health(with_findings({Verdict::kLeak, Verdict::kLeak})).score, 39);
}

TEST(JudgeHealth, TakesTwentyForSuspectsAtMost) {
  EXPECT_EQ(judge_health(with_findings({Verdict::kSuspect, Verdict::kSuspect, Verdict::kSuspect})).score, 80);
}

TEST(JudgeHealth, ForgetsAcceptedFindings) {
  Verdicts verdicts = with_findings({Verdict::kLeak});
  verdicts.findings.back().accepted = Accepted{};
  EXPECT_EQ(judge_health(verdicts).score, 100);
}

}  // namespace
}  // namespace lf::detect
