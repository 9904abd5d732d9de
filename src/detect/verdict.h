#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "detect/evidence.h"
#include "model/finding.h"

namespace lf::detect {

/// What evidence about one subject amounts to.
struct Judgement {
  Verdict verdict = Verdict::kInfo;
  int score = 0;
  std::string_view rule;  ///< the one that names the finding
  std::vector<ScorePart> parts;
};

/// The one place where evidence becomes a verdict and a score. Deterministic, whatever the order of `evidences`, and
/// monotone: more evidence never lowers the verdict or the score. Excuses, which are no evidence for a leak, cap the
/// verdict. `evidences` are about one subject and not empty.
Judgement judge(std::span<const Evidence* const> evidences, Verdict at_most);

}  // namespace lf::detect
