#include "base/format.h"
#include "cli/completion.h"

namespace lf::cli {
namespace {

using namespace completion;

constexpr std::string_view kHead = R"(#compdef leakfinder
# zsh completion for leakfinder, made by `leakfinder completion zsh`.
# Put it into a folder of $fpath as _leakfinder, or: source <(leakfinder completion zsh)

_leakfinder() {
  local curcontext=$curcontext command='' word state line
  local -A opt_args
  local -a specs
  local -i at
)";

constexpr std::string_view kFindCommand = R"(
  for ((at = 2; at < CURRENT; at++)); do
    word=$words[at]
    case $word in
      --)
        if [[ $command == compare ]]; then
          shift $at words
          ((CURRENT -= at))
          _normal
        else
          _files
        fi
        return
        ;;
      -*=*) ;;
      -*) ((${takes_value[(Ie)${${word#-}#-}]})) && ((at++)) ;;
      *) [[ -z $command ]] && ((${commands[(Ie)$word]})) && command=$word ;;
    esac
  done
)";

/// For the inside of an _arguments spec: colons part its fields, brackets end the description.
std::string spec_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string value_action(const Flag& flag) {
  if (takes_several(flag)) return format("_values -s , {} {}", spec_text(flag.value_name), joined(choices(flag), " "));
  if (!flag.choices.empty()) return format("({})", joined(choices(flag), " "));
  if (flag.hint == ValueHint::kFile) return "_files";
  if (flag.hint == ValueHint::kFolder) return "_files -/";
  return " ";
}

/// "*-name=[what it is for]:VALUE:action", in quotes; the star where it may be repeated.
std::string flag_spec(const Flag& flag) {
  const std::string_view star = flag.kind == FlagKind::kList ? "*" : "";
  if (flag.kind == FlagKind::kBool) {
    // A value comes only behind the equals sign, and need not come.
    return shell_quoted(format("-{}=-[{}]::BOOL:(true false)", flag.name, spec_text(flag.brief)));
  }
  return shell_quoted(format("{}-{}=[{}]:{}:{}", star, flag.name, spec_text(flag.brief), spec_text(flag.value_name),
                             value_action(flag)));
}

std::string common_specs() {
  std::string out;
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) {
      if (flag.commands.empty()) out += format("    {}\n", flag_spec(flag));
    }
  }
  return out;
}

std::string own_specs(std::string_view command) {
  std::string out;
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) {
      const bool wanted = command.empty() ? !flag.commands.empty() : is_own_flag(flag, command);
      if (wanted) out += format("        {}\n", flag_spec(flag));
    }
  }
  return out;
}

std::string argument_spec(const Command& command) {
  const std::vector<std::string> words = argument_words(command);
  if (!words.empty()) return shell_quoted(format("*:{}:({})", command.name, joined(words, " ")));
  if (command.input == Input::kTargetOrFiles) return "'*:target or file:_files'";
  return {};
}

}  // namespace

std::string zsh_completion() {
  std::string out(kHead);
  out += format("  local -a commands=({})\n  local -a takes_value=({})\n", joined(command_names(), " "),
                joined(value_flag_names(), " "));
  out += kFindCommand;
  out += format("\n  specs=(\n{}  )\n  case $command in\n    '')\n      specs+=(\n{}", common_specs(), own_specs({}));
  out += "        '1:command:->command'\n      )\n      ;;\n";
  for (const Command& command : commands()) {
    const std::string argument = argument_spec(command);
    const std::string own = own_specs(command.name);
    // The command itself is the first word that is no flag.
    out += format("    {})\n      specs+=(\n{}        '1: : '\n", command.name, own);
    if (!argument.empty()) out += format("        {}\n", argument);
    out += "      )\n      ;;\n";
  }
  out +=
      "  esac\n  _arguments -C \"$specs[@]\" && return 0\n  if [[ $state == command ]]; then\n    local -a "
      "described=(\n";
  for (const Command& command : commands()) {
    out += format("      {}\n", shell_quoted(format("{}:{}", command.name, spec_text(command.brief))));
  }
  return out +
         "    )\n    _describe -t commands command described && return 0\n  fi\n  return 1\n}\n\n"
         "if [[ $funcstack[1] == _leakfinder ]]; then\n  _leakfinder \"$@\"\nelse\n  compdef _leakfinder "
         "leakfinder\nfi\n";
}

}  // namespace lf::cli
