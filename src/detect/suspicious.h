#pragma once

#include <span>
#include <string_view>

#include "model/symbols.h"
#include "model/wait_state.h"

namespace lf::detect {

/// A row of suspicious.def: what one of the seed's categories is in a running program.
struct SuspiciousWait {
  std::string_view category;
  StateClass state_class;
  std::string_view frame;  ///< the beginning of a function's name; empty matches any stack
  std::string_view meaning;
};

std::span<const SuspiciousWait> suspicious_waits();

/// The first row that matches, or none.
const SuspiciousWait* find_suspicious(const Symbols& symbols, std::span<const FrameId> leaf_first,
                                      StateClass state_class);

}  // namespace lf::detect
