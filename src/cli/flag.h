#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/options.h"

namespace lf::cli {

enum class FlagKind : std::uint8_t {
  kBool,  ///< takes no value, or `=false`
  kValue,
  kList,  ///< comma separated; several add up, over flags, environment and file
};

/// What a value names, for shell completion.
enum class ValueHint : std::uint8_t { kNone, kFile, kFolder, kUrl };

/// One flag: parsing, environment, configuration file, help, man page, completions and documentation come from this.
struct Flag {
  std::string_view name;
  std::string_view value_name;    ///< empty for booleans
  std::string_view default_text;  ///< as help shows it; empty: none
  std::string_view brief;         ///< one line for `help`
  /// Validates and stores; the message of a failure leaves out the flag's name.
  Result<void> (*apply)(Options& options, std::string_view value);
  FlagKind kind = FlagKind::kValue;
  std::string_view choices = {};      ///< "a|b|c" where only these are allowed
  std::string_view commands = {};     ///< "monitor compare" where it has meaning only there
  std::string_view environment = {};  ///< a second environment name, of the seed: "FILTER_FUNC"
  ValueHint hint = ValueHint::kNone;
  bool secret = false;  ///< its value is shown masked; `apply` does not quote it
};

/// Flags of one kind, in the order of help.
struct FlagCategory {
  std::string_view title;
  std::span<const Flag> flags;
};

/// All categories; the one table of flags.
std::span<const FlagCategory> flag_categories();

/// The flag of that name (without dashes), or nullptr.
const Flag* find_flag(std::string_view name);

/// Whether `flag` has meaning only for some commands, and `command` is one of them.
bool is_own_flag(const Flag& flag, std::string_view command);

/// LEAKFINDER_<NAME>.
std::string environment_name(const Flag& flag);

// One file a category.
std::span<const Flag> target_flags();
std::span<const Flag> measure_flags();
std::span<const Flag> threshold_flags();
std::span<const Flag> leakprof_flags();
std::span<const Flag> output_flags();

}  // namespace lf::cli
