#include "decode/label_list.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "decode/text_fields.h"

namespace lf::decode {
namespace {

std::optional<std::uint32_t> hex_digits(std::string_view text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(0, count)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return value;
}

/// Appends what the escape after a backslash at the front of `text` means; returns its length.
std::size_t append_escape(std::string_view text, std::string& out) {
  static constexpr std::string_view kLetters = "abfnrtv";
  static constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v";
  if (text.empty()) {
    out.push_back('\\');
    return 0;
  }
  if (const std::size_t at = kLetters.find(text[0]); at != std::string_view::npos) {
    out.push_back(kMeanings[at]);
    return 1;
  }
  const std::size_t digits = text[0] == 'x' ? 2 : text[0] == 'u' ? 4 : text[0] == 'U' ? 8 : 0;
  if (digits != 0) {
    const auto value = hex_digits(text.substr(1), digits);
    if (value && digits == 2) {
      out.push_back(static_cast<char>(*value));
      return 3;
    }
    if (value && *value <= 0x10FFFF && (*value < 0xD800 || *value > 0xDFFF)) {
      append_utf8(out, *value);
      return 1 + digits;
    }
    out.push_back('\\');
    return 0;
  }
  out.push_back(text[0]);  // \" and \\ mean themselves
  return 1;
}

/// Reads a word, quoted or up to one of `ends`, at the front of `text` and takes it off; none where a quote is open.
std::optional<std::string> take_word(std::string_view& text, std::string_view ends) {
  std::string word;
  if (!text.starts_with('"')) {
    const std::size_t end = text.find_first_of(ends);
    if (end == std::string_view::npos) return std::nullopt;
    word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
  }
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') {
    if (text[at] == '\\') {
      at += 1 + append_escape(text.substr(at + 1), word);
    } else {
      word.push_back(text[at++]);
    }
  }
  if (at >= text.size()) return std::nullopt;
  text.remove_prefix(at + 1);
  return word;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::size_t read_label_list(std::string_view text, Symbols& symbols, std::vector<Label>& labels) {
  std::string_view rest = text;
  const std::size_t before = labels.size();
  while (!take(rest, '}')) {
    const std::optional<std::string> key = take_word(rest, ":}");
    if (!key || !take(rest, ':')) break;
    take(rest, ' ');
    const std::optional<std::string> value = take_word(rest, ",}");
    if (!value) break;
    labels.push_back({symbols.intern(*key), symbols.intern(*value)});
    if (rest.starts_with(", ")) {
      rest.remove_prefix(2);
    } else if (!rest.starts_with('}')) {
      break;
    }
  }
  const std::size_t length = text.size() - rest.size();
  if (length == 0 || text[length - 1] != '}' || rest.data() == text.data()) {
    labels.resize(before);
    return 0;
  }
  std::sort(labels.begin() + static_cast<std::ptrdiff_t>(before), labels.end(),
            [&](const Label& a, const Label& b) { return symbols.text(a.key) < symbols.text(b.key); });
  return length;
}

}  // namespace lf::decode
