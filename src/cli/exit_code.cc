#include "cli/exit_code.h"

#include <array>

namespace lf::cli {

std::span<const ExitMeaning> exit_meanings() {
  static constexpr std::array kMeanings{
      ExitMeaning{"0", "nothing at or above -fail-on"},
      ExitMeaning{"1", "findings at or above -fail-on"},
      ExitMeaning{"2", "a wrong flag, setting or argument; nothing was measured"},
      ExitMeaning{"3", "the target, a file or a part of them could not be read, or a report could not be written"},
      ExitMeaning{"130", "Ctrl-C, with the result so far; SIGTERM is 143, SIGHUP 129"},
  };
  return kMeanings;
}

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUsage:
      return kExitUsage;
    case ErrorCode::kInterrupted:
      return 130;
    default:
      return kExitUnreadable;
  }
}

int exit_code_of(const Report& report, int signal, bool write_failed) {
  if (signal != 0) return 128 + signal;
  if (fails(report)) return kExitFindings;
  return write_failed || !report.errors.empty() ? kExitUnreadable : kExitOk;
}

}  // namespace lf::cli
