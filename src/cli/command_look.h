#pragma once

#include "cli/finish.h"
#include "cli/workplace.h"

namespace lf::cli {

/// What tells the commands that look once apart: check, analyze, filter, patterns, channels, memory.
struct LookCommand {
  std::string_view name;
  std::size_t samples = 1;  ///< where the user gave no number
  bool identities = false;
  bool leak_profile = false;
  Milliseconds settle{0};  ///< where the user gave none
  bool filters = false;    ///< goes by -filter-func and its kin
  SavePlan save = {};
  /// Sets what is the command's own; fails with kUsage.
  Result<void> (*prepare)(const Run& run, pipeline::LookOptions& options) = nullptr;
};

/// Leaves out, in `look`, what -label and (with_patterns) the filter flags leave out. `symbols` must outlive `look`.
/// Fails with kUsage: a pattern that can't be compiled.
[[nodiscard]] Result<void> set_filter(const Run& run, const Symbols& symbols, bool with_patterns,
                                      pipeline::LookOptions& look);

/// Finds the subject, looks at it, finishes.
Result<int> run_look(Run& run, const LookCommand& look);

}  // namespace lf::cli
