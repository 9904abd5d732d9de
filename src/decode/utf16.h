#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace lf::decode {

/// Turns UTF-16 that comes in pieces into UTF-8: what Windows PowerShell's `>` writes.
class Utf16Reader {
 public:
  enum class Order : unsigned char { kLittleEndian, kBigEndian };

  explicit Utf16Reader(Order order) : order_(order) {}

  /// The UTF-8 of `piece`; half a character at its end waits for the next one. Lone surrogates become U+FFFD.
  std::string read(std::span<const std::byte> piece);

 private:
  void take_unit(char32_t unit, std::string& out);

  Order order_;
  std::optional<std::byte> half_;
  char32_t high_ = 0;  ///< a surrogate whose second half is to come
};

/// The order that the byte order mark at the front of `head` names, none where there is no such mark.
std::optional<Utf16Reader::Order> utf16_mark(std::span<const std::byte> head);

}  // namespace lf::decode
