#pragma once

#include <memory>

#include "decode/decoder.h"

namespace lf::decode {

/// The decoder of goroutine?debug=1 and goroutineleak?debug=1 (see goroutine_debug1.cc); the heading tells which it is.
std::unique_ptr<Decoder> make_goroutine_debug1_decoder(Symbols& symbols, const DecodeLimits& limits);

}  // namespace lf::decode
