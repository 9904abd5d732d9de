#include "cli/help.h"

#include <algorithm>

#include <unistd.h>

#include "base/format.h"
#include "base/text.h"
#include "cli/suggest.h"
#include "cli/version.h"
#include "report/columns.h"

namespace lf::cli {
namespace {

constexpr int kNameColumn = 32;

/// "  -name=VALUE" padded to the column, then the text wrapped beside it.
std::string row(std::string_view left, std::string_view text, int width, int column) {
  std::string line = format("  {}", left);
  if (static_cast<int>(line.size()) >= column) {
    line += '\n';
    line.append(static_cast<std::size_t>(column), ' ');
  } else {
    line.append(static_cast<std::size_t>(column) - line.size(), ' ');
  }
  return line + wrap(text, width - column, column) + '\n';
}

std::string flag_row(const Flag& flag, int width) {
  const std::string left =
      flag.kind == FlagKind::kBool ? format("-{}", flag.name) : format("-{}={}", flag.name, flag.value_name);
  std::string text(flag.brief);
  if (!flag.choices.empty()) {
    // Apart, so that a long list breaks.
    text += " (";
    for (const char c : flag.choices) text += c == '|' ? std::string(", ") : std::string(1, c);
    text += ')';
  }
  if (!flag.default_text.empty() && flag.default_text != "false") text += format(" [{}]", flag.default_text);
  return row(left, text, width, kNameColumn);
}

}  // namespace

std::string wrap(std::string_view text, int width, int indent) {
  std::string out;
  int column = 0;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    const int length = report::columns(word);
    if (column > 0 && column + 1 + length > std::max(width, 20)) {
      out += '\n';
      out.append(static_cast<std::size_t>(indent), ' ');
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += length;
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return out;
}

std::string general_help(int width) {
  std::string out = wrap(
      "LeakFinder finds goroutine leaks and memory leaks in Go programs that serve net/http/pprof, and in saved "
      "profiles, dumps and crash logs.",
      width, 0);
  out += "\n\nUsage:\n  leakfinder [flags] COMMAND [flags] [TARGET | FILE...]\n\n";
  out +=
      wrap("A target is a URL, host:port or :port; -url gives it too. Anything else is a file, - is stdin.", width, 0);
  out += "\n\nCommands:\n";
  for (const Command& command : commands()) out += row(command.name, command.brief, width, 14);
  for (const FlagCategory& category : flag_categories()) {
    out += format("\n{}:\n", category.title);
    for (const Flag& flag : category.flags) out += flag_row(flag, width);
  }
  out += '\n' + wrap(
                    "Every flag also comes from LEAKFINDER_<NAME> and from leakfinder.yaml: flag, environment, file, "
                    "default.",
                    width, 0);
  out += "\n\nExamples:\n";
  for (const Command& command : commands()) {
    if (command.input != Input::kNothing) out += format("  {}\n", command.examples.front());
  }
  return out + '\n' +
         wrap(
             "'leakfinder help COMMAND' tells all about one. Exit codes: 0 nothing found, 1 findings, 2 usage, "
             "3 could not read or write.",
             width, 0) +
         '\n';
}

std::string command_help(const Command& command, int width) {
  std::string out = format("{}\n\nUsage:\n  leakfinder {} [flags]{}{}\n\n{}\n",
                           wrap(format("leakfinder {}: {}", command.name, command.brief), width, 0), command.name,
                           command.arguments.empty() ? "" : " ", command.arguments, wrap(command.detail, width, 0));
  std::string own;
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) {
      if (is_own_flag(flag, command.name)) own += flag_row(flag, width);
    }
  }
  if (!own.empty()) out += format("\nIts own flags:\n{}", own);
  out += "\nExamples:\n";
  for (const std::string_view example : command.examples) out += format("  {}\n", example);
  return out + "\n'leakfinder help' lists the flags that all commands share.\n";
}

Result<int> run_help(Run& run) {
  FdSink out(STDOUT_FILENO);
  std::string text;
  if (run.line.arguments.empty()) {
    text = general_help(run.out.width);
  } else {
    const Command* command = find_command(run.line.arguments.front());
    if (command == nullptr) {
      return std::unexpected(unknown_command(run.line.arguments.front()));
    }
    text = command_help(*command, run.out.width);
  }
  if (Result<void> written = out.write(text); !written) return std::unexpected(std::move(written.error()));
  return 0;
}

Result<int> run_version(Run& /*run*/) {
  FdSink out(STDOUT_FILENO);
  if (Result<void> written = out.write(format("leakfinder {}\n", version())); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return 0;
}

}  // namespace lf::cli
