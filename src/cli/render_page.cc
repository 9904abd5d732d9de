#include "cli/render_page.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "report/columns.h"

namespace lf::cli {
namespace {

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kCyan = "\x1b[36m";
constexpr std::string_view kPlain = "\x1b[0m";

// Marks that stand in the text for the escape sequences while lines are measured and broken: control characters, which
// pages do not hold.
constexpr char kStrongMark = '\x01', kCodeMark = '\x02', kEndMark = '\x03';
/// Stands for a space that is no place to break.
constexpr char kHardSpace = '\x04';

/// The text between the marker at the front of `rest` and the next one; takes all three off.
bool take_between(std::string_view& rest, std::string_view marker, std::string_view& inside) {
  if (!rest.starts_with(marker)) return false;
  const std::size_t end = rest.find(marker, marker.size());
  if (end == std::string_view::npos || end == marker.size()) return false;
  inside = rest.substr(marker.size(), end - marker.size());
  rest.remove_prefix(end + marker.size());
  return true;
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Takes "*words*" off the front of `rest`; a pointer, (*T).m, is none.
bool take_emphasis(std::string_view& rest, std::string_view before, std::string_view& inside) {
  std::string_view after = rest;
  if ((!before.empty() && before.back() != ' ') || !take_between(after, "*", inside)) return false;
  if (inside.front() == ' ' || inside.back() == ' ' || (!after.empty() && is_word(after.front()))) return false;
  rest = after;
  return true;
}

/// Takes "[words](address)" off the front of `rest`.
bool take_link(std::string_view& rest, std::string_view& words, std::string_view& address) {
  if (!rest.starts_with('[')) return false;
  const std::size_t middle = rest.find("](");
  const std::size_t end = middle == std::string_view::npos ? middle : rest.find(')', middle);
  if (end == std::string_view::npos) return false;
  words = rest.substr(1, middle - 1);
  address = rest.substr(middle + 2, end - middle - 2);
  rest.remove_prefix(end + 1);
  return true;
}

bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

/// Running text with marks for its markup.
std::string marked(std::string_view rest) {
  std::string out;
  std::string_view inside, address;
  while (!rest.empty()) {
    if (take_between(rest, "`", inside)) {
      out += kCodeMark;
      for (const char c : inside) out += c == ' ' ? kHardSpace : c;
      out += kEndMark;
    } else if (take_between(rest, "**", inside)) {
      out += kStrongMark + marked(inside) + kEndMark;
    } else if (take_emphasis(rest, out, inside)) {
      out += marked(inside);
    } else if (take_link(rest, inside, address)) {
      out += marked(inside);
      if (address.find("://") != std::string_view::npos && address != inside) out += " <" + std::string(address) + '>';
    } else {
      if (rest.front() == '\\' && rest.size() > 1 && is_punctuation(rest[1])) rest.remove_prefix(1);
      out += rest.front();
      rest.remove_prefix(1);
    }
  }
  return out;
}

bool is_mark(char c) {
  return c == kStrongMark || c == kCodeMark || c == kEndMark;
}

int shown_columns(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (!is_mark(c)) plain += c == kHardSpace ? ' ' : c;
  }
  return report::columns(plain);
}

/// Marked text in lines of at most `width` columns; all but the first begin with `indent` spaces.
std::string broken(std::string_view text, int width, int indent) {
  std::string out;
  int column = 0;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (word.empty()) continue;
    const int length = shown_columns(word);
    if (column > 0 && column + 1 + length > std::max(width, 10)) {
      out += '\n' + std::string(static_cast<std::size_t>(indent), ' ');
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += length;
  }
  return out;
}

/// Puts escape sequences, or nothing, where the marks are.
std::string painted(std::string_view text, bool color) {
  std::string out;
  std::vector<std::string_view> open;
  for (const char c : text) {
    if (c == kHardSpace) {
      out += ' ';
    } else if (!is_mark(c)) {
      out += c;
    } else if (!color) {
      continue;
    } else if (c == kEndMark) {
      out += kPlain;
      if (!open.empty()) open.pop_back();
      for (const std::string_view style : open) out += style;
    } else {
      open.push_back(c == kStrongMark ? kBold : kCyan);
      out += open.back();
    }
  }
  return out;
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// The width of "- ", "* " or "12. " at the front of `text`, 0 where there is none.
std::size_t list_marker(std::string_view text) {
  if (text.starts_with("- ") || text.starts_with("* ")) return 2;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  return digits > 0 && digits < 4 && text.substr(digits).starts_with(". ") ? digits + 2 : 0;
}

bool is_heading(std::string_view line) {
  const std::size_t marks = std::min(line.find_first_not_of('#'), line.size());
  return marks > 0 && marks < line.size() && line[marks] == ' ';
}

bool starts_block(std::string_view line) {
  const std::string_view text = trimmed(line);
  return text.empty() || is_heading(text) || text.starts_with("```") || text.starts_with('|') ||
         text.starts_with("<!--") || text.starts_with('>') || list_marker(text) > 0;
}

std::vector<std::string> table_cells(std::string_view line) {
  std::vector<std::string> cells;
  std::string text;
  line = trimmed(line);
  line.remove_prefix(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      text += line[++i];
    } else if (line[i] == '|') {
      cells.push_back(marked(trimmed(text)));
      text.clear();
    } else {
      text += line[i];
    }
  }
  return cells;
}

bool is_table_rule(std::string_view line) {
  return trimmed(line).find_first_not_of("|-: ") == std::string_view::npos;
}

/// Writes one page; each function takes the lines of a block off the front.
class PageRenderer {
 public:
  PageRenderer(std::string_view markdown, int width, bool color)
      : lines_(lines_of(markdown)), width_(width), color_(color) {}

