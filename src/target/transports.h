#pragma once

#include <memory>

#include "base/error.h"
#include "target/access.h"
#include "target/source.h"
#include "target/url.h"

namespace lf::target {

/// Opens a target of any kind through libcurl, which is loaded with the first one.
[[nodiscard]] Result<std::unique_ptr<HttpSource>> open_with_curl(TargetUrl url, Access access, const Limits& limits);

/// Opens a target for which `can_go_plain` holds through sockets of our own.
[[nodiscard]] Result<std::unique_ptr<HttpSource>> open_plain(TargetUrl url, Access access, const Limits& limits);

/// Whether a target needs neither a name server nor TLS nor a proxy: `http` at an address in numbers or `localhost`.
[[nodiscard]] bool can_go_plain(const TargetUrl& url, const Access& access);

}  // namespace lf::target
