#include "target/http_errors.h"

#include <cerrno>
#include <system_error>

#include "base/format.h"
#include "base/text.h"

// Every message says what happened, to what, and what to do next, on one line. Whatever came from the target goes
// through `quote` first.

namespace lf::target {
namespace {

constexpr std::size_t kQuotedBytes = 120;

/// The first line of a foreign text, cut and visible, in quotes; empty for an empty text.
std::string quote(std::string_view text) {
  while (!text.empty() && (text.front() == '\n' || text.front() == '\r' || text.front() == ' ')) text.remove_prefix(1);
  text = text.substr(0, text.find_first_of("\r\n"));
  const bool cut = text.size() > kQuotedBytes;
  text = text.substr(0, kQuotedBytes);
  for (int i = 0; cut && i < 3 && !text.empty() && (static_cast<unsigned char>(text.back()) & 0x80U) != 0; ++i) {
    text.remove_suffix(1);
  }
  return text.empty() ? std::string() : format("\"{}{}\"", visible(text), cut ? "…" : "");
}

/// "goroutine?debug=2", or "the index page".
std::string name_of(const RequestContext& context) {
  const std::string& path = context.request->path;
  return path.empty() ? std::string("the index page") : visible(path).substr(0, 200);
}

Error error_of(const RequestContext& context, ErrorCode code, std::string message) {
  return Error{code, std::move(message), context.url->display(*context.request)};
}

std::string proxy_hint(const RequestContext& context) {
  if (!context.proxy.empty()) return format(" (through the proxy {})", context.proxy);
  if (context.proxy_variable.empty()) return "";
  return format(" ({} is set in the environment; NO_PROXY={} goes around it)", context.proxy_variable,
                context.url->host());
}

std::string describe_not_found(const RequestContext& context, const ResponseHeaders& headers) {
  const std::string name = name_of(context);
  if (headers.from_pprof())
    return format("the target does not offer the profile \"{}\" (404 from net/http/pprof)", name);
  if (context.request->from_root) return format("the target does not serve {} (404)", name);
  return format(
      "pprof is not mounted at this path of {} (404): is `import _ \"net/http/pprof\"` in the service, on this "
      "port's mux? else give its whole path: -url=http://host:port/prefix/debug/pprof/",
      context.url->address());
}

std::string describe_unauthorized(const RequestContext& context, const ResponseHeaders& headers) {
  const std::string scheme =
      quote(std::string_view(headers.authenticate()).substr(0, headers.authenticate().find(' ')));
  const std::string wanted = scheme.empty() ? "" : format(" (it asks for {})", scheme);
  if (context.has_credentials) {
    return format(
        "{} refuses these credentials with status {}{}: check -user and its password, -bearer-token-file or "
        "-header",
        context.url->address(), headers.status(), wanted);
  }
  return format("{} wants credentials (status {}){}: give -user with -password-file, -bearer-token-file or -header",
                context.url->address(), headers.status(), wanted);
}

/// What a certificate's error means and what helps; the numbers are OpenSSL's X509_V_ERR_….
std::string describe_certificate(const TransferFailure& failure) {
  constexpr std::string_view kTrust =
      "if it is your own, give its authority with -ca=FILE, or -insecure to accept any certificate";
  switch (failure.tls_verify) {
    case 9:
      return "its certificate is not valid yet (is a clock wrong?); -insecure accepts it";
    case 10:
      return "its certificate has expired; renew it, or -insecure to accept it";
    case 18:
      return format("its certificate is self-signed: {}", kTrust);
    case 19:
    case 20:
    case 21:
    case 2:
      return format("its certificate is signed by an unknown authority: {}", kTrust);
    case 23:
      return "its certificate has been revoked";
    default:
      break;
  }
  if (failure.text.contains("subject name") || failure.text.contains("does not match")) {
    return "its certificate is for another host name: use the name that it was made for, or -insecure to accept it";
  }
  return format("its certificate is not accepted ({}): {}", quote(failure.text), kTrust);
}

Error describe_tls(const RequestContext& context, const TransferFailure& failure) {
  const std::string address = context.url->address();
  const auto tls = [&](std::string_view what) {
    return error_of(context, ErrorCode::kTls, format("TLS with {} failed: {}{}", address, what, proxy_hint(context)));
  };
  switch (failure.code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return tls(describe_certificate(failure));
    case CURLE_SSL_CACERT_BADFILE:
      if (context.has_own_authority) {
        return error_of(context, ErrorCode::kUsage, "the -ca file holds no certificates in PEM form");
      }
      return tls("the system's certificate authorities are missing (install ca-certificates, or give -ca=FILE)");
    case CURLE_SSL_CERTPROBLEM:
      return error_of(
          context, ErrorCode::kUsage,
          "the -cert or -key file can't be used: PEM form, a key that fits and has no pass phrase are needed");
    default:
      break;
  }
  if (failure.text.contains("wrong version number") || failure.text.contains("packet length too long")) {
    return tls("what answers does not speak TLS; try http:// instead of https://");
  }
  if (failure.text.contains("certificate required") || failure.text.contains("bad certificate") ||
      failure.text.contains("handshake failure")) {
    return tls(format("it wants a client certificate that it knows: -cert and -key ({})", quote(failure.text)));
  }
  return tls(failure.text.empty() ? "the handshake was broken off" : quote(failure.text));
}

Error describe_no_connection(const RequestContext& context, const TransferFailure& failure) {
  const TargetUrl& url = *context.url;
  const std::string address = url.address();
  const std::string hint = proxy_hint(context);
  if (url.scheme() == Scheme::kUnix) {
    if (failure.os_error == ENOENT) {
      return error_of(context, ErrorCode::kUnreachable, format("no socket at {}: is the service running?", address));
    }
    if (failure.os_error == EACCES || failure.os_error == EPERM) {
      return error_of(context, ErrorCode::kUnreachable, format("no permission to use the socket {}", address));
    }
    return error_of(context, ErrorCode::kRefused,
                    format("nothing listens on the socket {}: is the service running?", address));
  }
  switch (failure.os_error) {
    case ECONNREFUSED:
      if (!context.proxy.empty()) {
        return error_of(context, ErrorCode::kRefused, format("the proxy {} refused the connection", context.proxy));
      }
      return error_of(context, ErrorCode::kRefused,
                      format("nothing listens on {} (connection refused): is the service running, is this its pprof "
                             "port?{}",
                             address, hint));
    case ETIMEDOUT:
      return error_of(context, ErrorCode::kTimeout,
                      format("timeout while connecting to {}: is a firewall in between?{}", address, hint));
    case 0:
      return error_of(context, ErrorCode::kUnreachable,
                      format("can't connect to {}: {}{}", address, quote(failure.text), hint));
    default:
      return error_of(context, ErrorCode::kUnreachable,
                      format("can't reach {}: {}{}", address, std::generic_category().message(failure.os_error), hint));
  }
}

Error describe_broken_off(const RequestContext& context, const TransferFailure& failure) {
  const std::string address = context.url->address();
  const std::string_view did = failure.text.contains("reset") ? "reset the connection" : "closed the connection";
  if (failure.headers_complete && failure.text.contains("chunk")) {
    return error_of(
        context, ErrorCode::kMalformed,
        format("the chunked transfer encoding of {} is broken after {} bytes", name_of(context), failure.body_bytes));
  }
  if (failure.headers_complete) {
    return error_of(context, ErrorCode::kUnreachable,
                    format("{} {} in the middle of {}, after {} bytes (its WriteTimeout, or a restart?)", address, did,
                           name_of(context), failure.body_bytes));
  }
  const bool tls = context.url->scheme() == Scheme::kHttps;
  return error_of(
      context, ErrorCode::kUnreachable,
      format("{} {} without an answer to {}: is this its pprof port, and does it {}?{}", address, did, name_of(context),
             tls ? "want a client certificate (-cert, -key)" : "speak TLS (https://)", proxy_hint(context)));
}

}  // namespace

std::string describe_duration(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  if (count < 1000) return format("{}ms", count);
  if (count % 1000 == 0) return format("{}s", count / 1000);
  return format("{:.1f}s", static_cast<double>(count) / 1000);
}

Error describe_status(const RequestContext& context, const ResponseHeaders& headers, std::string_view error_body) {
  const int status = headers.status();
  const std::string address = context.url->address();
  const std::string name = name_of(context);
  const std::string said = error_body.empty() ? "" : format(": {}", quote(error_body));
  switch (status) {
    case 401:
    case 403:
      return error_of(context, ErrorCode::kUnauthorized, describe_unauthorized(context, headers));
    case 404:
      return error_of(context, ErrorCode::kNotFound, describe_not_found(context, headers));
    case 405:
      return error_of(context, ErrorCode::kUnsupported,
                      format("{} does not allow GET on {} (405): this path is not pprof's", address, name));
    case 407:
      return error_of(context, ErrorCode::kUnauthorized,
                      "the proxy wants credentials (407): -proxy=http://user:password@host:port");
    case 429:
      return error_of(
          context, ErrorCode::kUnreachable,
          format("{} has had too many requests (429){}: wait and try again", address,
                 headers.retry_after().empty() ? "" : format(", retry after {}", quote(headers.retry_after()))));
    default:
      break;
  }
  if (status == 400 && error_body.contains("HTTP request to an HTTPS server")) {
    return error_of(context, ErrorCode::kTls, format("{} speaks TLS: use https:// instead of http://", address));
  }
  if (status >= 500 && status < 600) {
    return error_of(context, ErrorCode::kUnreachable,
                    format("{} answered {} with status {}{} (a gateway that can't reach the service, or the service "
                           "itself is in trouble)",
                           address, name, status, said));
  }
  if (status >= 200 && status < 300) {
    return error_of(context, ErrorCode::kMalformed,
                    format("{} answered {} with status {} and no profile", address, name, status));
  }
  return error_of(context, ErrorCode::kMalformed,
                  format("{} answered {} with status {}{}", address, name, status, said));
}

Error describe_failure(const RequestContext& context, const TransferFailure& failure) {
  const TargetUrl& url = *context.url;
  if (failure.proxy_status >= 300) {
    const bool credentials = failure.proxy_status == 407;
    return error_of(context, credentials ? ErrorCode::kUnauthorized : ErrorCode::kUnreachable,
                    credentials
                        ? std::string("the proxy wants credentials (407): -proxy=http://user:password@host:port")
                        : format("the proxy refuses to connect to {} (status {}){}", url.address(),
                                 failure.proxy_status, proxy_hint(context)));
  }
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return error_of(context, ErrorCode::kUnreachable, format("no such host: \"{}\"", url.host()));
    case CURLE_COULDNT_RESOLVE_PROXY:
      return error_of(context, ErrorCode::kUnreachable, format("the proxy's host is not known{}", proxy_hint(context)));
    case CURLE_PROXY:
      return error_of(context, ErrorCode::kUnreachable,
                      format("the proxy does not connect to {}{}", url.address(), proxy_hint(context)));
    case CURLE_COULDNT_CONNECT:
      return describe_no_connection(context, failure);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return describe_tls(context, failure);
    case CURLE_OPERATION_TIMEDOUT:
      return error_of(context, ErrorCode::kTimeout,
                      format("timeout while connecting to {}{}", url.address(), proxy_hint(context)));
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return error_of(
          context, ErrorCode::kMalformed,
          format("what answers on {} does not speak HTTP/1: wrong port, or TLS (try https://)?", url.address()));
    case CURLE_BAD_CONTENT_ENCODING:
      return error_of(
          context, ErrorCode::kMalformed,
          format("the Content-Encoding of {} is broken after {} bytes", name_of(context), failure.body_bytes));
    case CURLE_OUT_OF_MEMORY:
      // libcurl's own limit on one header line, which has not reached us.
      return describe_huge_headers(context);
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
      return describe_broken_off(context, failure);
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      if (url.scheme() == Scheme::kHttps && failure.text.contains("alert")) {
        return describe_tls(context, failure);
      }
      return describe_broken_off(context, failure);
    default:
      return error_of(context, ErrorCode::kUnreachable,
                      format("the request for {} failed: {}", name_of(context), quote(failure.text)));
  }
}

