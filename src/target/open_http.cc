#include "target/transports.h"

namespace lf::target {

Result<std::unique_ptr<HttpSource>> open_http(const TargetSpec& spec, const Limits& limits) {
  auto url = TargetUrl::parse(spec.url);
  if (!url) return std::unexpected(url.error());
  auto access = Access::prepare(spec, *url);
  if (!access) return std::unexpected(access.error());
  return open_with_curl(*std::move(url), *std::move(access), limits);
}

}  // namespace lf::target
