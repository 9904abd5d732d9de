#pragma once

#include <functional>

#include "pipeline/look.h"

namespace lf::pipeline {

struct CompareOptions {
  LookOptions look;
  std::size_t rounds = 1;
  std::chrono::milliseconds settle{1'000};  ///< between the two samples after a round
};

/// What happens between the baseline and each after-measurement: the user presses Enter, time passes, a command runs.
/// `round` counts from 1. Fails to end the comparison: kInterrupted shows the baseline, others fail the whole.
using Between = std::function<Result<void>(std::size_t round, const Report& baseline)>;

/// Measures the target, lets `between` happen, measures it twice, for each round; then tells what grew. The report's
/// findings are the differences, joined with what the rules found at the same sites.
[[nodiscard]] Result<Looked> compare(Session& session, Environment& environment, const CompareOptions& options,
                                     const Between& between, Progress& progress);

/// Compares the moments in `paths`: the first file of each kind is the baseline, each later one a round.
[[nodiscard]] Result<Looked> compare_files(std::span<const std::string> paths, Environment& environment,
                                           const CompareOptions& options, Progress& progress);

}  // namespace lf::pipeline
