#pragma once

#include <memory>

#include "decode/decoder.h"
#include "decode/unsupported.h"

namespace lf::decode {

inline std::unique_ptr<Decoder> make_pending_decoder(Symbols& symbols, const DecodeLimits& limits) {
  return make_other_profile_decoder(symbols, limits);
}

}  // namespace lf::decode
