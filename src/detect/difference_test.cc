#include "detect/difference.h"

#include <gtest/gtest.h>

#include "detect/fingerprint.h"

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

TEST(MergedDifference, KeepsItsIdWhateverElseWasSeen) {
  const std::string id = fingerprint("goroutine/growing-site", "main.ask", {});
  const Finding grew = at_site("goroutine/growing-site", Verdict::kLeak, id);
  for (const char* rule : {"goroutine/crowded-site", "goroutine/persistent-site", "goroutine/growing-site"}) {
    EXPECT_EQ(merged(grew, at_site(rule, Verdict::kSuspect, "other")).id, id) << rule;
    EXPECT_EQ(merged(grew, at_site(rule, Verdict::kSuspect, "other")).rule, "goroutine/growing-site") << rule;
  }
}
TEST(MergedDifference, HasTheIdOfTheCreatorThatTheOtherKnows) {
  const Finding grew = at_site("goroutine/growing-site", Verdict::kLeak, "without a creator");
  Finding found = at_site("goroutine/growing-site", Verdict::kLeak, "with one");
  found.creator = SourceLine{TargetText("main.quote"), TargetText("main.go"), 16};
  EXPECT_EQ(merged(grew, found).id, fingerprint("goroutine/growing-site", "main.ask", "main.quote"));
}
TEST(MergedDifference, GivesWayToAProof) {
  const Finding grew = at_site("goroutine/growing-site", Verdict::kLeak, "grew");
  EXPECT_EQ(merged(grew, at_site("goroutine/proven-leak", Verdict::kLeak, "proof")).id, "proof");
}
TEST(MergedDifference, TakesTheGraverVerdict) {
  const Finding grew = at_site("goroutine/growing-site", Verdict::kSuspect, "grew");
  EXPECT_EQ(merged(grew, at_site("goroutine/persistent-site", Verdict::kLeak, "x")).verdict, Verdict::kLeak);
}

}  // namespace
}  // namespace lf::detect
