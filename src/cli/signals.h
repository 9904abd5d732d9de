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

/// Has `restore` called before a second signal ends the process at once; nullptr: nothing. It runs in the signal
/// handler: only what is async-signal-safe.
void on_hard_exit(void (*restore)());

}  // namespace lf::cli
