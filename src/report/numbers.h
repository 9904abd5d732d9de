#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace lf::report {

/// Numbers and times as people read them.

/// 1234567 → "1,234,567".
std::string with_commas(std::uint64_t number);
/// The same with its sign always: "+1,234", "-5", "0".
std::string signed_with_commas(std::int64_t number);
/// 12873123 → "12.3 MiB"; below 1 KiB "512 B".
std::string bytes_in_words(std::uint64_t bytes);
std::string signed_bytes_in_words(std::int64_t bytes);
/// Bytes a second: "1.2 MiB/s"; "?" where not finite.
std::string byte_rate_in_words(double bytes_per_s);
/// The same with its sign always: "+1.2 MiB/s".
std::string signed_byte_rate_in_words(double bytes_per_s);
/// "350 ms", "1.2 s", "2m 05s", "1h 02m".
std::string duration_in_words(std::chrono::milliseconds duration);
/// At most one decimal, none where it is 0: "60", "0.5", "1,234"; values that round to 0 keep one digit: "0.03".
std::string decimal_in_words(double number);
/// "1 goroutine", "1,234 goroutines"; `plural` for words that do not take an s.
std::string count_of(std::uint64_t number, std::string_view singular, std::string_view plural = {});

/// RFC 3339 in UTC with milliseconds: "2026-11-23T16:40:41.250Z"; the year stays in 0000–9999.
std::string rfc3339(WallTime time);
/// "2026-11-23 16:40:41 UTC".
std::string time_in_words(WallTime time);
/// "16:40:41", UTC.
std::string time_of_day(WallTime time);

/// `number` at six decimals, for programs.
double rounded(double number);

}  // namespace lf::report
