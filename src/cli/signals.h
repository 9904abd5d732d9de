#pragma once

#include "base/stop.h"

namespace lf::cli {

/// Ctrl-C, SIGTERM and SIGHUP as a wish to stop: the first one asks the work to end and show what it has, a second
/// one ends the process at once. SIGPIPE is ignored: a closed pipe is an error of the write.
///
/// One per process; its handlers stay until the process ends.
class SignalStop final : public Stop {
 public:
  SignalStop();
  bool requested() const override;
  int wake_fd() const override;
  /// The signal that asked, 0 where none did; the exit code is 128 + it.
  int signal() const;
};

}  // namespace lf::cli
