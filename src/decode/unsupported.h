#pragma once

#include <memory>
#include <string_view>

#include "base/error.h"
#include "decode/decoder.h"

namespace lf::decode {

/// The failure for a profile that says nothing about leaks: what it is, and what to give instead.
std::unexpected<Error> fail_unsupported(std::string_view profile);

/// A decoder that reads no more than it takes to name the profile, and fails.
std::unique_ptr<Decoder> make_other_profile_decoder(Symbols& symbols, const DecodeLimits& limits);

}  // namespace lf::decode
