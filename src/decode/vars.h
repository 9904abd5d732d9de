#pragma once

#include "decode/pending.h"

namespace lf::decode {

inline constexpr auto make_vars_decoder = &make_pending_decoder;

}  // namespace lf::decode
