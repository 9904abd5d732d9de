#include "cli/config_file.h"

#include <set>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "base/format.h"
#include "base/text.h"
#include "cli/suggest.h"
#include "target/source.h"

namespace lf::cli {
namespace {

constexpr std::uint64_t kLargestFile = 4ULL << 20;

std::unexpected<Error> wrong(std::string_view name, const YAML::Mark& mark, std::string_view message) {
  const std::string where = mark.line >= 0 ? format("{}:{}", visible(name), mark.line + 1) : visible(name);
  return fail(ErrorCode::kUsage, format("{}: {}", where, message));
}

Result<std::string> read_text(const std::string& path) {
  std::string text;
  const Result<std::uint64_t> read = target::read_file(path, kLargestFile, [&](std::span<const std::byte> chunk) {
    text.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return true;
  });
  if (!read) return fail(ErrorCode::kUsage, read.error().message);
  return text;
}

/// yaml-cpp throws; nothing of it leaves this file.
Result<YAML::Node> load(const std::string& text, std::string_view name) {
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    return wrong(name, error.mark, format("not valid YAML: {}", visible(error.msg)));
  } catch (const std::exception&) {
    return wrong(name, YAML::Mark::null_mark(), "not valid YAML");
  }
}

std::string key_of(const YAML::Node& key) {
  return key.IsScalar() ? key.Scalar() : std::string("?");
}

Error unknown_key(std::string_view name, const YAML::Node& key, std::string_view expected) {
  return wrong(name, key.Mark(), format("unknown key \"{}\": {}", visible(key_of(key)), expected)).error();
}

/// The scalars of a value: itself, or its items.
Result<std::vector<std::string>> scalars(const YAML::Node& value, std::string_view name) {
  std::vector<std::string> values;
  if (value.IsScalar()) {
    values.push_back(value.Scalar());
  } else if (value.IsSequence()) {
    for (const YAML::Node& item : value) {
      if (!item.IsScalar()) return wrong(name, item.Mark(), "expected a list of texts");
      values.push_back(item.Scalar());
    }
  } else {
    return wrong(name, value.Mark(), "expected a value or a list of values");
  }
  return values;
}

Result<void> add_setting(const YAML::Node& key, const YAML::Node& value, std::string_view name,
                         std::vector<Setting>& settings) {
  std::string flag_name = key_of(key);
  for (char& c : flag_name) c = c == '_' ? '-' : c;
  const Flag* flag = find_flag(flag_name);
  if (flag == nullptr || flag->name == "config") {
    std::vector<std::string_view> known;
    for (const FlagCategory& category : flag_categories()) {
      for (const Flag& candidate : category.flags) known.push_back(candidate.name);
    }
    const std::string_view meant = nearest(flag_name, known);
    return std::unexpected(
        unknown_key(name, key, meant.empty() ? "keys are the flags' names" : format("did you mean \"{}\"?", meant)));
  }
  Result<std::vector<std::string>> values = scalars(value, name);
  if (!values) return std::unexpected(std::move(values.error()));
  if (values->size() != 1 && flag->kind != FlagKind::kList) {
    return wrong(name, value.Mark(), format("\"{}\" takes one value", flag->name));
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
  if (!item.IsMap()) return wrong(name, item.Mark(), "expected a pattern, or {pattern: …, reason: …}");
  detect::PatternSpec pattern;
  for (const auto& entry : item) {
    const std::string key = key_of(entry.first);
    if ((key != "pattern" && key != "reason") || !entry.second.IsScalar()) {
      return std::unexpected(unknown_key(name, entry.first, "expected pattern and reason, both texts"));
    }
    (key == "pattern" ? pattern.pattern : pattern.reason) = entry.second.Scalar();
  }
  if (pattern.pattern.empty()) return wrong(name, item.Mark(), "the pattern is missing");
  patterns.push_back(std::move(pattern));
  return {};
}

/// Walks a mapping whose keys must differ; `visit` gets key and value.
template <class Visit>
Result<void> walk_mapping(const YAML::Node& root, std::string_view name, Visit&& visit) {
  if (root.IsNull()) return {};
  if (!root.IsMap()) return wrong(name, root.Mark(), "expected a mapping, key: value");
  std::set<std::string> seen;
  for (const auto& entry : root) {
    if (!seen.insert(key_of(entry.first)).second) {
      return wrong(name, entry.first.Mark(), format("\"{}\" stands twice", visible(key_of(entry.first))));
    }
    if (Result<void> visited = visit(entry.first, entry.second); !visited) return visited;
  }
  return {};
}

}  // namespace

Result<std::vector<Setting>> config_settings(const std::string& text, std::string_view name) {
  const Result<YAML::Node> root = load(text, name);
  if (!root) return std::unexpected(root.error());
  std::vector<Setting> settings;
  const Result<void> walked = walk_mapping(*root, name, [&](const YAML::Node& key, const YAML::Node& value) {
    return add_setting(key, value, name, settings);
  });
  if (!walked) return std::unexpected(walked.error());
  return settings;
}

Result<std::vector<Setting>> config_file_settings(const std::string& path) {
  Result<std::string> text = read_text(path);
  if (!text) return std::unexpected(std::move(text.error()));
  return config_settings(*text, path);
}

Result<Patterns> parse_patterns(const std::string& text, std::string_view name) {
  const Result<YAML::Node> root = load(text, name);
  if (!root) return std::unexpected(root.error());
  Patterns patterns;
  const Result<void> walked =
      walk_mapping(*root, name, [&](const YAML::Node& key, const YAML::Node& value) -> Result<void> {
        const std::string word = key_of(key);
        const bool suspicious = word == "suspicious" || word == "suspicious_patterns";
        if (!suspicious && word != "safe" && word != "safe_patterns") {
          return std::unexpected(unknown_key(name, key, "expected suspicious or safe"));
        }
        if (value.IsNull()) return {};
        if (!value.IsSequence()) return wrong(name, value.Mark(), "expected a list");
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

Result<Patterns> read_patterns_file(const std::string& path) {
  Result<std::string> text = read_text(path);
  if (!text) return std::unexpected(std::move(text.error()));
  return parse_patterns(*text, path);
}

}  // namespace lf::cli
