#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "model/symbols.h"

namespace lf::decode {

/// Reads a list of pprof labels at the front of `text`, which starts after its "{", up to and including the "}":
///
///     "route": "/v1/users", "we ird": "a\"b,c:d}"}     Go 1.26 dumps: all quoted
///     route: /v1/users, empty: , tenant: "x]y"}        Go 1.27 dumps: quoted where needed, an empty value is nothing
///     "route":"/v1/users", "tenant":"x]y"}             debug=1
///
/// Appends to `labels` (interned in `symbols`, sorted by key). Returns how many bytes were read, 0 where this is no
/// such list; then `labels` is as it was. Quotes are Go's (strconv.Quote); a broken escape is kept as it stands.
std::size_t read_label_list(std::string_view text, Symbols& symbols, std::vector<Label>& labels);

}  // namespace lf::decode
