#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lf::cli {

/// The known word nearest to `word` by edits (insert, delete, replace, swap of neighbours), empty where none is near
/// enough to be meant: at most a third of its letters, and never more than three.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace lf::cli
