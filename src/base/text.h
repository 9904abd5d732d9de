#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lf {

/// Text that came, whole or in part, from a target or a file: hostile until it is made safe for where it goes.
///
/// No stream, no `format` and no sink takes it as it is (that does not compile); `report/escape.h` turns it into text
/// for one kind of sink. `raw()` is for comparing, hashing and matching only.
class TargetText {
 public:
  TargetText() = default;
  explicit TargetText(std::string text) : text_(std::move(text)) {}
  explicit TargetText(std::string_view text) : text_(text) {}
  explicit TargetText(const char* text) : text_(text) {}

  std::string_view raw() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const TargetText&) const = default;

 private:
  std::string text_;
};

/// `text` with everything visible: C0 and C1 controls, DEL, bidirectional overrides and isolates, line and paragraph
/// separators, zero-width characters become `\n`, `\x1b`, `\u202e`, …; bytes that are no UTF-8 become `\xNN`.
/// Safe for a terminal and for a log line; a text that is already visible comes back as it is.
std::string visible(std::string_view text);

/// `text` with each byte that is no UTF-8 replaced by U+FFFD; overlong forms, surrogates and values beyond U+10FFFF
/// count as none (RFC 3629).
std::string valid_utf8(std::string_view text);

/// Decodes the code point at the front of `text`, which is not empty. Returns its length in bytes, 0 where the bytes
/// are no UTF-8.
std::size_t decode_utf8(std::string_view text, char32_t& code_point);

/// Whether `code_point` is shown as an escape by `visible`.
bool is_hidden(char32_t code_point);

/// `text` without blanks, tabs and carriage returns at its ends.
std::string_view trimmed(std::string_view text);

/// The lines of `text` without their ends; views of it.
std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace lf
