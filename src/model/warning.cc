#include "model/warning.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lf {
namespace {

struct Row {
  std::string_view code, brief;
};

constexpr std::array kRows{
#define LF_WARNING(enumerator, code, brief) Row{code, brief},
#include "model/warning.def"
#undef LF_WARNING
};

}  // namespace

std::string_view warning_code_name(WarningCode code) {
  return kRows[static_cast<std::size_t>(code)].code;
}
std::string_view warning_brief(WarningCode code) {
  return kRows[static_cast<std::size_t>(code)].brief;
}

void Warnings::add(WarningCode code, TargetText message, std::string where, std::uint64_t count) {
  // Which of the limits was reached is in the message alone.
  const auto known = std::ranges::find_if(all_, [&](const Warning& warning) {
    return warning.code == code && (code != WarningCode::kLimitReached || warning.message == message);
  });
  if (known != all_.end()) {
    known->count += count;
  } else {
    all_.push_back({code, std::move(message), std::move(where), count});
  }
}

void Warnings::add(WarningCode code, std::string where, std::uint64_t count) {
  add(code, TargetText(warning_brief(code)), std::move(where), count);
}

void Warnings::add(const Warnings& others) {
  for (const Warning& warning : others.all_) add(warning.code, warning.message, warning.where, warning.count);
}

std::uint64_t Warnings::count(WarningCode code) const {
  std::uint64_t sum = 0;
  for (const Warning& warning : all_) sum += warning.code == code ? warning.count : 0;
  return sum;
}

}  // namespace lf
