#pragma once

#include <memory>

#include "decode/decoder.h"

namespace lf::decode {

/// The decoder of /debug/vars (package expvar): reads `memstats`, and nothing else.
///
/// `cmdline` may hold secrets: it is skipped, never kept. Fails with kMalformed where memstats is missing or cut, and
/// with kTooLarge beyond 64 MiB.
std::unique_ptr<Decoder> make_vars_decoder(Symbols& symbols, const DecodeLimits& limits);

}  // namespace lf::decode
