#pragma once

#include <string>

#include "cli/command.h"
#include "cli/workplace.h"
#include "model/report.h"

namespace lf::cli {

/// The command that would tell more than `report` does, with the target and the flags in use: pasted, it runs. Empty
/// where there is none: everything is settled, or files are all there is.
std::string next_command(const Run& run, const Subject& subject, const Report& report);

}  // namespace lf::cli