Error describe_timeout(const RequestContext& context, Deadline deadline, Phase phase, std::chrono::milliseconds limit,
                       std::uint64_t body_bytes) {
  const std::string address = context.url->address();
  const std::string name = name_of(context);
  const std::string after = describe_duration(limit);
  const std::string hint = proxy_hint(context);
  const std::string_view raise = deadline == Deadline::kTotal ? "; -timeout allows more" : "";
  const auto timeout = [&](std::string message) { return error_of(context, ErrorCode::kTimeout, std::move(message)); };
  switch (phase) {
    case Phase::kResolve:
      return timeout(format("timeout while resolving \"{}\": the name server did not answer within {}{}{}",
                            context.url->host(), after, raise, hint));
    case Phase::kConnect:
      return timeout(format("timeout while connecting to {}: no connection within {} (is a firewall in between?){}{}",
                            address, after, raise, hint));
    case Phase::kTls:
      return timeout(format("timeout in the TLS handshake with {}: not done within {} (does it speak TLS there?){}{}",
                            address, after, raise, hint));
    case Phase::kFirstByte:
      return timeout(
          format("timeout waiting for the first byte of {}: {} took the connection and gave no answer within {}{}",
                 name, address, after, raise));
    case Phase::kBody:
      break;
  }
  if (deadline == Deadline::kStall) {
    return timeout(format("timeout: {} stalled after {} bytes: less than {} bytes came in {}", name, body_bytes,
                          kStallBytes, after));
  }
  return timeout(format("timeout: {} was not complete within {}, {} bytes had come{}", name, after, body_bytes, raise));
}

Error describe_too_large(const RequestContext& context, std::uint64_t max_body_bytes, std::uint64_t declared) {
  const std::string limit =
      max_body_bytes % (1U << 20) == 0 ? format("{} MiB", max_body_bytes >> 20) : format("{} bytes", max_body_bytes);
  const std::string what = declared == 0 ? format("{} is larger than {}", name_of(context), limit)
                                         : format("{} has {} bytes, more than {}", name_of(context), declared, limit);
  return error_of(context, ErrorCode::kTooLarge, format("{} (-max-body allows more)", what));
}

Error describe_huge_headers(const RequestContext& context) {
  return error_of(context, ErrorCode::kTooLarge,
                  format("{} sent headers of more than {} KiB: this is no pprof", context.url->address(),
                         ResponseHeaders::kMaxBytes / 1024));
}

}  // namespace lf::target
