#include "report/columns.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace lf::report {
namespace {

struct Range {
  char32_t first, last;
};

// East Asian Wide and Fullwidth (Unicode 15, EastAsianWidth.txt), joined to the blocks that matter.
constexpr std::array kWide{
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},   Range{0x25FD, 0x25FE},
    Range{0x2614, 0x2615},   Range{0x26A1, 0x26A1},   Range{0x26AA, 0x26AB},   Range{0x26D4, 0x26D4},
    Range{0x2705, 0x2705},   Range{0x270A, 0x270B},   Range{0x2728, 0x2728},   Range{0x274C, 0x274C},
    Range{0x2753, 0x2755},   Range{0x2757, 0x2757},   Range{0x2795, 0x2797},   Range{0x2B1B, 0x2B1C},
    Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},
    Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},
    Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F7E0, 0x1F7EB}, Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD},
};
constexpr std::array kZero{
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x064B, 0x065F}, Range{0x1AB0, 0x1AFF},
    Range{0x1DC0, 0x1DFF}, Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F},
};

template <class Table>
bool contains(const Table& table, char32_t c) {
  const auto range = std::ranges::upper_bound(table, c, {}, &Range::first);
  return range != table.begin() && c <= std::prev(range)->last;
}

int columns_of(char32_t c) {
  if (c < 0x300) return 1;
  return contains(kZero, c) ? 0 : contains(kWide, c) ? 2 : 1;
}

/// A code point of a text: where it begins, how many columns it takes.
struct Glyph {
  std::size_t at;
  int width;
};

std::vector<Glyph> glyphs(std::string_view text) {
  std::vector<Glyph> all;
  all.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = 0;
    const std::size_t length = std::max<std::size_t>(1, decode_utf8(text.substr(at), c));
    all.push_back({at, columns_of(c)});
    at += length;
  }
  return all;
}

/// Moves the cut of a path to where segments end, unless that would drop over half of the tail or all of the head.
void snap_to_segments(std::string_view text, const std::vector<Glyph>& all, std::size_t& head, std::size_t& tail) {
  for (std::size_t i = tail; i < tail + (all.size() - tail) / 2; ++i) {
    if (text[all[i].at] != '/') continue;
    tail = i;
    break;
  }
  for (std::size_t i = head; i > 2; --i) {
    if (text[all[i - 1].at] != '/') continue;
    head = i;
    break;
  }
}

}  // namespace

int columns(std::string_view text) {
  int sum = 0;
  for (const Glyph& glyph : glyphs(text)) sum += glyph.width;
  return sum;
}

std::string shorten_front(std::string_view text, int width, std::string_view ellipsis) {
  const std::vector<Glyph> all = glyphs(text);
  int total = 0;
  for (const Glyph& glyph : all) total += glyph.width;
  if (total <= width) return std::string(text);
  const int room = std::max(1, width - columns(ellipsis));
  std::size_t begin = 0;
  while (begin < all.size() && total > room) total -= all[begin++].width;
  while (begin < all.size() && all[begin].width == 0) ++begin;
  return std::string(ellipsis).append(begin < all.size() ? text.substr(all[begin].at) : std::string_view());
}

std::string shorten_middle(std::string_view text, int width, std::string_view ellipsis) {
  const std::vector<Glyph> all = glyphs(text);
  int total = 0;
  for (const Glyph& glyph : all) total += glyph.width;
  if (total <= width) return std::string(text);
  const int room = std::max(2, width - columns(ellipsis));
  const int head_room = std::max(1, room / 3);
  std::size_t head = 0;
  int used = 0;
  while (used + all[head].width <= head_room) used += all[head++].width;
  std::size_t tail = all.size();
  while (tail > head && used + all[tail - 1].width <= room) used += all[--tail].width;
  // A combining mark goes with the character before it, which is gone.
  while (tail < all.size() && all[tail].width == 0) ++tail;
  snap_to_segments(text, all, head, tail);
  std::string out(text.substr(0, head < all.size() ? all[head].at : text.size()));
  out += ellipsis;
  if (tail < all.size()) out += text.substr(all[tail].at);
  return out;
}

}  // namespace lf::report
