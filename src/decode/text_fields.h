#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lf::decode {

/// Of `DecodeLimits::goroutines`.
inline constexpr std::string_view kTooManyGoroutines =
    "more goroutines than -max-goroutines allows: the rest was counted, not kept";

/// A number cut from the front of a text.
struct LeadingNumber {
  std::uint64_t value = 0;  ///< capped at its type's maximum
  std::size_t digits = 0;   ///< 0: there was none
  bool capped = false;
};

/// Reads the decimal number at the front of `text`; more digits than fit cap it.
LeadingNumber leading_decimal(std::string_view text);

/// Reads the hexadecimal number (without "0x", lower case as the runtime prints it) at the front of `text`.
LeadingNumber leading_hex(std::string_view text);

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

/// Appends a code point (no surrogate, at most U+10FFFF) as UTF-8.
void append_utf8(std::string& out, std::uint32_t code_point);

/// "byte 8191": where a warning points.
std::string byte_place(std::uint64_t offset);

}  // namespace lf::decode
