#include "base/format.h"
#include "cli/completion.h"

namespace lf::cli {
namespace {

using namespace completion;

constexpr std::string_view kHead = R"(# fish completion for leakfinder, made by `leakfinder completion fish`.
# For this shell: leakfinder completion fish | source

)";

constexpr std::string_view kFunctions = R"(
# Prints the command that was typed; fails where there is none yet.
function __leakfinder_command
    set -l words (commandline -opc)
    set -e words[1]
    set -l skip 0
    for word in $words
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case --
                return 1
            case '-*=*'
            case '-*'
                if contains -- (string replace -r -- '^-+' '' $word) $__leakfinder_takes_value
                    set skip 1
                end
            case '*'
                if contains -- $word $__leakfinder_commands
                    echo $word
                    return 0
                end
        end
    end
    return 1
end

# Whether the command is one of these.
function __leakfinder_is
    set -l command (__leakfinder_command)
    and contains -- $command $argv
end

# Whether a flag of these commands may be meant: it is one of them, or none was typed yet.
function __leakfinder_may_be
    set -l command (__leakfinder_command)
    or return 0
    contains -- $command $argv
end

# Offers another item of a comma list.
function __leakfinder_list
    set -l typed (commandline -ct | string replace -r -- '^--?[a-z-]+=' '')
    set -l before (string match -r -- '^.*,' $typed)
    printf '%s\n' "$before"$argv
end

complete -c leakfinder -f
)";

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + '\'';
}

std::string value_part(const Flag& flag) {
  if (flag.kind == FlagKind::kBool) return " -a 'true false'";
  if (takes_several(flag)) return format(" -x -a '(__leakfinder_list {})'", joined(choices(flag), " "));
  if (!flag.choices.empty()) return format(" -x -a '{}'", joined(choices(flag), " "));
  if (flag.hint == ValueHint::kFile) return " -r -F";
  if (flag.hint == ValueHint::kFolder) return " -x -a '(__fish_complete_directories)'";
  return " -x";
}

}  // namespace

std::string fish_completion() {
  std::string out(kHead);
  out += format("set -g __leakfinder_commands {}\nset -g __leakfinder_takes_value {}\n", joined(command_names(), " "),
                joined(value_flag_names(), " "));
  out += kFunctions;
  for (const Command& command : commands()) {
    out += format("complete -c leakfinder -n 'not __leakfinder_command' -a {} -d {}\n", command.name,
                  fish_quoted(command.brief));
  }
  for (const Command& command : commands()) {
    if (const std::vector<std::string> words = argument_words(command); !words.empty()) {
      out += format("complete -c leakfinder -n '__leakfinder_is {}' -a '{}'\n", command.name, joined(words, " "));
    } else if (command.input == Input::kTargetOrFiles) {
      out += format("complete -c leakfinder -n '__leakfinder_is {}' -F\n", command.name);
    }
  }
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) {
      const std::string when = flag.commands.empty() ? "" : format(" -n '__leakfinder_may_be {}'", flag.commands);
      out += format("complete -c leakfinder{} -o {}{} -d {}\n", when, flag.name, value_part(flag),
                    fish_quoted(flag.brief));
    }
  }
  return out;
}

}  // namespace lf::cli
