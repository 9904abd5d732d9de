#include "decode/testing/referee_text.h"

#include <algorithm>
#include <charconv>

namespace lf::decode::testing {
namespace {

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Takes off the end of `text` the last " `before`HEX" word; tells whether there was one.
bool take_last_hex_word(std::string_view& text, std::string_view before) {
  const std::size_t space = text.rfind(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view word = text.substr(space + 1);
  if (!word.starts_with(before) || !number(word.substr(before.size()), 16)) return false;
  text = text.substr(0, space);
  return true;
}

void append_utf8(std::string& out, std::uint64_t rune) {
  if (rune < 0x80) {
    out += static_cast<char>(rune);
  } else if (rune < 0x800) {
    out += static_cast<char>(0xc0 | (rune >> 6));
    out += static_cast<char>(0x80 | (rune & 0x3f));
  } else if (rune < 0x10000) {
    out += static_cast<char>(0xe0 | (rune >> 12));
    out += static_cast<char>(0x80 | ((rune >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (rune & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (rune >> 18));
    out += static_cast<char>(0x80 | ((rune >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((rune >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (rune & 0x3f));
  }
}

/// Reads one key or value at the front of `rest`: quoted, or up to one of `ends`.
std::optional<std::string> take_word(std::string_view& rest, std::string_view ends) {
  if (!rest.starts_with('"')) {
    const std::string word(rest.substr(0, rest.find_first_of(ends)));
    rest.remove_prefix(word.size());
    return word;
  }
  for (std::size_t k = 1; k < rest.size(); ++k) {
    if (rest[k] == '\\') {
      ++k;
    } else if (rest[k] == '"') {
      std::string word = unquote(rest.substr(1, k - 1));
      rest.remove_prefix(k + 1);
      return word;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines(1);
  for (const char byte : text) {
    if (byte != '\n') {
      lines.back() += byte;
      continue;
    }
    if (lines.back().ends_with('\r')) lines.back().pop_back();
    lines.emplace_back();
  }
  return lines;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  return number(text, 10);
}

std::optional<std::uint64_t> whole_hex(std::string_view text) {
  if (!text.starts_with("0x")) return std::nullopt;
  return number(text.substr(2), 16);
}

std::optional<CallLine> read_call(std::string_view line) {
  if (!line.ends_with(')')) return std::nullopt;
  int depth = 0;
  for (std::size_t k = line.size(); k-- > 0;) {
    if (line[k] == ')') ++depth;
    if (line[k] == '(' && --depth == 0) {
      if (k == 0) return std::nullopt;
      return CallLine{std::string(line.substr(0, k)), std::string(line.substr(k + 1, line.size() - k - 2))};
    }
  }
  return std::nullopt;
}

std::optional<PlaceLine> read_place(std::string_view line) {
  if (!line.starts_with('\t')) return std::nullopt;
  line.remove_prefix(1);
  std::string_view shorter = line;
  if (take_last_hex_word(shorter, "pc=0x") && take_last_hex_word(shorter, "sp=0x") &&
      take_last_hex_word(shorter, "fp=0x"))
    line = shorter;
  take_last_hex_word(line, "+0x");
  const std::size_t colon = line.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto number = whole_number(line.substr(colon + 1));
  if (!number || *number > UINT32_MAX) return std::nullopt;
  return PlaceLine{std::string(line.substr(0, colon)), static_cast<std::uint32_t>(*number)};
}

std::string unquote(std::string_view inside) {
  static constexpr std::string_view kLetters = "nrtabfv";
  static constexpr std::string_view kMeanings = "\n\r\t\a\b\f\v";
  std::string out;
  for (std::size_t k = 0; k < inside.size(); ++k) {
    if (inside[k] != '\\' || k + 1 == inside.size()) {
      out += inside[k];
      continue;
    }
    const char letter = inside[++k];
    const std::size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    if (const std::size_t at = kLetters.find(letter); at != std::string_view::npos) {
      out += kMeanings[at];
    } else if (const auto rune = number(inside.substr(k + 1, digits), 16); digits > 0 && rune) {
      if (letter == 'x') {
        out += static_cast<char>(*rune);
      } else {
        append_utf8(out, *rune);
      }
      k += digits;
    } else {
      out += letter;
    }
  }
  return out;
}

std::optional<PlainLabels> read_labels(std::string_view rest) {
  PlainLabels labels;
  while (!rest.empty()) {
    const auto key = take_word(rest, ":");
    if (!key || !rest.starts_with(':')) return std::nullopt;
    rest.remove_prefix(1);
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    const auto value = take_word(rest, ",");
    if (!value) return std::nullopt;
    labels.emplace_back(*key, *value);
    if (rest.empty()) break;
    if (!rest.starts_with(", ")) return std::nullopt;
    rest.remove_prefix(2);
  }
  std::ranges::sort(labels);
  return labels;
}

}  // namespace lf::decode::testing
