#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/options.h"
#include "pipeline/progress.h"
#include "report/report_writer.h"

namespace lf::cli {

/// What a stream of ours is connected to.
struct Terminal {
  bool is_terminal = false;
  bool is_dumb = false;  ///< TERM=dumb or unset: no colour, no redrawing
  bool utf8 = false;     ///< the locale's encoding, from the environment
  int width = 100;       ///< columns; 100 where it is no terminal
};

/// Looks at descriptor `fd` and the environment.
Terminal look_at_terminal(int fd);

/// Whether to colour: -color wins over NO_COLOR, which wins over the terminal.
bool wants_color(const Terminal& terminal, ColorChoice choice);

report::Style style_for(const Terminal& terminal, const Options& options);

/// Writes to a descriptor. After the reader has closed its end everything is accepted and dropped; other failures
/// (disk full) are kIo.
class FdSink final : public report::Sink {
 public:
  explicit FdSink(int fd) : fd_(fd) {}
  [[nodiscard]] Result<void> write(std::string_view text) override;

 private:
  int fd_;
  bool closed_ = false;
};

/// One line on stderr: "leakfinder: MESSAGE".
void complain(std::string_view message);

/// Draws progress in place on a terminal's stderr; silent elsewhere and for work under a second.
class ProgressLine final : public pipeline::Progress {
 public:
  ProgressLine(const Terminal& terminal, bool quiet)
      : draws_(terminal.is_terminal && !terminal.is_dumb && !quiet), utf8_(terminal.utf8) {}
  ~ProgressLine() override { end(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void update(std::string_view what, double fraction, std::chrono::milliseconds left) override;
  void end() override;

 private:
  bool draws_;
  bool utf8_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point first_update_{}, last_drawn_{};
};

}  // namespace lf::cli
