#include "cli/values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/format.h"
#include "base/text.h"

namespace lf::cli {
namespace {

std::unexpected<Error> wrong(std::string_view text, std::string_view expected) {
  return fail(ErrorCode::kUsage, format("invalid value \"{}\": expected {}", visible(text), expected));
}

/// Reads the number at the front of `text` and takes it off.
bool take_number(std::string_view& text, double& number) {
  // from_chars would read "inf", "nan" and a sign, which Go's durations do not have.
  if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array kDurationUnits{Unit{"ns", 1e-6}, Unit{"us", 1e-3}, Unit{"µs", 1e-3}, Unit{"μs", 1e-3},
                                    Unit{"ms", 1},    Unit{"s", 1e3},   Unit{"m", 6e4},   Unit{"h", 3.6e6}};

constexpr std::array kSizeUnits{Unit{"", 1048576},       Unit{"b", 1},
                                Unit{"k", 1024},         Unit{"kb", 1e3},
                                Unit{"kib", 1024},       Unit{"m", 1048576},
                                Unit{"mb", 1e6},         Unit{"mib", 1048576},
                                Unit{"g", 1073741824},   Unit{"gb", 1e9},
                                Unit{"gib", 1073741824}, Unit{"t", 1099511627776},
                                Unit{"tb", 1e12},        Unit{"tib", 1099511627776}};

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr std::string_view kExpected = "a duration such as 500ms, 1m30s or 2h";
  constexpr double kMost = 1e12;  // 31 years in ms: sums with clocks stay in range
  if (text == "0") return std::chrono::milliseconds{0};
  std::string_view rest = text;
  if (rest.empty()) return wrong(text, kExpected);
  double total = 0;
  while (!rest.empty()) {
    double number = 0;
    if (!take_number(rest, number)) return wrong(text, kExpected);
    const std::size_t end = std::min(rest.find_first_of("0123456789."), rest.size());
    const std::string_view unit = rest.substr(0, end);
    const auto* row = std::ranges::find(kDurationUnits, unit, &Unit::name);
    if (row == kDurationUnits.end()) return wrong(text, kExpected);
    total += number * row->factor;
    if (!(total <= kMost)) return wrong(text, kExpected);
    rest.remove_prefix(end);
  }
  // What is more than nothing stays so: an interval or timeout of 0 means something else.
  return std::chrono::milliseconds{total > 0 ? std::max(1LL, std::llround(total)) : 0};
}

Result<bool> parse_bool(std::string_view text) {
  constexpr std::array<std::string_view, 6> kTrue{"1", "t", "T", "TRUE", "true", "True"};
  constexpr std::array<std::string_view, 6> kFalse{"0", "f", "F", "FALSE", "false", "False"};
  if (std::ranges::find(kTrue, text) != kTrue.end()) return true;
  if (std::ranges::find(kFalse, text) != kFalse.end()) return false;
  return wrong(text, "true or false");
}

Result<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return wrong(text, "a whole number");
  return value;
}

Result<double> parse_number(std::string_view text) {
  std::string_view rest = text;
  double value = 0;
  if (!take_number(rest, value) || !rest.empty() || !std::isfinite(value))
    return wrong(text, "a number such as 50 or 62.5");
  return value;
}

Result<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::string_view kExpected = "a size such as 512 (MB), 512MiB or 2GiB";
  std::string_view rest = text;
  double number = 0;
  if (!take_number(rest, number)) return wrong(text, kExpected);
  std::string unit(rest);
  std::ranges::transform(unit, unit.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto* row = std::ranges::find(kSizeUnits, unit, &Unit::name);
  if (row == kSizeUnits.end()) return wrong(text, kExpected);
  const double bytes = number * row->factor;
  if (!(bytes < 9e18)) return wrong(text, kExpected);
  return static_cast<std::uint64_t>(bytes);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (true) {
    const std::size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    const std::size_t first = item.find_first_not_of(" \t");
    if (first != std::string_view::npos) {
      item = item.substr(first, item.find_last_not_of(" \t") - first + 1);
      items.emplace_back(item);
    }
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace lf::cli
