#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace lf {

/// Each kind of lost or odd data, by name (warning.def).
enum class WarningCode : std::uint8_t {
#define LF_WARNING(enumerator, code, brief) k##enumerator,
#include "model/warning.def"
#undef LF_WARNING
};

/// The code in JSON, "dump-truncated", and a sentence that explains it.
std::string_view warning_code_name(WarningCode code);
std::string_view warning_brief(WarningCode code);

/// One kind of warning with where it was first met ("byte 8191") and how often in all.
struct Warning {
  WarningCode code{};
  TargetText message;
  std::string where;
  std::uint64_t count = 1;
};

/// Collects warnings; equal codes (of limits: equal messages) add up, the first one's message and place are kept.
class Warnings {
 public:
  void add(WarningCode code, TargetText message, std::string where = {}, std::uint64_t count = 1);
  /// With the code's own brief as message.
  void add(WarningCode code, std::string where = {}, std::uint64_t count = 1);
  void add(const Warnings& others);

  const std::vector<Warning>& all() const { return all_; }
  bool empty() const { return all_.empty(); }
  /// How often `code` was met.
  std::uint64_t count(WarningCode code) const;

 private:
  std::vector<Warning> all_;
};

}  // namespace lf
