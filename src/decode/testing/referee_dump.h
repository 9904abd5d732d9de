#pragma once

#include <string_view>

#include "decode/testing/plain_records.h"

namespace lf::decode::testing {

/// Reads goroutine?debug=2 text, crash logs, SIGQUIT logs and panics, whole and line by line: the grammar of
/// go-profiles section 2 spelled out once, for comparison with the fast decoder. `http_dump` tells that the text is the
/// answer of a target, whose first goroutine serves the request.
PlainResult referee_dump(std::string_view text, bool http_dump);

}  // namespace lf::decode::testing
