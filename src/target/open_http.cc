#include "target/transports.h"

// What is plain goes plain: loading libcurl takes as long as all the rest of a check of a small target.

namespace lf::target {

Result<std::unique_ptr<HttpSource>> open_http(const TargetSpec& spec, const Limits& limits) {
  auto url = TargetUrl::parse(spec.url);
  if (!url) return std::unexpected(url.error());
  auto access = Access::prepare(spec, *url);
  if (!access) return std::unexpected(access.error());
  const bool plain = can_go_plain(*url, *access);
  return (plain ? open_plain : open_with_curl)(*std::move(url), *std::move(access), limits);
}

}  // namespace lf::target
