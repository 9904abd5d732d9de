#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lf::cli {

// The values of flags. Each function reads the whole of `text` or fails with kUsage and a message that says what was
// expected; the flag's name is added by the caller.

/// Go's time.ParseDuration, not negative: "500ms", "1m30s", "2h", "1.5s", "0"; to the millisecond, at least one.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Go's strconv.ParseBool: 1 t T TRUE true True 0 f F FALSE false False.
[[nodiscard]] Result<bool> parse_bool(std::string_view text);

/// A decimal number without sign.
[[nodiscard]] Result<std::uint64_t> parse_count(std::string_view text);

/// A decimal fraction, finite, not negative.
[[nodiscard]] Result<double> parse_number(std::string_view text);

/// Bytes. A plain number is MiB; "512MiB", "2GiB", "64KiB", "100B" binary, "1GB", "500MB", "1kB" decimal.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);

/// The items of a comma list, trimmed, empty ones left out.
std::vector<std::string> split_list(std::string_view text);

}  // namespace lf::cli
