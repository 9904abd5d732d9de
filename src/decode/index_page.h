#pragma once

#include <memory>

#include "decode/decoder.h"

namespace lf::decode {

/// The decoder of the index page of net/http/pprof; any other page comes out as kHtml with its title.
///
///     <tr><td>46</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>      net/http/pprof/pprof.go
///     indexTmplExecute
///
/// Names are unescaped. Rows are kept up to 10,000, pages up to 8 MiB.
std::unique_ptr<Decoder> make_index_page_decoder(Symbols& symbols, const DecodeLimits& limits);

}  // namespace lf::decode
