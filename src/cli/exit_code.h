#pragma once

#include <span>
#include <string_view>

#include "base/error.h"
#include "model/report.h"

namespace lf::cli {

// Exit codes (spec, sections 4 and 6).
inline constexpr int kExitOk = 0;
inline constexpr int kExitFindings = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnreadable = 3;

/// An exit code and what it says.
struct ExitMeaning {
  std::string_view code, brief;
};

/// All of them, in the order of help.
std::span<const ExitMeaning> exit_meanings();

/// The code for a command that failed as a whole.
int exit_code_of(ErrorCode code);

/// The code for a finished report: a signal before findings before what could not be read or written.
int exit_code_of(const Report& report, int signal, bool write_failed);

}  // namespace lf::cli
