#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lf::decode {

/// A line of a text that comes in pieces.
struct TextLine {
  std::string_view text;     ///< without "\n" or "\r\n"
  std::uint64_t offset = 0;  ///< of its first byte in the input
  bool whole = true;         ///< false: the input ended without "\n"
  bool too_long = false;     ///< only its first bytes are here
};

/// Splits a text into lines, whatever its pieces. Memory: one line.
class LineSplitter {
 public:
  /// A line longer than `line_bytes` is cut there.
  explicit LineSplitter(std::size_t line_bytes) : line_bytes_(line_bytes) {}

  /// Calls `take(TextLine)` for each line that ends in `piece`; its text lives as long as the call.
  template <class Take>
  void feed(std::string_view piece, Take&& take) {
    while (!piece.empty()) {
      const std::size_t newline = piece.find('\n');
      const std::string_view part = piece.substr(0, newline);
      if (newline == std::string_view::npos) {
        carry(part);
        return;
      }
      if (carried_bytes_ == 0) {
        take(make_line(part, part.size(), true));
      } else {
        carry(part);
        take(make_line(carried_, carried_bytes_, true));
      }
      offset_ += carried_bytes_ == 0 ? part.size() + 1 : carried_bytes_ + 1;
      carried_.clear();
      carried_bytes_ = 0;
      piece.remove_prefix(newline + 1);
    }
  }

  /// Calls `take` for what follows the last "\n", unless that is nothing.
  template <class Take>
  void finish(Take&& take) {
    if (carried_bytes_ != 0) take(make_line(carried_, carried_bytes_, false));
    offset_ += carried_bytes_;
    carried_.clear();
    carried_bytes_ = 0;
  }

 private:
  void carry(std::string_view part) {
    const std::size_t room = line_bytes_ + 1 - carried_.size();
    carried_.append(part.substr(0, room));
    carried_bytes_ += part.size();
  }

  TextLine make_line(std::string_view text, std::size_t size, bool whole) const {
    TextLine line{text, offset_, whole, false};
    if (size == text.size() && line.text.ends_with('\r')) line.text.remove_suffix(1);
    if (line.text.size() > line_bytes_) {
      line.text = line.text.substr(0, line_bytes_);
      line.too_long = true;
    }
    return line;
  }

  std::size_t line_bytes_;
  std::string carried_;            ///< up to one byte more than the limit
  std::size_t carried_bytes_ = 0;  ///< of the line so far
  std::uint64_t offset_ = 0;       ///< where the present line begins
};

}  // namespace lf::decode
