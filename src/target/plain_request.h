#pragma once

#include <span>
#include <string>
#include <string_view>

#include "target/access.h"

namespace lf::target {

/// The bytes of a GET for `url`, an absolute http URL without credentials: what libcurl would send. `lines` are those
/// of `Access::request_lines`; they win over what is sent otherwise.
std::string plain_request(std::string_view url, std::span<const std::string> lines, const Access& access);

/// `path` without its "." and ".." (RFC 3986, 5.2.4), as every client sends it. A query may follow.
std::string without_dots(std::string_view path);

}  // namespace lf::target
