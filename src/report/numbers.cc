#include "report/numbers.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/format.h"

namespace lf::report {
namespace {

std::uint64_t magnitude(std::int64_t number) {
  return number < 0 ? ~static_cast<std::uint64_t>(number) + 1 : static_cast<std::uint64_t>(number);
}

std::string_view sign(std::int64_t number) {
  return number < 0 ? "-" : number > 0 ? "+" : "";
}

/// Date and time of day in UTC.
struct CivilTime {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::milliseconds> time;
};

CivilTime civil(WallTime time) {
  using namespace std::chrono;
  const auto at = floor<milliseconds>(time);
  const auto day = floor<days>(at);
  return {year_month_day{day}, hh_mm_ss<milliseconds>{at - day}};
}

std::string date_text(const CivilTime& at) {
  return format("{:04}-{:02}-{:02}", std::clamp(static_cast<int>(at.date.year()), 0, 9999),
                static_cast<unsigned>(at.date.month()), static_cast<unsigned>(at.date.day()));
}

std::string time_text(const CivilTime& at) {
  return format("{:02}:{:02}:{:02}", at.time.hours().count(), at.time.minutes().count(), at.time.seconds().count());
}

}  // namespace

std::string with_commas(std::uint64_t number) {
  std::string digits = format("{}", number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string signed_with_commas(std::int64_t number) {
  return format("{}{}", sign(number), with_commas(magnitude(number)));
}

std::string bytes_in_words(std::uint64_t bytes) {
  if (bytes < 1024) return format("{} B", bytes);
  constexpr std::array<std::string_view, 6> kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // 1023.95 would print as "1024.0".
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return format("{:.1f} {}", value, kUnits[unit]);
}

std::string signed_bytes_in_words(std::int64_t bytes) {
  return format("{}{}", sign(bytes), bytes_in_words(magnitude(bytes)));
}

std::string signed_byte_rate_in_words(double bytes_per_s) {
  if (!std::isfinite(bytes_per_s)) return "?";
  constexpr double kMost = 9e18;
  return format("{}/s", signed_bytes_in_words(std::llround(std::clamp(bytes_per_s, -kMost, kMost))));
}

std::string byte_rate_in_words(double bytes_per_s) {
  const std::string text = signed_byte_rate_in_words(bytes_per_s);
  return text.starts_with('+') ? text.substr(1) : text;
}

std::string duration_in_words(std::chrono::milliseconds duration) {
  const std::int64_t ms = std::max<std::int64_t>(0, duration.count());
  if (ms < 1000) return format("{} ms", ms);
  if (ms < 59'950) return format("{:.1f} s", static_cast<double>(ms) / 1000);
  const std::int64_t s = (ms + 500) / 1000;
  if (s < 3600) return format("{}m {:02}s", s / 60, s % 60);
  return format("{}h {:02}m", s / 3600, s % 3600 / 60);
}

std::string decimal_in_words(double number) {
  if (!std::isfinite(number)) return "?";
  const double size = std::fabs(number);
  const std::string_view minus = number < 0 ? "-" : "";
  if (size >= 1e18) return format("{}{:.3g}", minus, size);
  if (size >= 999.95 || size == std::floor(size)) {
    return format("{}{}", size < 0.5 ? "" : minus, with_commas(static_cast<std::uint64_t>(std::llround(size))));
  }
  if (size < 0.05) return format("{}{:.1g}", minus, size);
  const std::string text = format("{:.1f}", size);
  return format("{}{}", minus, text.ends_with(".0") ? std::string_view(text).substr(0, text.size() - 2) : text);
}

std::string count_of(std::uint64_t number, std::string_view singular, std::string_view plural) {
  if (number == 1) return format("1 {}", singular);
  return plural.empty() ? format("{} {}s", with_commas(number), singular)
                        : format("{} {}", with_commas(number), plural);
}

std::string rfc3339(WallTime time) {
  const CivilTime at = civil(time);
  return format("{}T{}.{:03}Z", date_text(at), time_text(at), at.time.subseconds().count());
}

std::string time_in_words(WallTime time) {
  const CivilTime at = civil(time);
  return format("{} {} UTC", date_text(at), time_text(at));
}

std::string time_of_day(WallTime time) {
  return time_text(civil(time));
}

double rounded(double number) {
  const double scaled = std::round(number * 1e6) / 1e6;
  return std::isfinite(scaled) ? scaled : number;
}

}  // namespace lf::report
