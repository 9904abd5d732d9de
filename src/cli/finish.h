#pragma once

#include <string_view>

#include "cli/command.h"
#include "cli/workplace.h"
#include "pipeline/look.h"

namespace lf::cli {

/// Which files a command saves besides its result (spec, section 4, "Report files").
struct SavePlan {
  std::string_view analysis = {};  ///< "goroutine_analysis"; empty: none
  bool goroutine_profile = false;  ///< the target's bytes
  bool memory_profile = false;
};

/// Whether this run saves: -save-reports, and with files only where the user asked for it.
bool saves_reports(const Run& run, const Subject& subject);

/// The last part of every command that measured: baseline, the result in its formats, saved files, exit code. The
/// result is shown before anything is saved; what can't be written is said and costs exit code 3.
Result<int> finish(Run& run, const Subject& subject, pipeline::Looked looked, const SavePlan& save);

/// The same where nothing could be measured: formats for programs still get their object, with the error in it.
Result<int> finish_failed(Run& run, const Subject& subject, const Command& command, const Error& error);

}  // namespace lf::cli
