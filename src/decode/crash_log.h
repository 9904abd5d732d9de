#pragma once

#include <memory>

#include "decode/decoder.h"

namespace lf::decode {

/// The decoder of crash logs (see crash_log.cc).
std::unique_ptr<Decoder> make_crash_log_decoder(Symbols& symbols, const DecodeLimits& limits);

}  // namespace lf::decode
