#pragma once

#include "decode/pending.h"

namespace lf::decode {

inline constexpr auto make_goroutine_debug1_decoder = &make_pending_decoder;

}  // namespace lf::decode
