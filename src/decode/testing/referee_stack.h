#pragma once

#include <string>
#include <string_view>

#include "decode/testing/plain_records.h"

namespace lf::decode::testing {

/// Brings a function of debug=0 or debug=1 to the spelling of debug=2: type arguments become "[...]".
std::string dump_spelling(std::string_view function);

/// Takes off what debug=2 would not show: functions of the runtime that are not exported (runtime/traceback.go
/// showfuncinfo), unless nothing would be left.
PlainStack dump_frames(const PlainStack& all);

/// What a goroutine waits for, told from the runtime's functions at the leaf of `all`; "unknown" where they don't tell.
std::string inferred_state(const PlainStack& all);

/// Whether the stack is that of the goroutine that writes the profile for our request.
bool writes_profile(const PlainStack& stack);

}  // namespace lf::decode::testing
