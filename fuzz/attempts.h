#pragma once

#include <string>
#include <string_view>

#include "base/format.h"
#include "base/text.h"

namespace lf::fuzz {

// Tries one input, whatever it holds. Returns what is wrong with what came of it; empty where nothing is.
#define LF_FUZZ_TARGET(name, brief, seeds) std::string attempt_##name(std::string_view input);
#include "targets.def"
#undef LF_FUZZ_TARGET

/// What is wrong with the message of a failure: it is there, and one line that a terminal may be given.
inline std::string broken_message(std::string_view message) {
  if (message.empty()) return "a failure without a message";
  if (visible(message) != message) return format("a message holds what nobody can see: \"{}\"", visible(message));
  return {};
}

}  // namespace lf::fuzz
