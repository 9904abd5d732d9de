#include "decode/utf16.h"

#include <utility>

#include "decode/text_fields.h"

namespace lf::decode {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

}  // namespace

void Utf16Reader::take_unit(char32_t unit, std::string& out) {
  const char32_t high = std::exchange(high_, 0);
  const bool is_low = unit >= 0xDC00 && unit <= 0xDFFF;
  if (high != 0 && is_low) return append_utf8(out, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
  if (high != 0) append_utf8(out, kReplacement);
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    high_ = unit;
  } else {
    append_utf8(out, is_low ? kReplacement : unit);
  }
}

std::string Utf16Reader::read(std::span<const std::byte> piece) {
  std::string out;
  out.reserve(piece.size());
  for (const std::byte byte : piece) {
    if (!half_) {
      half_ = byte;
      continue;
    }
    const auto first = std::to_integer<char32_t>(*half_);
    const auto second = std::to_integer<char32_t>(byte);
    half_.reset();
    take_unit(order_ == Order::kLittleEndian ? first | second << 8 : first << 8 | second, out);
  }
  return out;
}

std::optional<Utf16Reader::Order> utf16_mark(std::span<const std::byte> head) {
  if (head.size() < 2) return std::nullopt;
  if (head[0] == std::byte{0xFF} && head[1] == std::byte{0xFE}) return Utf16Reader::Order::kLittleEndian;
  if (head[0] == std::byte{0xFE} && head[1] == std::byte{0xFF}) return Utf16Reader::Order::kBigEndian;
  return std::nullopt;
}

}  // namespace lf::decode
