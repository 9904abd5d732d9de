#include "cli/next_command.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/format.h"
#include "target/url.h"

namespace lf::cli {
namespace {

/// What the longer look decides itself, or what says where a result goes.
constexpr std::array<std::string_view, 9> kNotKept{"settle", "samples",      "sample-interval",
                                                   "url",    "format",       "max-goroutines-full",
                                                   "o",      "save-reports", "leakprof-samples"};

/// `text` as one word of a shell.
std::string quoted(std::string_view text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./:=@,%+").contains(c);
  });
  if (plain) return std::string(text);
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// Whether `setting` means the same to analyze, and may be shown.
bool is_kept(const Setting& setting) {
  const Flag& flag = *setting.flag;
  const bool of_others = !flag.commands.empty() && !is_own_flag(flag, "analyze");
  return !of_others && !flag.secret && std::ranges::find(kNotKept, flag.name) == kNotKept.end();
}

}  // namespace

std::string next_command(const Run& run, const Subject& subject, const Report& report) {
  if (!subject.live() || (!report.goroutines && !report.memory)) return {};
  const bool one_sample =
      report.goroutines ? report.goroutines->samples.size() <= 1 : report.memory->samples.size() <= 1;
  if (!one_sample && report.doubts.empty()) return {};
  std::string command = report.command == "memory" ? "leakfinder memory" : "leakfinder analyze";
  if (!one_sample) command += " -settle=60s";
  for (const Setting& setting : run.line.settings) {
    if (is_kept(setting)) command += " " + quoted(format("-{}={}", setting.flag->name, setting.value));
  }
  return command + " " + quoted(target::without_credentials(subject.url));
}

}  // namespace lf::cli
