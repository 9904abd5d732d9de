#include "cli/settings.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "cli/suggest.h"
#include "target/url.h"

namespace lf::cli {
namespace {

Error unknown_flag(std::string_view name) {
  std::vector<std::string_view> known;
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) known.push_back(flag.name);
  }
  const std::string_view meant = nearest(name, known);
  std::string message = format("unknown flag -{}", visible(name));
  message += meant.empty() ? "; 'leakfinder help' lists them" : format(": did you mean -{}?", meant);
  return {ErrorCode::kUsage, std::move(message), {}};
}

/// Takes the flag at words[at] apart and adds it; moves `at` past a value in the next word.
Result<void> take_flag(std::span<const std::string_view> words, std::size_t& at, CommandLine& line) {
  std::string_view word = words[at];
  word.remove_prefix(word.starts_with("--") ? 2 : 1);
  const std::size_t equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  if (name == "h" || name == "help") {
    line.help = true;
    return {};
  }
  if (name == "version" || name == "V") {
    line.version = true;
    return {};
  }
  const Flag* flag = find_flag(name);
  if (flag == nullptr) return std::unexpected(unknown_flag(name));
  std::string value = "true";
  if (equals != std::string_view::npos) {
    value = word.substr(equals + 1);
  } else if (flag->kind != FlagKind::kBool) {
    if (at + 1 >= words.size())
      return fail(ErrorCode::kUsage, format("-{} needs a value: -{}={}", name, name, flag->value_name));
    value = words[++at];
  }
  line.settings.push_back({flag, std::move(value), "flag"});
  return {};
}

/// `settings` with the values of -fail-on that are of one origin as one list, at the place of the last: repeated it
/// adds up, yet a stronger origin replaces a weaker one, as with any other value.
std::vector<Setting> join_fail_on(std::vector<Setting> settings) {
  std::vector<Setting> joined;
  for (Setting& setting : settings) {
    const auto same = std::ranges::find_if(joined, [&](const Setting& known) {
      return setting.flag->name == "fail-on" && known.flag == setting.flag && known.origin == setting.origin;
    });
    if (same != joined.end()) {
      setting.value = format("{},{}", same->value, setting.value);
      joined.erase(same);
    }
    joined.push_back(std::move(setting));
  }
  return joined;
}

}  // namespace

Result<CommandLine> parse_command_line(std::span<const std::string_view> words) {
  CommandLine line;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string_view word = words[at];
    if (word == "--") {
      line.has_dashes = true;
      line.after_dashes.assign(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
      break;
    }
    if (word.size() > 1 && word.front() == '-') {
      if (Result<void> taken = take_flag(words, at, line); !taken) return std::unexpected(std::move(taken.error()));
    } else if (line.command.empty()) {
      line.command = word;
    } else {
      line.arguments.emplace_back(word);
    }
  }
  return line;
}

std::vector<Setting> environment_settings(const EnvironmentLookup& lookup) {
  std::vector<Setting> settings;
  const auto add = [&](const Flag& flag, const std::string& name) {
    if (const char* value = lookup(name.c_str()); value != nullptr && *value != '\0') {
      settings.push_back({&flag, value, name});
    }
  };
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) {
      if (!flag.environment.empty()) add(flag, std::string(flag.environment));
      add(flag, environment_name(flag));
    }
  }
  return settings;
}

Result<Settings> Settings::apply(std::vector<Setting> lowest_first) {
  Settings settings;
  settings.settings_ = join_fail_on(std::move(lowest_first));
  for (const Setting& setting : settings.settings_) {
    const Result<void> applied = setting.flag->apply(settings.options_, setting.value);
    if (applied) continue;
    const std::string& message = applied.error().message;
    if (setting.origin == "flag") return fail(ErrorCode::kUsage, format("-{}: {}", setting.flag->name, message));
    return fail(ErrorCode::kUsage, format("{}: {}: {}", visible(setting.origin), setting.flag->name, message));
  }
  return settings;
}

bool Settings::is_set(std::string_view name) const {
  return std::ranges::any_of(settings_, [&](const Setting& setting) { return setting.flag->name == name; });
}

std::vector<std::string> Settings::describe() const {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < settings_.size(); ++i) {
    const Setting& setting = settings_[i];
    const auto overridden = [&](const Setting& later) { return later.flag == setting.flag; };
    const auto rest = std::ranges::subrange(settings_.begin() + static_cast<std::ptrdiff_t>(i) + 1, settings_.end());
    if (setting.flag->kind != FlagKind::kList && std::ranges::any_of(rest, overridden)) continue;
    const std::string shown = setting.flag->secret                    ? "***"
                              : setting.flag->hint == ValueHint::kUrl ? target::without_credentials(setting.value)
                                                                      : setting.value;
    lines.push_back(format("-{}={} ({})", setting.flag->name, visible(shown), visible(setting.origin)));
  }
  return lines;
}

}  // namespace lf::cli
