#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/evidence.h"
#include "model/finding.h"

namespace lf::detect {

/// Goroutines by state, in the order of their first group.
using States = std::vector<std::pair<WaitState, std::uint64_t>>;

/// The goroutines of one start, an entry function and a `go` statement, wherever they are.
using Starts = std::map<std::pair<std::uint32_t, FrameId>, States>;
Starts find_starts(const Context& context);

/// Fill what a finding says of its subject by itself: kind, site, counts, stack, title, the mistake it looks like and
/// its fix. `index` is the subject's.
void describe_group(const Context& context, const Starts& starts, std::uint32_t index, Finding& finding);
void describe_heap_site(const Context& context, std::uint32_t index, Finding& finding);
void describe_process(const Context& context, std::string_view rule, Finding& finding);

/// A name of the target between words of ours.
TargetText with(std::string_view before, std::string_view name, std::string_view after);

}  // namespace lf::detect
