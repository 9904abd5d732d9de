#pragma once

#include <span>
#include <string>

#include "base/error.h"
#include "base/stop.h"

namespace lf::cli {

/// How a command ended.
struct ChildEnd {
  int exit_code = 0;  ///< 128 + signal where one ended it
};

/// Runs `words` (looked up in PATH), with our streams but its stdout on descriptor `stdout_fd`, and waits for its end.
/// When `stop` is requested the child is sent SIGTERM, waited for, and kInterrupted returned. Fails with kUsage where
/// it can't be started.
[[nodiscard]] Result<ChildEnd> run_child(std::span<const std::string> words, int stdout_fd, const Stop& stop);

}  // namespace lf::cli
