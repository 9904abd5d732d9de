#include "cli/config_file.h"

#include <algorithm>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "base/format.h"
#include "base/text.h"
#include "cli/suggest.h"
#include "cli/yaml_text.h"

namespace lf::cli {
namespace {

/// The scalars of a value: itself, or its items.
Result<std::vector<std::string>> scalars(const YAML::Node& value, std::string_view name) {
  std::vector<std::string> values;
  if (value.IsScalar()) {
    values.push_back(value.Scalar());
  } else if (value.IsSequence()) {
    for (const YAML::Node& item : value) {
      if (!item.IsScalar()) return yaml_error(name, item.Mark(), "expected a list of texts");
      values.push_back(item.Scalar());
    }
  } else {
    return yaml_error(name, value.Mark(), "expected a value or a list of values");
  }
  return values;
}

Result<void> add_setting(const YAML::Node& key, const YAML::Node& value, std::string_view name,
                         std::vector<Setting>& settings) {
  std::string flag_name = key_text(key);
  for (char& c : flag_name) c = c == '_' ? '-' : c;
  const Flag* flag = find_flag(flag_name);
  if (flag == nullptr || flag->name == "config") {
    std::vector<std::string_view> known;
    for (const FlagCategory& category : flag_categories()) {
      for (const Flag& candidate : category.flags) known.push_back(candidate.name);
    }
    const std::string_view meant = nearest(flag_name, known);
    return std::unexpected(unknown_yaml_key(
        name, key, meant.empty() ? "keys are the flags' names" : format("did you mean \"{}\"?", meant)));
  }
  if (std::ranges::find(settings, flag, &Setting::flag) != settings.end()) {
    return yaml_error(name, key.Mark(), format("\"{}\" stands twice", flag->name));
  }
  Result<std::vector<std::string>> values = scalars(value, name);
  if (!values) return std::unexpected(std::move(values.error()));
  if (values->size() != 1 && flag->kind != FlagKind::kList) {
    return yaml_error(name, value.Mark(), format("\"{}\" takes one value", flag->name));
  }
  for (std::string& text : *values) {
    settings.push_back({flag, std::move(text), format("{}:{}", name, key.Mark().line + 1)});
  }
  return {};
}

Result<void> add_pattern(const YAML::Node& item, std::string_view name, std::vector<detect::PatternSpec>& patterns) {
  if (item.IsScalar()) {
    patterns.push_back({item.Scalar(), {}});
    return {};
  }
  if (!item.IsMap()) return yaml_error(name, item.Mark(), "expected a pattern, or {pattern: …, reason: …}");
  detect::PatternSpec pattern;
  for (const auto& entry : item) {
    const std::string key = key_text(entry.first);
    if ((key != "pattern" && key != "reason") || !entry.second.IsScalar()) {
      return std::unexpected(unknown_yaml_key(name, entry.first, "expected pattern and reason, both texts"));
    }
    (key == "pattern" ? pattern.pattern : pattern.reason) = entry.second.Scalar();
  }
  if (pattern.pattern.empty()) return yaml_error(name, item.Mark(), "the pattern is missing");
  patterns.push_back(std::move(pattern));
  return {};
}

}  // namespace

Result<std::vector<Setting>> config_settings(const std::string& text, std::string_view name) {
  const Result<YAML::Node> root = load_yaml(text, name);
  if (!root) return std::unexpected(root.error());
  std::vector<Setting> settings;
  const Result<void> walked = walk_mapping(*root, name, [&](const YAML::Node& key, const YAML::Node& value) {
    return add_setting(key, value, name, settings);
  });
  if (!walked) return std::unexpected(walked.error());
  return settings;
}

Result<std::vector<Setting>> config_file_settings(const std::string& path, const Stop& stop) {
  Result<std::string> text = read_text_file(path, stop);
  if (!text) return std::unexpected(std::move(text.error()));
  return config_settings(*text, path);
}

Result<Patterns> parse_patterns(const std::string& text, std::string_view name) {
  const Result<YAML::Node> root = load_yaml(text, name);
  if (!root) return std::unexpected(root.error());
  Patterns patterns;
  const Result<void> walked =
      walk_mapping(*root, name, [&](const YAML::Node& key, const YAML::Node& value) -> Result<void> {
        const std::string word = key_text(key);
        const bool suspicious = word == "suspicious" || word == "suspicious_patterns";
        if (!suspicious && word != "safe" && word != "safe_patterns") {
          return std::unexpected(unknown_yaml_key(name, key, "expected suspicious or safe"));
        }
        if (value.IsNull()) return {};
        if (!value.IsSequence()) return yaml_error(name, value.Mark(), "expected a list");
        for (const YAML::Node& item : value) {
          if (Result<void> added = add_pattern(item, name, suspicious ? patterns.suspicious : patterns.safe); !added) {
            return added;
          }
        }
        return {};
      });
  if (!walked) return std::unexpected(walked.error());
  return patterns;
}

Result<Patterns> read_patterns_file(const std::string& path, const Stop& stop) {
  Result<std::string> text = read_text_file(path, stop);
  if (!text) return std::unexpected(std::move(text.error()));
  return parse_patterns(*text, path);
}

}  // namespace lf::cli
