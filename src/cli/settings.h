#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/flag.h"
#include "cli/options.h"

namespace lf::cli {

/// One value given for a flag, and where: "flag", "LEAKFINDER_URL", "leakfinder.yaml:3".
struct Setting {
  const Flag* flag = nullptr;
  std::string value;
  std::string origin;
};

/// The words of a command line, sorted out; nothing is applied yet.
struct CommandLine {
  std::string command;                    ///< empty: none was given
  std::vector<std::string> arguments;     ///< targets and files
  std::vector<std::string> after_dashes;  ///< what followed `--`
  bool has_dashes = false;
  bool help = false;     ///< -h, -help anywhere before `--`
  bool version = false;  ///< -V, -version there
  std::vector<Setting> settings;
};

/// Sorts `words` (without the program's name) by Go's conventions. Fails with kUsage: unknown flag (with the nearest
/// right name), missing value, a value for what takes none.
[[nodiscard]] Result<CommandLine> parse_command_line(std::span<const std::string_view> words);

/// What the environment says: LEAKFINDER_<NAME>, and the seed's own names. `lookup` is getenv, or a test's.
using EnvironmentLookup = std::function<const char*(const char* name)>;
std::vector<Setting> environment_settings(const EnvironmentLookup& lookup);

/// The effective settings: file, then environment, then flags; the last of a flag wins, lists add up.
class Settings {
 public:
  /// `lowest_first`: the weakest origin first. Fails with kUsage; the message names flag and origin.
  [[nodiscard]] static Result<Settings> apply(std::vector<Setting> lowest_first);

  const Options& options() const { return options_; }
  Options& options() { return options_; }
  /// Whether somebody, anywhere, gave a value for the flag `name`.
  bool is_set(std::string_view name) const;
  /// "-url=http://h (flag)" for each value that is not a default; secrets are masked.
  std::vector<std::string> describe() const;

 private:
  Options options_;
  std::vector<Setting> settings_;
};

}  // namespace lf::cli
