#include "detect/verdict.h"

#include <algorithm>
#include <map>

#include "detect/rules.h"

/// From evidence to verdict, by the strongest grade:
///
///   proof, impossible to wake, lasting come-and-stay      leak
///   a glimpse of it, long waits, a crowd                  suspect
///   remarks                                               info
///
/// The score orders findings and decides nothing: each part of it ("persistence", "growth", …) counts once, with its
/// highest points; their sum is cut at 100, and a leak has at least 50. Of rules that spoke with the strongest grade or
/// one that makes the same verdict, the one of highest rank names the finding.
namespace lf::detect {
namespace {

Verdict verdict_of(Grade grade) {
  if (grade >= Grade::kLasting) return Verdict::kLeak;
  return grade >= Grade::kCrowd ? Verdict::kSuspect : Verdict::kInfo;
}

}  // namespace

Judgement judge(std::span<const Evidence* const> evidences, Verdict at_most) {
  Judgement judgement;
  for (const Evidence* evidence : evidences)
    judgement.verdict = std::max(judgement.verdict, verdict_of(evidence->grade));
  int best_rank = -1;
  std::map<std::string_view, const Evidence*> parts;
  for (const Evidence* evidence : evidences) {
    const Rule* rule = find_rule(evidence->rule);
    const int rank = rule == nullptr ? 0 : rule->rank;
    const bool better_named = rank > best_rank || (rank == best_rank && evidence->rule < judgement.rule);
    if (verdict_of(evidence->grade) == judgement.verdict && better_named) {
      best_rank = rank;
      judgement.rule = evidence->rule;
    }
    const Evidence*& part = parts[evidence->part];
    const bool better = part == nullptr || evidence->points > part->points ||
                        (evidence->points == part->points && evidence->words < part->words);
    if (better) part = evidence;
  }
  int sum = 0;
  for (const auto& [name, evidence] : parts) {
    sum += evidence->points;
    judgement.parts.push_back({std::string(name), evidence->points, TargetText(evidence->words)});
  }
  std::ranges::stable_sort(judgement.parts, std::greater{}, &ScorePart::points);
  constexpr int kLeastOfALeak = 50;
  judgement.score = std::clamp(sum, judgement.verdict == Verdict::kLeak ? kLeastOfALeak : 0, 100);
  judgement.verdict = std::min(judgement.verdict, at_most);
  return judgement;
}

}  // namespace lf::detect
