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
  const auto known = std::ranges::find(all_, code, &Warning::code);
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
  const auto known = std::ranges::find(all_, code, &Warning::code);
  return known == all_.end() ? 0 : known->count;
}

}  // namespace lf
