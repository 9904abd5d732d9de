#include "cli/flag.h"

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

}  // namespace lf::cli
