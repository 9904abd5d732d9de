#pragma once

#include <string_view>
#include <vector>

#include "detect/evidence.h"
#include "model/finding.h"

namespace lf::detect {

/// Turns evidence into findings, one a leak, ordered: verdict, score, count falling, then site.
std::vector<Finding> make_findings(const Context& context, const Evidences& evidences);

/// Orders findings as every report shows them, and makes their ids unique (see number_twins).
void sort_findings(std::vector<Finding>& findings);

/// Gives a finding its score. Its parts always add up to it: the part "band", with `why`, says by how much the score is
/// more or less than the others.
void set_score(int score, std::string_view why, Finding& finding);

/// A frame for people.
SourceLine source_line(const Symbols& symbols, FrameId frame);

/// `stack` for people, leaf first.
std::vector<SourceLine> source_lines(const Symbols& symbols, StackId stack);

}  // namespace lf::detect
