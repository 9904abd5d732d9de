#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "decode/testing/plain_records.h"

namespace lf::decode::testing {

/// Reads goroutine?debug=1 and goroutineleak?debug=1 (`leak`), whole and line by line (go-profiles sections 3.1 and 5).
PlainResult referee_counts(std::string_view text, bool leak);

/// Reads heap?debug=1 with its MemStats, and scales the records as the runtime does (go-profiles section 4).
PlainResult referee_heap(std::string_view text);

/// A sampled number of objects and their bytes, scaled to the whole population (runtime/pprof/protomem.go
/// scaleHeapSample).
std::pair<std::int64_t, std::int64_t> scaled_sample(std::int64_t objects, std::int64_t bytes, std::int64_t rate_bytes);

/// Adds one record of a goroutine profile to `profile` with its frames brought to those of debug=2. The state is left
/// empty: what an inferred state is worth, the dump of the same moment tells.
void add_count(PlainProfile& profile, PlainStack all, PlainLabels labels, std::int64_t count, bool leak);

/// Marks the goroutine that reads ahead on our request's connection, where there is only one that may be it: it runs
/// (*connReader).backgroundRead, or has not run yet and has no frames.
void mark_reader_of_our_connection(PlainProfile& profile);

}  // namespace lf::decode::testing
