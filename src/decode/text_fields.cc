#include "decode/text_fields.h"

#include <limits>

#include "base/format.h"

namespace lf::decode {

LeadingNumber leading_decimal(std::string_view text) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  LeadingNumber number;
  for (; number.digits < text.size() && is_digit(text[number.digits]); ++number.digits) {
    const auto digit = static_cast<std::uint64_t>(text[number.digits] - '0');
    // 19 digits always fit.
    if (number.capped || (number.digits >= 19 && number.value > (kMost - digit) / 10)) {
      number.capped = true;
      number.value = kMost;
    } else {
      number.value = number.value * 10 + digit;
    }
  }
  return number;
}

LeadingNumber leading_hex(std::string_view text) {
  LeadingNumber number;
  for (; number.digits < text.size() && is_hex_digit(text[number.digits]); ++number.digits) {
    const char c = text[number.digits];
    const auto digit = static_cast<std::uint64_t>(is_digit(c) ? c - '0' : c - 'a' + 10);
    if (number.capped || number.value >> 60 != 0) {
      number.capped = true;
      number.value = std::numeric_limits<std::uint64_t>::max();
    } else {
      number.value = number.value << 4 | digit;
    }
  }
  return number;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto byte = [&](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    byte(0xE0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  } else {
    byte(0xF0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3F));
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  }
}

std::string byte_place(std::uint64_t offset) {
  return format("byte {}", offset);
}

}  // namespace lf::decode
