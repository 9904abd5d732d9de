#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/command.h"
#include "model/symbols.h"
#include "pipeline/look.h"
#include "pipeline/measure.h"
#include "target/source.h"

namespace lf::cli {

/// What the words after the command name: one live target, or files.
struct Subject {
  std::string url;  ///< empty where files are given
  std::vector<std::string> files;

  bool live() const { return files.empty(); }
};

/// Sorts the arguments out. Fails with kUsage: two targets, a target beside files, files for a command that takes none.
[[nodiscard]] Result<Subject> find_subject(const Run& run, const Command& command);

/// Everything a live command needs, wired together from the settings; lives as long as the command.
class Workplace {
 public:
  explicit Workplace(const Run& run);
  /// Fails with kUsage: bad URL, missing certificate, token or password file.
  [[nodiscard]] static Result<std::unique_ptr<Workplace>> open(const Run& run, const Subject& subject);

  pipeline::Environment& environment() { return environment_; }
  /// Only of a live subject.
  pipeline::Session& session() { return *session_; }
  pipeline::Progress& progress() { return progress_; }
  Clock& clock() { return clock_; }

 private:
  SystemClock clock_;
  Symbols symbols_;
  pipeline::Environment environment_;
  ProgressLine progress_;
  std::unique_ptr<target::HttpSource> source_;
  std::unique_ptr<pipeline::Session> session_;
};

/// What detection is told by the settings, the patterns file included. Fails with kUsage.
[[nodiscard]] Result<detect::DetectOptions> detect_options(const Run& run);

/// The settings of a look that takes `default_samples` where the user gave no number. Fails with kUsage.
[[nodiscard]] Result<pipeline::LookOptions> look_options(const Run& run, const Command& command,
                                                         std::size_t default_samples);

/// Checks what no single flag can: contradicting focus flags, thresholds that fall, forced collections of files; reads
/// the baseline.
[[nodiscard]] Result<void> check_settings(Run& run, const Command& command, const Subject& subject);

}  // namespace lf::cli
