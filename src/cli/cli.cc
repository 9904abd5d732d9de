#include "cli/cli.h"

#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/format.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/config_file.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/settings.h"
#include "target/url.h"

namespace lf::cli {
namespace {

constexpr const char* kDefaultConfig = "leakfinder.yaml";

/// The configuration file's settings: of -config, of LEAKFINDER_CONFIG, or of leakfinder.yaml where there is one.
Result<std::vector<Setting>> config_settings_for(const CommandLine& line, const std::vector<Setting>& environment,
                                                 const Stop& stop) {
  std::string path;
  const auto look_for = [&](const std::vector<Setting>& settings) {
    for (const Setting& setting : settings) {
      if (setting.flag->name == "config") path = setting.value;
    }
  };
  look_for(environment);
  look_for(line.settings);
  if (!path.empty()) return config_file_settings(path, stop);
  if (access(kDefaultConfig, F_OK) != 0) return std::vector<Setting>{};
  return config_file_settings(kDefaultConfig, stop);
}

/// File, then environment, then flags.
Result<Settings> effective_settings(const CommandLine& line, const Stop& stop) {
  std::vector<Setting> environment = environment_settings([](const char* name) { return std::getenv(name); });
  Result<std::vector<Setting>> all = config_settings_for(line, environment, stop);
  if (!all) return std::unexpected(std::move(all.error()));
  all->insert(all->end(), environment.begin(), environment.end());
  all->insert(all->end(), line.settings.begin(), line.settings.end());
  return Settings::apply(std::move(*all));
}

Result<int> dispatch(const CommandLine& line, const SignalStop& stop) {
  const Terminal out = look_at_terminal(STDOUT_FILENO);
  const Terminal err = look_at_terminal(STDERR_FILENO);
  const Command* command = find_command(line.help ? "help" : line.version ? "version" : line.command);
  if (line.help && !line.command.empty()) {
    if (find_command(line.command) == nullptr) return std::unexpected(unknown_command(line.command));
    CommandLine asked;
    asked.arguments.push_back(line.command);
    Run run{asked, {}, stop, out, err};
    return command->run(run);
  }
  if (command == nullptr && line.command.empty()) {
    std::string names;
    for (const Command& known : commands()) names += format("{}{}", names.empty() ? "" : ", ", known.name);
    return fail(ErrorCode::kUsage, format("no command given, of {}: try 'leakfinder check'", names));
  }
  if (command == nullptr) return std::unexpected(unknown_command(line.command));
  if (command->input == Input::kNothing) {
    Run run{line, {}, stop, out, err};
    return command->run(run);
  }
  Result<Settings> settings = effective_settings(line, stop);
  if (!settings) return std::unexpected(std::move(settings.error()));
  Run run{line, std::move(*settings), stop, out, err};
  if (run.options().verbose) {
    for (const std::string& setting : run.settings.describe()) complain(setting);
    for (const std::string& argument : line.arguments) {
      complain(format("{} (argument)",
                      target::looks_like_target(argument) ? target::without_credentials(argument) : visible(argument)));
    }
  }
  return command->run(run);
}

}  // namespace

int run(std::span<char* const> arguments) try {
  std::vector<std::string_view> words;
  for (std::size_t i = 1; i < arguments.size(); ++i) words.emplace_back(arguments[i]);
  const SignalStop stop;
  const Result<CommandLine> line = parse_command_line(words);
  const Result<int> code = line ? dispatch(*line, stop) : std::unexpected(line.error());
  if (code) return *code;
  complain(code.error().message);
  if (code.error().code != ErrorCode::kUsage && stop.signal() != 0) return 128 + stop.signal();
  return exit_code_of(code.error().code);
} catch (const std::bad_alloc&) {
  // Caught so that the terminal and the report files are left whole.
  complain("out of memory: -max-body and -max-goroutines bound what is kept");
  return kExitUnreadable;
} catch (const std::exception& error) {
  complain(format("a fault of leakfinder's own: {}", visible(error.what())));
  return kExitUnreadable;
}

}  // namespace lf::cli
