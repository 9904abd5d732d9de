#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "base/error.h"
#include "base/format.h"
#include "base/stop.h"
#include "base/text.h"

// The one place that touches yaml-cpp's exceptions, and the checks it leaves to its users: repeated and unknown keys.

namespace lf::cli {

/// A usage error at a place of a YAML file.
std::unexpected<Error> yaml_error(std::string_view name, const YAML::Mark& mark, std::string_view message);

/// Reads `text`; nothing of yaml-cpp is thrown. Fails with kUsage, naming the line.
[[nodiscard]] Result<YAML::Node> load_yaml(const std::string& text, std::string_view name);

/// The whole of a small text file, or of what a pipe gives until `stop` is requested. Fails with kUsage, kInterrupted.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path, const Stop& stop);

/// A key's text, "?" where it is no scalar.
std::string key_text(const YAML::Node& key);

/// The error for a key that has no business there.
Error unknown_yaml_key(std::string_view name, const YAML::Node& key, std::string_view expected);

/// Walks a mapping whose keys must differ; `visit(key, value)` returns Result<void>. An empty document is an empty one.
template <class Visit>
Result<void> walk_mapping(const YAML::Node& root, std::string_view name, Visit&& visit) {
  if (root.IsNull()) return {};
  if (!root.IsMap()) return yaml_error(name, root.Mark(), "expected a mapping, key: value");
  std::set<std::string> seen;
  for (const auto& entry : root) {
    if (!seen.insert(key_text(entry.first)).second) {
      return yaml_error(name, entry.first.Mark(), format("\"{}\" stands twice", visible(key_text(entry.first))));
    }
    if (Result<void> visited = visit(entry.first, entry.second); !visited) return visited;
  }
  return {};
}

}  // namespace lf::cli
