#include "report/text_page.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/format.h"
#include "report/columns.h"

namespace lf::report {
namespace {

constexpr Signs kPlainSigns{"; ", "...", "->", "-", "-"};
constexpr Signs kIconSigns{" · ", "…", "→", "•", "–"};

std::string_view ansi(Tint tint) {
  switch (tint) {
    case Tint::kPlain:
      return "";
    case Tint::kBold:
      return "\x1b[1m";
    case Tint::kDim:
      return "\x1b[2m";
    case Tint::kRed:
      return "\x1b[1;31m";
    case Tint::kYellow:
      return "\x1b[1;33m";
    case Tint::kGreen:
      return "\x1b[32m";
    case Tint::kCyan:
      return "\x1b[36m";
  }
  return "";
}

}  // namespace

Line& Line::add(OutText words, Tint tint) {
  std::string text = for_terminal(words);
  if (text.empty()) return *this;
  columns_ += report::columns(text);
  pieces_.push_back({std::move(text), tint});
  return *this;
}

Line& Line::pad_to(int column, int least) {
  const int spaces = std::max(column - columns_, empty() ? 0 : least);
  return spaces > 0 ? add(std::string(static_cast<std::size_t>(spaces), ' ')) : *this;
}

Line& Line::add(const Line& other) {
  pieces_.insert(pieces_.end(), other.pieces_.begin(), other.pieces_.end());
  columns_ += other.columns_;
  return *this;
}

std::string Line::render(bool color) const {
  std::string out;
  std::string spaces;  // not yet written: those at the end never are, and no tint changes for them
  Tint current = Tint::kPlain;
  for (const Piece& piece : pieces_) {
    const std::size_t first = piece.text.find_first_not_of(' ');
    if (first == std::string::npos) {
      spaces += piece.text;
      continue;
    }
    if (color && piece.tint != current) {
      if (current != Tint::kPlain) out += "\x1b[0m";
      out += std::exchange(spaces, {});
      out += ansi(piece.tint);
      current = piece.tint;
    }
    out += std::exchange(spaces, {});
    const std::size_t end = piece.text.find_last_not_of(' ') + 1;
    out += std::string_view(piece.text).substr(0, end);
    spaces = piece.text.substr(end);
  }
  if (current != Tint::kPlain) out += "\x1b[0m";
  return out;
}

TextPage::TextPage(const Style& style, Sink& sink)
    : style_(style), signs_(style.icons ? kIconSigns : kPlainSigns), sink_(sink) {}

int TextPage::width() const {
  return style_.width > 0 ? std::max(style_.width, 40) : std::numeric_limits<int>::max() / 2;
}

std::string TextPage::icon(std::string_view icon) const {
  return style_.icons ? format("{} ", icon) : std::string();
}

void TextPage::line(const Line& line) {
  if (blank_wanted_ && anything_) pending_ += '\n';
  blank_wanted_ = false;
  anything_ = true;
  pending_ += line.render(style_.color);
  pending_ += '\n';
  constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;
  if (pending_.size() >= kBlockBytes) {
    if (result_) result_ = sink_.write(pending_);
    pending_.clear();
  }
}

void TextPage::flow(const Line& prefix, const std::vector<Line>& items, std::string_view separator) {
  Line current = prefix;
  const int indent = prefix.columns();
  const int separator_columns = columns(separator);
  bool first_in_line = true;
  for (const Line& item : items) {
    if (!first_in_line && current.columns() + separator_columns + item.columns() > width()) {
      // A semicolon stays behind the item before it; a dot is not needed at the end of a line.
      if (separator.starts_with(';')) current.add(";", Tint::kDim);
      line(current);
      current = Line().pad_to(indent);
      first_in_line = true;
    }
    if (!first_in_line) current.add(separator, separator == " " ? Tint::kPlain : Tint::kDim);
    current.add(item);
    first_in_line = false;
  }
  line(current);
}

void TextPage::paragraph(const Line& prefix, OutText words, Tint tint) {
  const std::string text = for_terminal(words);
  std::vector<Line> items;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) items.emplace_back(std::string_view(text).substr(at, end - at), tint);
    at = end + 1;
  }
  flow(prefix, items, " ");
}

Result<void> TextPage::finish() {
  if (result_ && !pending_.empty()) result_ = sink_.write(pending_);
  pending_.clear();
  return result_;
}

std::string sparkline(const Style& style, const std::vector<std::uint64_t>& counts, std::size_t most) {
  if (!style.icons || counts.size() < 2 || most < 2) return {};
  constexpr std::array<std::string_view, 8> kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto [least, greatest] = std::ranges::minmax(counts);
  const std::size_t bars = std::min(most, counts.size());
  std::string out;
  for (std::size_t i = 0; i < bars; ++i) {
    const std::uint64_t value = counts[i * (counts.size() - 1) / (bars - 1)];
    const double share =
        greatest == least ? 0 : static_cast<double>(value - least) / static_cast<double>(greatest - least);
    out += kBars[std::min<std::size_t>(7, static_cast<std::size_t>(share * 8))];
  }
  return out;
}

}  // namespace lf::report
