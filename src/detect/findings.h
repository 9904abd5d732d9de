#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/evidence.h"
#include "model/finding.h"

namespace lf::detect {

/// So many findings a report holds, and so many bytes of names in them: a stack costs the target four bytes a frame,
/// and a report the whole text of it.
inline constexpr std::size_t kMostFindings = 10'000;
inline constexpr std::size_t kMostFindingText = 64UZ << 20;

/// Leaves out of `ranked` (the weightiest first) what is beyond `most` items and `text` bytes by `size`; the first
/// stays whatever its size. Returns how many went.
template <class Item, class Size>
std::uint64_t keep_what_fits(std::vector<Item>& ranked, std::size_t most, std::size_t text, Size size) {
  const std::size_t before = ranked.size();
  ranked.erase(ranked.begin() + static_cast<std::ptrdiff_t>(std::min(before, most)), ranked.end());
  bool is_first = true;
  std::erase_if(ranked, [&](const Item& item) {
    const std::size_t wanted = size(item);
    if (wanted > text && !std::exchange(is_first, false)) return true;
    is_first = false;
    text -= std::min(text, wanted);
    return false;
  });
  return before - ranked.size();
}

struct Findings {
  std::vector<Finding> kept;   ///< ordered: verdict, score, count falling, then site
  std::uint64_t left_out = 0;  ///< of the lowest rank, beyond the limits
};

/// Turns evidence into findings, one a leak.
Findings make_findings(const Context& context, const Evidences& evidences);

/// Orders findings as every report shows them, and makes their ids unique (see number_twins).
void sort_findings(std::vector<Finding>& findings);

/// Gives a finding its score. Its parts always add up to it: the part "band", with `why`, says by how much the score is
/// more or less than the others.
void set_score(int score, std::string_view why, Finding& finding);

/// A frame for people.
SourceLine source_line(const Symbols& symbols, FrameId frame);

/// `stack` for people, leaf first.
std::vector<SourceLine> source_lines(const Symbols& symbols, StackId stack);

/// The bytes that `source_line` and `source_lines` would make of it.
std::size_t text_size(const Symbols& symbols, FrameId frame);
std::size_t text_size(const Symbols& symbols, StackId stack);

}  // namespace lf::detect
