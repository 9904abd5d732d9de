#pragma once

#include <chrono>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/stop.h"

namespace lf::target {

/// A message for a webhook.
struct Post {
  std::string url;  ///< http or https; credentials and query are used and never shown
  std::string content_type;
  std::string body;
  std::string proxy;  ///< as `TargetSpec::proxy`; empty: the environment's (http_proxy, https_proxy, NO_PROXY)
  std::string user_agent = "leakfinder";
  std::chrono::milliseconds timeout{10'000};  ///< of one try
  int tries = 3;
  std::chrono::milliseconds first_pause{500};  ///< before the second try; doubled before each that follows
};

/// Sends `message`. Tries again after failures that may pass: no connection, a timeout, 408, 429, 5xx. Any 2xx is
/// success; redirects are not followed. Fails with kUsage (no http URL), kUnreachable, kTimeout, kRefused (the answer
/// was no), kInterrupted; no message shows a secret of the URL.
[[nodiscard]] Result<void> post(const Post& message, Clock& clock, const Stop& stop);

}  // namespace lf::target
