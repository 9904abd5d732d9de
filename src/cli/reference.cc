#include "cli/reference.h"

#include "base/format.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/flag.h"

namespace lf::cli {
namespace {

/// Our own words in a table cell or a paragraph: nothing of them is taken for markup.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*' || c == '_') out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) {
  if (text.empty()) return {};
  std::string out = "`";
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out + '`';
}

std::string command_part(const Command& command) {
  std::string out = format("### {}\n\n`leakfinder {}{}{}{}`\n\n{}\n\n```text\n", command.name, command.name,
                           command.input == Input::kNothing ? "" : " [flags]", command.arguments.empty() ? "" : " ",
                           command.arguments, cell(command.detail));
  for (const std::string_view example : command.examples) out += format("{}\n", example);
  out += "```\n\n";
  std::string own;
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) {
      if (is_own_flag(flag, command.name)) own += format("{}`-{}`", own.empty() ? "" : ", ", flag.name);
    }
  }
  return own.empty() ? out : out + format("Its own flags: {}.\n\n", own);
}

std::string flag_row(const Flag& flag) {
  std::string name = format("-{}", flag.name);
  if (flag.kind != FlagKind::kBool) name += format("={}", flag.value_name);
  std::string text = cell(flag.brief);
  if (!flag.choices.empty()) text += format(" ({})", code(flag.choices));
  if (flag.kind == FlagKind::kList) text += "; several add up";
  if (!flag.environment.empty()) text += format("; also from {}", code(flag.environment));
  std::string only;
  for (const char c : flag.commands) only += c == ' ' ? std::string(", ") : std::string(1, c);
  return format("| {} | {} | {} | {} |\n", code(name), code(flag.default_text), only, text);
}

constexpr std::string_view kHead =
    "<!-- Made by scripts/regen_docs from the tables in src/cli: edit those. -->\n"
    "# Command line\n\n"
    "`leakfinder [flags] COMMAND [flags] [TARGET | FILE...]`\n\n"
    "A positional argument is a target when it is a URL, `host:port` or `:port`; else it is a file, and `-` is the "
    "standard\ninput.\n\n## Commands\n\n| command | does |\n|---|---|\n";

constexpr std::string_view kFlags =
    "## Flags\n\n"
    "Flags follow Go's conventions: `-name=value`, `-name value`, `--name`; booleans `-name`, `-name=false`; before "
    "and after\nthe command; `--` ends them. Durations are `500ms`, `1m30s`, `2h`; sizes are MiB unless a unit is "
    "given: `512MiB`,\n`2GiB`, `1GB`. Of a repeated flag the last value wins; lists add up.\n\n"
    "Every flag also comes from `LEAKFINDER_<NAME>` (upper case, underscores for dashes) and, by its name, from the "
    "YAML file\nof `-config`. A flag wins over the environment, the environment over the file, the file over the "
    "default.\n\n";

}  // namespace

std::string markdown_reference() {
  std::string out(kHead);
  for (const Command& command : commands()) {
    out += format("| [`{}`](#{}) | {} |\n", command.name, command.name, cell(command.brief));
  }
  out += '\n';
  for (const Command& command : commands()) out += command_part(command);
  out += kFlags;
  for (const FlagCategory& category : flag_categories()) {
    out += format("### {}\n\n| flag | default | only for | meaning |\n|---|---|---|---|\n", category.title);
    for (const Flag& flag : category.flags) out += flag_row(flag);
    out += '\n';
  }
  out += "## Exit codes\n\n| code | meaning |\n|---|---|\n";
  for (const ExitMeaning& meaning : exit_meanings()) {
    out += format("| {} | {} |\n", meaning.code, cell(meaning.brief));
  }
  return out;
}

}  // namespace lf::cli
