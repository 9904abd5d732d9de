#include "cli/flag.h"

#include <algorithm>
#include <array>

namespace lf::cli {

std::span<const FlagCategory> flag_categories() {
  static const std::array kCategories{
      FlagCategory{"Target", target_flags()},        FlagCategory{"What to measure", measure_flags()},
      FlagCategory{"Thresholds", threshold_flags()}, FlagCategory{"Patterns, channels, filters", leakprof_flags()},
      FlagCategory{"Output", output_flags()},
  };
  return kCategories;
}

const Flag* find_flag(std::string_view name) {
  for (const FlagCategory& category : flag_categories()) {
    for (const Flag& flag : category.flags) {
      if (flag.name == name) return &flag;
    }
  }
  return nullptr;
}

bool is_own_flag(const Flag& flag, std::string_view command) {
  std::string_view names = flag.commands;
  while (!names.empty()) {
    const std::size_t space = std::min(names.find(' '), names.size());
    if (names.substr(0, space) == command) return true;
    names.remove_prefix(std::min(space + 1, names.size()));
  }
  return false;
}

std::string environment_name(const Flag& flag) {
  std::string name = "LEAKFINDER_";
  for (const char c : flag.name) name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

}  // namespace lf::cli
