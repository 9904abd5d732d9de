#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "base/error.h"
#include "target/response_headers.h"
#include "target/source.h"
#include "target/url.h"

namespace lf::target {

/// An answer that brings fewer bytes than this within `Limits::stall` stalls: 100 bytes a second by default.
inline constexpr std::uint64_t kStallBytes = 1000;

/// How far a request has come; named in the message of a timeout.
enum class Phase : std::uint8_t { kResolve, kConnect, kTls, kFirstByte, kBody };

/// Which limit a request has run into.
enum class Deadline : std::uint8_t { kConnect, kStall, kTotal };

/// What a message may speak of besides the failure itself.
struct RequestContext {
  const TargetUrl* url = nullptr;
  const ProfileRequest* request = nullptr;
  bool has_credentials = false;
  bool has_own_authority = false;   ///< -ca
  std::string_view proxy;           ///< the user's, without secrets
  std::string_view proxy_variable;  ///< the environment's
};

/// What a transport says about a transfer that it gave up, in libcurl's numbers, whoever it was.
struct TransferFailure {
  CURLcode code = CURLE_OK;
  int os_error = 0;       ///< errno of the connect, 0 where there is none
  long tls_verify = 0;    ///< X509_V_ERR_… of the certificate, 0 where it was not the reason
  long proxy_status = 0;  ///< the proxy's answer to CONNECT, 0 where there was none
  std::string_view text;  ///< the transport's own words; may quote the target
  bool headers_complete = false;
  std::uint64_t body_bytes = 0;
};

/// "30s", "1.5s", "250ms".
std::string describe_duration(std::chrono::milliseconds duration);

/// The error for an answer that is no 200. `error_body` is the start of its body, raw.
Error describe_status(const RequestContext& context, const ResponseHeaders& headers, std::string_view error_body);

/// The error for a transfer that failed below HTTP.
Error describe_failure(const RequestContext& context, const TransferFailure& failure);

/// The error for a deadline that has passed in `phase`, after `limit` and `body_bytes` of the body.
Error describe_timeout(const RequestContext& context, Deadline deadline, Phase phase, std::chrono::milliseconds limit,
                       std::uint64_t body_bytes);

/// The error for a body beyond -max-body: `declared` by its Content-Length, or (0) met on the way.
Error describe_too_large(const RequestContext& context, std::uint64_t max_body_bytes, std::uint64_t declared);

/// The error for headers beyond ResponseHeaders::kMaxBytes.
Error describe_huge_headers(const RequestContext& context);

}  // namespace lf::target
