#include "decode/json_log_line.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "decode/text_fields.h"

namespace lf::decode {
namespace {

constexpr std::array<std::string_view, 7> kKeys = {"log", "MESSAGE", "message", "msg", "textPayload", "line", "body"};

bool holds_goroutine(std::string_view text) {
  const std::size_t at = text.find("goroutine ");
  return at != std::string_view::npos && text.find(" [", at) != std::string_view::npos;
}

/// Walks over one JSON object; every step stops at its end.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  bool done() const { return at_ >= text_.size(); }
  char here() const { return done() ? '\0' : text_[at_]; }
  void step() { ++at_; }
  void spaces() {
    while (here() == ' ' || here() == '\t') step();
  }

  /// The raw inside of the string here, none where it is not closed.
  std::optional<std::string_view> string() {
    const std::size_t begin = ++at_;
    while (!done() && here() != '"') at_ += here() == '\\' ? 2 : 1;
    if (done()) return std::nullopt;
    return text_.substr(begin, at_++ - begin);
  }

  /// Passes over a value that is no string, with what is nested in it.
  void other_value() {
    for (std::size_t depth = 0; !done(); step()) {
      if (here() == '"') {
        if (!string()) return;
        --at_;
      } else if (here() == '{' || here() == '[') {
        ++depth;
      } else if (here() == '}' || here() == ']') {
        if (depth == 0) return;
        --depth;
      } else if (here() == ',' && depth == 0) {
        return;
      }
    }
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::uint32_t> four_hex_digits(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::size_t digit = kDigits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return value;
}

std::string unescape(std::string_view raw) {
  constexpr std::string_view kLetters = "bfnrt";
  constexpr std::string_view kMeanings = "\b\f\n\r\t";
  std::string text;
  text.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (raw[at] != '\\' || at + 1 == raw.size()) {
      text.push_back(raw[at]);
      continue;
    }
    const char letter = raw[++at];
    const std::size_t known = kLetters.find(letter);
    if (known != std::string_view::npos) {
      text.push_back(kMeanings[known]);
    } else if (const auto code = letter == 'u' ? four_hex_digits(raw.substr(at + 1)) : std::nullopt) {
      append_utf8(text, *code >= 0xD800 && *code < 0xE000 ? 0xFFFD : *code);
      at += 4;
    } else {
      text.push_back(letter);
    }
  }
  return text;
}

}  // namespace

std::optional<std::string> text_of_json_log_line(std::string_view line) {
  Walk walk(line);
  walk.spaces();
  if (walk.here() != '{') return std::nullopt;
  walk.step();
  std::string_view best;
  std::size_t best_rank = kKeys.size();
  for (walk.spaces(); walk.here() == '"'; walk.spaces()) {
    const auto key = walk.string();
    if (!key) break;
    walk.spaces();
    if (walk.here() != ':') break;
    walk.step();
    walk.spaces();
    if (walk.here() == '"') {
      const auto value = walk.string();
      if (!value) break;
      if (holds_goroutine(*value)) return unescape(*value);
      const auto rank = static_cast<std::size_t>(std::ranges::find(kKeys, *key) - kKeys.begin());
      if (rank < best_rank) {
        best = *value;
        best_rank = rank;
      }
    } else {
      walk.other_value();
    }
    walk.spaces();
    if (walk.here() != ',') break;
    walk.step();
  }
  if (best_rank == kKeys.size()) return std::nullopt;
  return unescape(best);
}

}  // namespace lf::decode
