#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/stop.h"
#include "cli/live_screen.h"
#include "cli/terminal.h"
#include "pipeline/progress.h"

namespace lf::cli {

struct LiveViewOptions {
  std::string target;  ///< as it is shown: without credentials
  bool color = true;
  bool utf8 = true;
  bool bell = false;  ///< ring at each alert
};

/// The live view of `monitor`: takes the terminal over while it lives, redraws in place, reads keys (q quit, p pause,
/// s sort, ? help). Progress of longer work is shown in its last line but one.
///
/// One at a time; the terminal is as it was before when it ends, also by a second Ctrl-C.
class LiveView final : public pipeline::Progress {
 public:
  /// Fails where stdin or stdout is no terminal, or TERM names none that can be redrawn: the caller prints lines then.
  [[nodiscard]] static Result<std::unique_ptr<LiveView>> open(const LiveViewOptions& options);
  ~LiveView() override;
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  /// Takes a sample in and redraws.
  void show(const pipeline::WatchTick& tick, const Report& report);

  /// Waits until `deadline`, redrawing the clock and answering keys; while paused it waits on. False: the user quit,
  /// or `stop` is requested.
  bool wait_until(SteadyTime deadline, const Stop& stop);

  void update(std::string_view what, double fraction, std::chrono::milliseconds left) override;
  void end() override;

 private:
  class Curses;
  LiveView(const LiveViewOptions& options, std::unique_ptr<Curses> curses);
  /// Answers what was typed; false: quit.
  bool answer_keys();
  void redraw();

  LiveViewOptions options_;
  LiveScreen screen_;
  LiveState state_;
  SteadyTime tick_at_;
  std::chrono::milliseconds tick_elapsed_{0}, tick_left_{0};
  bool quits_ = false;
  std::unique_ptr<Curses> curses_;
};

}  // namespace lf::cli
