#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "decode/testing/stack_patterns.h"

namespace lf::decode::testing {

using TextSink = std::function<void(std::string_view)>;

/// Which of the rarer forms of the text dump may occur; each that is on is drawn for `percent` of the goroutines.
struct DumpForms {
  unsigned percent = 0;
  bool crash_header = false;    ///< gp=0x… m=nil, and fp= sp= pc= after the file line (Go 1.22 and later, system level)
  bool synctest = false;        ///< ", synctest bubble 3"
  bool labels_inside = false;   ///< Go 1.26: labels within the brackets, every key and value quoted
  bool labels_after = false;    ///< Go 1.27: labels after the brackets, quoted where needed
  bool leaked = false;          ///< " (leaked)", without minutes
  bool elided = false;          ///< "...51 frames elided..." in the middle
  bool ancestors = false;       ///< "[originating from goroutine 7]:" and its frames
  bool without_parent = false;  ///< Go 1.20 and earlier: "created by f" without "in goroutine 1"
  bool stack_unavailable = false;
};

/// What to generate; the same shape gives the same bytes everywhere.
struct DumpShape {
  std::uint64_t seed = 1;
  std::size_t goroutines = 1000;
  StackShape stacks = {};
  bool one_parent = false;  ///< every creator ran in goroutine 1 (the easy case of grouping by creator and parent)
  DumpForms forms = {};
};

/// Writes goroutine?debug=2 text in pieces of some kilobytes. Every stack occurs at least once (if there are as many
/// goroutines), the others follow a skewed distribution as in real services; ids are in the order of allgs: not sorted.
void generate_debug2(const DumpShape& shape, const TextSink& sink);

/// Writes goroutine?debug=1 text: records in falling order of their count. Forms other than labels do not apply.
void generate_debug1(const DumpShape& shape, const TextSink& sink);

/// Draws which stack each of `goroutines` has: each stack once, then few stacks often and many seldom, shuffled.
std::vector<std::uint32_t> draw_stacks(std::size_t goroutines, std::size_t stacks, Random& random);

}  // namespace lf::decode::testing
