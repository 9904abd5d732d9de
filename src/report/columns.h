#pragma once

#include <string>
#include <string_view>

namespace lf::report {

/// How many columns of a terminal `text` takes: wide East Asian characters and icons take two, combining marks none.
/// `text` is visible (`for_terminal`), without escape sequences.
int columns(std::string_view text);

/// `text` in at most `width` columns: where it is longer, the middle makes room for `ellipsis`; the end, which names
/// the file and the line, keeps two thirds. Nothing is cut below the ellipsis and one column on each side.
std::string shorten_middle(std::string_view text, int width, std::string_view ellipsis);

/// `text` in at most `width` columns: where it is longer, its end behind `ellipsis`.
std::string shorten_front(std::string_view text, int width, std::string_view ellipsis);

}  // namespace lf::report
