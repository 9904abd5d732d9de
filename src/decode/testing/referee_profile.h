#pragma once

#include <string_view>

#include "decode/testing/plain_records.h"

namespace lf::decode::testing {

/// Reads profile.proto bytes (unzipped) of a goroutine, goroutineleak or heap profile: the whole message into lists
/// first, the names looked up afterwards (go-profiles sections 3.2, 4.2, 5). An empty result where a length leads out
/// of the bytes.
PlainResult referee_profile(std::string_view bytes);

}  // namespace lf::decode::testing
