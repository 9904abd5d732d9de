#pragma once

#include <span>
#include <vector>

#include "detect/findings.h"
#include "model/snapshot.h"
#include "model/symbols.h"

namespace lf::detect {

/// The state after one round of what a comparison watches: two samples a moment apart, so that what was merely in
/// flight is not counted. They may be the same snapshot (files).
struct AfterRound {
  const Snapshot* first = nullptr;
  const Snapshot* second = nullptr;
};

/// What changed between `baseline` and the last round, a finding for each site whose goroutines or live bytes did.
///
/// A site's growth is what survives both samples of a round: by id where both dumps have ids, else the smaller count.
/// Verdicts: what grew in each of at least three rounds leaks; what grew in one round is a suspect, an ordinary wait
/// of the benign catalogue and what stopped growing after the first round (warm-up) info, like what shrank. Memory
/// counts only beyond 1 MiB and twice the sampling error. Ordered by weight.
Findings find_differences(const Symbols& symbols, const Snapshot& baseline, std::span<const AfterRound> rounds);

/// Brings `differences` and what the rules found in the same samples together: one finding a site, with the stronger
/// verdict and all evidence. What did not change is left out.
std::vector<Finding> merge_differences(std::vector<Finding> differences, const std::vector<Finding>& found);

}  // namespace lf::detect
