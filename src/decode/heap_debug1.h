#pragma once

#include <memory>

#include "decode/decoder.h"

namespace lf::decode {

/// The decoder of heap?debug=1 and allocs?debug=1 with the MemStats at their end (see heap_debug1.cc).
std::unique_ptr<Decoder> make_heap_debug1_decoder(Symbols& symbols, const DecodeLimits& limits);

}  // namespace lf::decode
