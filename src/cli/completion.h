#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/flag.h"

namespace lf::cli {

// Scripts that complete commands, flags, values, files and folders, made from the tables of commands and flags. They do
// not call the program: a key press costs no start of it.

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

/// What `completion NAME` prints. Unlisted ones are for the build: the man page and docs/cli.md.
struct GeneratedText {
  std::string_view name;
  bool listed = true;
  std::string (*make)();
};
std::span<const GeneratedText> generated_texts();

/// What the scripts ask of the tables.
namespace completion {

/// The words that may follow `command`: commands, rules, shells; empty where it takes targets or files.
std::vector<std::string> argument_words(const Command& command);

/// "a|b|c" taken apart.
std::vector<std::string> choices(const Flag& flag);

/// Whether the value may be a comma list of its choices.
bool takes_several(const Flag& flag);

/// `text` in single quotes, as POSIX shells and zsh read it.
std::string shell_quoted(std::string_view text);

/// `words` with `separator` between them.
std::string joined(const std::vector<std::string>& words, std::string_view separator);

/// The names of all commands; of all flags that take their value in the next word too.
std::vector<std::string> command_names();
std::vector<std::string> value_flag_names();

}  // namespace completion
}  // namespace lf::cli
