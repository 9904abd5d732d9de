#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "report/text_page.h"

namespace lf::report {

enum class Align : std::uint8_t { kLeft, kRight };
/// How a column gives way: not at all, in the middle (paths), or by the folders of the package first (functions).
enum class Fit : std::uint8_t { kWhole, kPath, kFunction };

/// A table that fits the page: columns are as wide as their widest cell; where that is too much, those that may give
/// way do, the widest first.
class Table {
 public:
  struct Column {
    std::string head;
    Align align = Align::kLeft;
    Fit fit = Fit::kWhole;
    bool spare = false;  ///< left out, the last first, where the page is too narrow for all
  };
  struct Cell {
    // Implicit: rows are lists of whatever text there is.
    template <class T>
      requires std::constructible_from<OutText, const T&>
    Cell(const T& words, Tint cell_tint = Tint::kPlain)  // NOLINT(google-explicit-constructor)
        : text(for_terminal(words)), tint(cell_tint) {}
    std::string text;
    Tint tint;
  };

  Table(int indent, std::vector<Column> columns) : indent_(indent), columns_(std::move(columns)) {}

  /// Adds a row with a cell for each column. Columns that are empty in all rows are left out.
  void row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  void write(TextPage& page) const;

 private:
  std::vector<int> widths(int page_width) const;
  void leave_out_spare(int page_width, std::vector<int>& widths) const;
  int indent_;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace lf::report
