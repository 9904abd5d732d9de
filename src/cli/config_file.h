#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/stop.h"
#include "cli/settings.h"

namespace lf::cli {

/// The settings of a YAML file whose keys are flag names (`-config`, leakfinder.yaml); a value may be a list. Fails
/// with kUsage, naming file and line: unreadable, no mapping, an unknown or repeated key.
[[nodiscard]] Result<std::vector<Setting>> config_file_settings(const std::string& path, const Stop& stop);
/// The same from text; `name` stands in messages.
[[nodiscard]] Result<std::vector<Setting>> config_settings(const std::string& text, std::string_view name);

/// The user's patterns.
struct Patterns {
  std::vector<detect::PatternSpec> suspicious, safe;
};

/// Reads `-patterns-file`: `suspicious:` and `safe:` (or `suspicious_patterns:`, `safe_patterns:`), lists of strings or
/// of {pattern, reason}. Fails with kUsage, naming file and line.
[[nodiscard]] Result<Patterns> read_patterns_file(const std::string& path, const Stop& stop);
[[nodiscard]] Result<Patterns> parse_patterns(const std::string& text, std::string_view name);

}  // namespace lf::cli
