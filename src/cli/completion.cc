#include "cli/completion.h"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "base/format.h"
#include "base/text.h"
#include "cli/man_page.h"
#include "cli/reference.h"
#include "cli/suggest.h"
#include "detect/detect.h"

namespace lf::cli {
namespace {

constexpr std::array kTexts{
    GeneratedText{"bash", true, bash_completion},         GeneratedText{"zsh", true, zsh_completion},
    GeneratedText{"fish", true, fish_completion},         GeneratedText{"man", false, man_page},
    GeneratedText{"markdown", false, markdown_reference},
};

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

std::span<const GeneratedText> generated_texts() {
  return kTexts;
}

namespace completion {

std::vector<std::string> argument_words(const Command& command) {
  if (command.arguments == "[COMMAND]") return command_names();
  if (command.arguments.find("FILE") != std::string_view::npos || command.input != Input::kNothing) return {};
  std::vector<std::string> words;
  if (command.arguments == "[RULE]") {
    for (const detect::RuleInfo& rule : detect::rules()) words.emplace_back(rule.id);
    return words;
  }
  return split(command.arguments, '|');
}

std::vector<std::string> choices(const Flag& flag) {
  return split(flag.choices, '|');
}

bool takes_several(const Flag& flag) {
  const std::vector<std::string> words = choices(flag);
  Options scratch;
  return words.size() > 1 && flag.apply(scratch, words[0] + "," + words[1]).has_value();
}

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + '\'';
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += separator;
    out += word;
  }
  return out;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command& command : commands()) names.emplace_back(command.name);
  return names;
}

std::vector<std::string> value_flag_names() {
  std::vector<std::string> names;
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) {
      if (flag.kind != FlagKind::kBool) names.emplace_back(flag.name);
    }
  }
  return names;
}

}  // namespace completion

Result<int> run_completion(Run& run) {
  std::vector<std::string_view> shells;
  for (const GeneratedText& text : kTexts) {
    if (text.listed) shells.push_back(text.name);
  }
  constexpr std::string_view kUsage = "completion takes one shell: bash, zsh or fish";
  if (run.line.arguments.size() != 1) return fail(ErrorCode::kUsage, std::string(kUsage));
  const std::string& name = run.line.arguments.front();
  const auto* text = std::ranges::find(kTexts, name, &GeneratedText::name);
  if (text == kTexts.end()) {
    const std::string_view meant = nearest(name, shells);
    return fail(ErrorCode::kUsage, meant.empty()
                                       ? format("unknown shell \"{}\": {}", visible(name), kUsage)
                                       : format("unknown shell \"{}\": did you mean {}?", visible(name), meant));
  }
  FdSink out(STDOUT_FILENO);
  if (Result<void> written = out.write(text->make()); !written) return std::unexpected(std::move(written.error()));
  return 0;
}

}  // namespace lf::cli
