#pragma once

#include <string>
#include <string_view>

#include "decode/testing/plain_records.h"

namespace lf::decode::testing {

/// Brings a function of debug=0 or debug=1 to the spelling of debug=2: type arguments become "[...]".
std::string dump_spelling(std::string_view function);

/// Takes off what debug=2 would not show (runtime/traceback.go showfuncinfo): functions of the runtime that are not
/// exported, and wrappers made by the compiler, unless nothing would be left.
PlainStack dump_frames(const PlainStack& all);

/// Whether the stack is that of the goroutine that writes the profile for our request.
bool writes_profile(const PlainStack& stack);

/// Whether `function` is anywhere on the stack.
bool calls(const PlainStack& stack, std::string_view function);

}  // namespace lf::decode::testing
