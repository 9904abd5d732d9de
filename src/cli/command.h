#pragma once

#include <span>
#include <string_view>

#include "cli/baseline.h"
#include "cli/settings.h"
#include "cli/signals.h"
#include "cli/terminal.h"

namespace lf::cli {

/// What a command runs with: the words, the effective settings and the process around it.
struct Run {
  const CommandLine& line;
  Settings settings;
  const SignalStop& stop;
  Terminal out, err;
  std::vector<BaselineEntry> baseline = {};  ///< of -baseline

  const Options& options() const { return settings.options(); }
};

/// What a command works on.
enum class Input : std::uint8_t {
  kNothing,  ///< help, version, explain, completion
  kTarget,   ///< one live target
  kTargetOrFiles,
};

/// A row of the table of commands: dispatch, help, man page and completions come from it.
struct Command {
  std::string_view name;
  std::string_view arguments;  ///< "[TARGET | FILE...]"
  std::string_view brief;
  std::string_view detail;                     ///< paragraphs for `help COMMAND`
  std::span<const std::string_view> examples;  ///< "leakfinder check :8080"
  Input input = Input::kTargetOrFiles;
  /// Returns the exit code, or fails with an error whose code gives it.
  Result<int> (*run)(Run& run);
};

std::span<const Command> commands();
const Command* find_command(std::string_view name);
/// The usage error for a name that is no command, with the nearest that is.
Error unknown_command(std::string_view name);

// A file each.
Result<int> run_check(Run& run);
Result<int> run_analyze(Run& run);
Result<int> run_monitor(Run& run);
Result<int> run_compare(Run& run);
Result<int> run_filter(Run& run);
Result<int> run_patterns(Run& run);
Result<int> run_channels(Run& run);
Result<int> run_memory(Run& run);
Result<int> run_capture(Run& run);
Result<int> run_explain(Run& run);
Result<int> run_completion(Run& run);
Result<int> run_help(Run& run);
Result<int> run_version(Run& run);

}  // namespace lf::cli
