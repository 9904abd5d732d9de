#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/escape.h"
#include "report/report_writer.h"

namespace lf::report {

/// How words look on a terminal with colours; without, every tint is plain.
enum class Tint : std::uint8_t { kPlain, kBold, kDim, kRed, kYellow, kGreen, kCyan };

/// Words of one line. Everything added goes through `for_terminal`.
class Line {
 public:
  /// Words of one tint, safe for a terminal.
  struct Piece {
    std::string text;
    Tint tint;
  };

  Line() = default;
  explicit Line(OutText words, Tint tint = Tint::kPlain) { add(words, tint); }

  Line& add(OutText words, Tint tint = Tint::kPlain);
  /// Adds spaces up to `column`, at least `least` of them where anything is there already.
  Line& pad_to(int column, int least = 0);
  Line& add(const Line& other);

  int columns() const { return columns_; }
  bool empty() const { return pieces_.empty(); }
  std::string render(bool color) const;
  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  std::vector<Piece> pieces_;
  int columns_ = 0;
};

/// Signs of our own: the plain ones are ASCII.
struct Signs {
  std::string_view separator;  ///< between the parts of a list
  std::string_view ellipsis;
  std::string_view arrow;  ///< from one value to another
  std::string_view bullet;
  std::string_view range;  ///< between least and most
};

/// Lines of text on their way to a sink: wrapping, one blank line at most in a row, the first failure kept.
class TextPage {
 public:
  TextPage(const Style& style, Sink& sink);

  const Style& style() const { return style_; }
  const Signs& signs() const { return signs_; }
  /// Columns that a line may take; a large number where the style has no width.
  int width() const;
  /// `icon` and a space where the style has icons, else nothing.
  std::string icon(std::string_view icon) const;

  void line(const Line& line);
  void line(OutText words, Tint tint = Tint::kPlain) { this->line(Line(words, tint)); }
  void blank() { blank_wanted_ = true; }

  /// `prefix`, then `items` with `separator` between them, wrapped between items under the first one.
  void flow(const Line& prefix, const std::vector<Line>& items, std::string_view separator);
  /// The same for the words of a sentence.
  void paragraph(const Line& prefix, OutText words, Tint tint = Tint::kPlain);

  /// The sink's first failure.
  [[nodiscard]] Result<void> finish();

 private:
  const Style& style_;
  Signs signs_;
  Sink& sink_;
  Result<void> result_;
  std::string pending_;
  bool blank_wanted_ = false, anything_ = false;
};

/// `counts`, oldest first, as bars of eight heights; empty where the style has no icons. Longer series are thinned to
/// `most` bars.
std::string sparkline(const Style& style, const std::vector<std::uint64_t>& counts, std::size_t most = 24);

}  // namespace lf::report
