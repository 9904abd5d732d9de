#include "report/table.h"

#include <algorithm>

#include "base/format.h"
#include "report/columns.h"

namespace lf::report {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 12;  ///< a column gives way no further
constexpr int kReadable = 16;   ///< before functions and paths get less, spare columns go

std::string fitted(std::string_view text, Fit fit, int width, std::string_view ellipsis) {
  if (fit == Fit::kWhole || columns(text) <= width) return std::string(text);
  const std::size_t slash =
      text.find('(') == std::string_view::npos ? text.rfind('/') : text.rfind('/', text.find('('));
  if (fit == Fit::kFunction && slash != std::string_view::npos) {
    const std::string_view name = text.substr(slash + 1);
    return columns(name) + columns(ellipsis) <= width ? format("{}{}", ellipsis, name)
                                                      : shorten_front(name, width, ellipsis);
  }
  return shorten_middle(text, width, ellipsis);
}

void put_cell(Line& line, const Table::Column& column, std::string_view text, Tint tint, int width, int begin,
              std::string_view ellipsis) {
  const std::string shown = fitted(text, column.fit, width, ellipsis);
  const int spaces = column.align == Align::kRight ? width - columns(shown) : 0;
  line.pad_to(begin + spaces).add(shown, tint);
}

}  // namespace

void Table::leave_out_spare(int page_width, std::vector<int>& widths) const {
  const auto comfortable = [&] {
    int sum = indent_ - kGap;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const int width = columns_[i].fit == Fit::kWhole ? widths[i] : std::min(widths[i], kReadable);
      sum += width > 0 ? width + kGap : 0;
    }
    return sum;
  };
  for (std::size_t i = columns_.size(); i-- > 0 && comfortable() > page_width;) {
    if (columns_[i].spare) widths[i] = 0;
  }
}

std::vector<int> Table::widths(int page_width) const {
  std::vector<int> all(columns_.size(), 0);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const std::vector<Cell>& row : rows_) all[i] = std::max(all[i], columns(row[i].text));
    if (all[i] > 0) all[i] = std::max(all[i], columns(columns_[i].head));
  }
  leave_out_spare(page_width, all);
  const auto total = [&] {
    int sum = indent_;
    for (const int width : all) sum += width > 0 ? width + kGap : 0;
    return sum - kGap;
  };
  for (int excess = total() - page_width; excess > 0; excess = total() - page_width) {
    std::size_t widest = all.size();
    int second = kNarrowest;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (columns_[i].fit == Fit::kWhole || all[i] <= kNarrowest) continue;
      if (widest == all.size() || all[i] > all[widest]) {
        if (widest != all.size()) second = std::max(second, all[widest]);
        widest = i;
      } else {
        second = std::max(second, all[i]);
      }
    }
    if (widest == all.size()) break;
    // Down to the next widest, so that two long columns share the loss; equal ones take turns.
    const int step = all[widest] > second ? std::min(excess, all[widest] - second) : 1;
    all[widest] -= step;
  }
  return all;
}

void Table::write(TextPage& page) const {
  if (rows_.empty()) return;
  const std::vector<int> all = widths(page.width());
  const auto put_row = [&](const auto& cell_of) {
    Line line;
    int begin = indent_;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (all[i] == 0) continue;
      const auto [text, tint] = cell_of(i);
      put_cell(line, columns_[i], text, tint, all[i], begin, page.signs().ellipsis);
      begin += all[i] + kGap;
    }
    page.line(line);
  };
  put_row([&](std::size_t i) { return std::pair<std::string_view, Tint>(columns_[i].head, Tint::kDim); });
  for (const std::vector<Cell>& row : rows_) {
    put_row([&](std::size_t i) { return std::pair<std::string_view, Tint>(row[i].text, row[i].tint); });
  }
}

}  // namespace lf::report
