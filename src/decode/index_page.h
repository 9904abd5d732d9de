#pragma once

#include "decode/pending.h"

namespace lf::decode {

inline constexpr auto make_index_page_decoder = &make_pending_decoder;

}  // namespace lf::decode