  std::string render() {
    while (at_ < lines_.size()) {
      const std::string_view text = trimmed(lines_[at_]);
      if (text.empty()) {
        ++at_;
      } else if (text.starts_with("<!--")) {
        skip_comment();
      } else if (is_heading(text)) {
        heading(text);
      } else if (text.starts_with("```")) {
        code_block();
      } else if (text.starts_with('|')) {
        table();
      } else {
        paragraph();
      }
    }
    return std::move(out_);
  }

 private:
  /// Begins a block: a blank line parts it from the one before, but not the items of one list.
  void begin(bool is_item) {
    if (!out_.empty() && !(is_item && last_was_item_)) out_ += '\n';
    last_was_item_ = is_item;
  }

  void skip_comment() {
    while (at_ < lines_.size() && lines_[at_++].find("-->") == std::string_view::npos) {
    }
  }

  void heading(std::string_view text) {
    begin(false);
    const std::string_view words = trimmed(text.substr(text.find_first_not_of('#')));
    out_ += painted(kStrongMark + marked(words) + kEndMark, color_) + '\n';
    ++at_;
  }

  void code_block() {
    begin(false);
    const std::size_t indent = indent_of(lines_[at_++]);
    for (; at_ < lines_.size() && !trimmed(lines_[at_]).starts_with("```"); ++at_) {
      const std::string_view line = lines_[at_];
      if (trimmed(line).empty()) {
        out_ += '\n';
        continue;
      }
      out_ += "    ";
      for (const char c : line.substr(std::min(indent, indent_of(line))))
        out_ += c == '\t' ? "    " : std::string(1, c);
      out_ += '\n';
    }
    ++at_;
  }

  void table() {
    begin(false);
    std::vector<std::vector<std::string>> rows;
    std::vector<int> widths;
    bool has_head = false;
    for (; at_ < lines_.size() && trimmed(lines_[at_]).starts_with('|'); ++at_) {
      if (is_table_rule(lines_[at_])) {
        has_head = true;
        continue;
      }
      rows.push_back(table_cells(lines_[at_]));
      widths.resize(std::max(widths.size(), rows.back().size()));
      for (std::size_t i = 0; i < rows.back().size(); ++i) {
        widths[i] = std::max(widths[i], shown_columns(rows.back()[i]));
      }
    }
    for (std::size_t r = 0; r < rows.size(); ++r) table_row(rows[r], widths, has_head && r == 0);
  }

  void table_row(const std::vector<std::string>& cells, const std::vector<int>& widths, bool is_head) {
    std::string line = "  ";
    int column = 2;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool is_last = i + 1 == cells.size();
      std::string text = is_last ? broken(cells[i], width_ - column, column) : cells[i];
      if (!is_last) {
        const int padding = widths[i] - shown_columns(cells[i]) + 2;
        text.append(static_cast<std::size_t>(padding), ' ');
        column += widths[i] + 2;
      }
      line += is_head ? kStrongMark + text + kEndMark : text;
    }
    out_ += painted(line, color_) + '\n';
  }

  /// A paragraph, a quotation or an item of a list, with the lines that continue it.
  void paragraph() {
    const std::string_view line = lines_[at_++];
    std::string_view text = trimmed(line);
    std::size_t indent = std::min<std::size_t>(indent_of(line), 12);
    const std::size_t marker = list_marker(text);
    begin(marker > 0);
    std::string out(indent, ' ');
    if (marker > 0) {
      out += text.substr(0, marker);
      indent += marker;
    } else if (text.starts_with('>')) {
      out += "  ";
      indent += 2;
    } else {
      out.clear();
      indent = 0;
    }
    const bool is_quotation = text.starts_with('>');
    std::string whole(trimmed(text.substr(is_quotation ? 1 : marker)));
    for (; at_ < lines_.size(); ++at_) {
      const std::string_view next = trimmed(lines_[at_]);
      const bool goes_on = is_quotation ? next.starts_with('>') : !starts_block(next);
      if (!goes_on) break;
      whole += ' ';
      whole += trimmed(next.substr(is_quotation ? 1 : 0));
    }
    const int columns = static_cast<int>(indent);
    out_ += painted(out + broken(marked(whole), width_ - columns, columns), color_) + '\n';
  }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  int width_;
  bool color_;
  bool last_was_item_ = false;
  std::string out_;
};

}  // namespace

std::string render_page(std::string_view markdown, int width, bool color) {
  return PageRenderer(markdown, width, color).render();
}

}  // namespace lf::cli
