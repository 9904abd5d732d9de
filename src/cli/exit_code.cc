#include "cli/exit_code.h"

namespace lf::cli {

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
