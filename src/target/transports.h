#pragma once

#include <memory>

#include "base/error.h"
#include "target/access.h"
#include "target/source.h"
#include "target/url.h"

namespace lf::target {

/// Opens a target of any kind through libcurl, which is loaded with the first one.
[[nodiscard]] Result<std::unique_ptr<HttpSource>> open_with_curl(TargetUrl url, Access access, const Limits& limits);

}  // namespace lf::target
