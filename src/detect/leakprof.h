#pragma once

#include <vector>

#include "detect/evidence.h"
#include "model/finding.h"

namespace lf::detect {

/// Adds remarks about every waiting signature, so that `patterns` and `channels` list and score healthy ones too:
/// how long they persist, what they wait in, how many they are.
void add_signatures(const Context& context, Evidences& evidences);

/// What `patterns` and `channels` show of the findings: sites at or above the threshold (proven and impossible ones
/// whatever their count), `channels` only channel waits with something against them, one finding a source line. Scores
/// are put into the bands of the verdicts: leak ≥ 70, suspect 50–69, info < 50; the parts say by what.
void keep_signatures(const DetectOptions& options, std::vector<Finding>& findings);

}  // namespace lf::detect
