#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "decode/decoder.h"

namespace lf::decode {

/// The decoder of /debug/vars (package expvar): reads `memstats`, and nothing else.
///
/// `cmdline` may hold secrets: it is skipped, never kept. Fails with kMalformed where memstats is missing or cut, and
/// with kTooLarge beyond 64 MiB.
std::unique_ptr<Decoder> make_vars_decoder(Symbols& symbols, const DecodeLimits& limits);

/// The part of a body of /debug/vars that may be kept: the object after "memstats", braces included; empty where there
/// is none that is whole. A view of `vars`.
std::span<const std::byte> find_memstats(std::span<const std::byte> vars);

}  // namespace lf::decode
