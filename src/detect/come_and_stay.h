#pragma once

#include <optional>
#include <string>

#include "detect/evidence.h"

namespace lf::detect {

/// Whether the goroutines of a group come and never go: they keep coming, or more joined those that were stuck already
/// and none got away. Glimpse where it was seen too short.
std::optional<Grade> come_and_stay(const GroupFacts& facts, StateClass state_class);

/// Adds under `rule`, in words and points, what `come_and_stay` sees of the groups whose class `applies`.
void find_who_stay(const Context& context, std::string_view rule, bool (*applies)(StateClass), Evidences& evidences);

/// "0.5 s", "12 s", "3 min": for sentences.
std::string span_in_words(double seconds);

/// "4, 7, 10, 10", with the middle left out where there are many.
std::string counts_in_words(const std::vector<std::uint64_t>& counts);

}  // namespace lf::detect
