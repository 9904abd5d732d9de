#include "decode/log_prefix.h"

#include <algorithm>

#include "decode/text_fields.h"

namespace lf::decode {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

/// The length of the word, or of the spaces, at the front of `text`.
std::size_t run_length(std::string_view text) {
  const bool spaces = is_space(text.front());
  const auto end = std::ranges::find_if(text, [&](char c) { return is_space(c) != spaces; });
  return static_cast<std::size_t>(end - text.begin());
}

/// "2026-11-23T10:00:00.123Z", "[10:00:00]", "<14>1", "1234".
bool changes_from_line_to_line(std::string_view word) {
  constexpr std::string_view kOthers = "-:.,/+TZ[](){}<>|";
  return std::ranges::any_of(word, is_digit) &&
         std::ranges::all_of(word, [&](char c) { return is_digit(c) || kOthers.find(c) != std::string_view::npos; });
}

}  // namespace

LogPrefix::LogPrefix(std::string_view text) {
  while (!text.empty()) {
    const std::string_view run = text.substr(0, run_length(text));
    text.remove_prefix(run.size());
    // "ts=2026-11-23T10:00:00Z": only what follows the sign changes.
    const std::size_t sign = run.find('=');
    const std::size_t fixed = sign == std::string_view::npos ? 0 : sign + 1;
    if (changes_from_line_to_line(run.substr(fixed))) {
      if (fixed != 0) pieces_.push_back({std::string(run.substr(0, fixed)), false});
      pieces_.push_back({std::string(run.substr(fixed)), true});
    } else {
      pieces_.push_back({std::string(run), false});
    }
  }
}

std::optional<std::string_view> LogPrefix::strip(std::string_view line) const {
  for (std::size_t k = 0; k < pieces_.size(); ++k) {
    const Piece& piece = pieces_[k];
    if (piece.changes) {
      if (line.empty() || is_space(line.front())) return std::nullopt;
      const std::size_t length = run_length(line);
      if (!changes_from_line_to_line(line.substr(0, length))) return std::nullopt;
      line.remove_prefix(length);
    } else if (line.starts_with(piece.text)) {
      line.remove_prefix(piece.text.size());
    } else {
      const bool only_spaces_left = k + 1 == pieces_.size() && is_space(piece.text.front()) && k > 0;
      if (!only_spaces_left || !piece.text.starts_with(line)) return std::nullopt;
      line = {};
    }
  }
  return line;
}

}  // namespace lf::decode
