#pragma once

#include <memory>

#include "decode/decoder.h"

namespace lf::decode {

/// The decoder of goroutine?debug=2 (see goroutine_debug2.cc).
std::unique_ptr<Decoder> make_goroutine_dump_decoder(Symbols& symbols, const DecodeLimits& limits);

}  // namespace lf::decode
