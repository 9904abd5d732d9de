#include "base/format.h"
#include "cli/completion.h"

namespace lf::cli {
namespace {

using namespace completion;

// How bash hands a command line over: -name=value comes in three words where COMP_WORDBREAKS holds "=" (as it does by
// default), and a reply then replaces only the last of them. The head puts the words together again. Files and folders
// are left to readline, which knows ~ and quotes.
constexpr std::string_view kHead = R"(# bash completion for leakfinder, made by `leakfinder completion bash`.
# For this shell: source <(leakfinder completion bash)

_leakfinder() {
  local -a words=()
  local i piece last='' name='' value='' prefix='' command='' flags=''
  COMPREPLY=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    piece=${COMP_WORDS[i]}
    if [[ ${#words[@]} -gt 0 && ($piece == "=" || $last == "=") ]]; then
      words[${#words[@]} - 1]+=$piece
    else
      words+=("$piece")
    fi
    last=$piece
  done
  local count=${#words[@]}
  local current=${words[count - 1]}
)";

constexpr std::string_view kFindCommand = R"(
  for ((i = 0; i < count - 1; i++)); do
    case ${words[i]} in
      --)
        if [[ $command == compare ]]; then
          COMPREPLY=($(compgen -c -f -- "$current"))
        else
          compopt -o default
        fi
        return
        ;;
      -*=*) ;;
      -*) [[ $takes_value == *" ${words[i]#"${words[i]%%[!-]*}"} "* ]] && ((i++)) ;;
      *) [[ -z $command && $commands == *" ${words[i]} "* ]] && command=${words[i]} ;;
    esac
  done

  if [[ $current == -*=* ]]; then
    name=${current%%=*} value=${current#*=}
    [[ $COMP_WORDBREAKS == *=* ]] || prefix=$name=
  elif ((count > 1)) && [[ ${words[count - 2]} == -* ]]; then
    name=${words[count - 2]} value=$current
    [[ $takes_value == *" ${name#"${name%%[!-]*}"} "* ]] || name=''
  fi
  name=${name#"${name%%[!-]*}"}
)";

std::string value_case(const Flag& flag) {
  std::string action;
  if (flag.kind == FlagKind::kBool) {
    action = "COMPREPLY=($(compgen -P \"$prefix\" -W 'true false' -- \"$value\"))";
  } else if (takes_several(flag)) {
    action = format("COMPREPLY=($(compgen -P \"$prefix${{value%\"${{value##*,}}\"}}\" -W '{}' -- \"${{value##*,}}\"))",
                    joined(choices(flag), " "));
  } else if (!flag.choices.empty()) {
    action = format("COMPREPLY=($(compgen -P \"$prefix\" -W '{}' -- \"$value\"))", joined(choices(flag), " "));
  } else if (flag.hint == ValueHint::kFile) {
    action = "compopt -o default";
  } else if (flag.hint == ValueHint::kFolder) {
    action = "compopt -o dirnames";
  } else {
    return {};
  }
  return format("    {}) {} ;;\n", flag.name, action);
}

std::string flag_word(const Flag& flag) {
  return format("-{}{}", flag.name, flag.kind == FlagKind::kBool ? "" : "=");
}

/// The flags that belong to no command alone where `command` is empty, else those of that command alone.
std::string flag_words(std::string_view command) {
  std::vector<std::string> words;
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) {
      if (command.empty() ? flag.commands.empty() : is_own_flag(flag, command)) words.push_back(flag_word(flag));
    }
  }
  return joined(words, " ");
}

std::string every_flag_word() {
  std::vector<std::string> words;
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) words.push_back(flag_word(flag));
  }
  return joined(words, " ");
}

}  // namespace

std::string bash_completion() {
  std::string out(kHead);
  out += format("  local commands=' {} '\n  local takes_value=' {} '\n", joined(command_names(), " "),
                joined(value_flag_names(), " "));
  out += kFindCommand;
  out += "  case $name in\n    '') ;;\n";
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) out += value_case(flag);
  }
  out += "  esac\n  [[ -n $name ]] && return\n\n  if [[ $current == -* ]]; then\n";
  out += format("    flags='{}'\n    case $command in\n      '') flags='{}' ;;\n", flag_words({}), every_flag_word());
  for (const Command& command : commands()) {
    if (const std::string own = flag_words(command.name); !own.empty()) {
      out += format("      {}) flags+=' {}' ;;\n", command.name, own);
    }
  }
  out +=
      "    esac\n    COMPREPLY=($(compgen -W \"$flags\" -- \"$current\"))\n"
      "    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n    return\n  fi\n\n"
      "  case $command in\n    '') COMPREPLY=($(compgen -W \"$commands\" -- \"$current\")) ;;\n";
  for (const Command& command : commands()) {
    if (const std::vector<std::string> words = argument_words(command); !words.empty()) {
      out += format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$current\")) ;;\n", command.name, joined(words, " "));
    } else if (command.input == Input::kTargetOrFiles) {
      out += format("    {}) compopt -o default ;;\n", command.name);
    }
  }
  return out + "  esac\n}\ncomplete -F _leakfinder leakfinder\n";
}

}  // namespace lf::cli
