#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "base/error.h"
#include "target/curl_library.h"
#include "target/secrets.h"
#include "target/source.h"
#include "target/url.h"

namespace lf::target {

/// A bearer token in a file, read again when the file's time or size changes (tokens of Kubernetes rotate).
class BearerToken {
 public:
  explicit BearerToken(std::string path) : path_(std::move(path)) {}
  /// The token without its last newline. Fails with kUsage: no such file, not readable, empty, controls in it.
  [[nodiscard]] Result<std::string> read();

 private:
  std::string path_;
  std::string token_;
  struct timespec changed_{};
  off_t size_ = -1;
};

/// How to get in: TLS, credentials, headers and proxy of one target, checked once and set on each request.
class Access {
 public:
  /// Fails with kUsage: a missing or unreadable file, a header that can't be sent, a proxy that is no URL, two kinds of
  /// credentials at once. No message shows a secret.
  [[nodiscard]] static Result<Access> prepare(const TargetSpec& spec, const TargetUrl& url);

  /// Sets the options of `handle` and adds the headers to `headers`, which must outlive the transfer.
  [[nodiscard]] Result<void> apply(EasyHandle& handle, HeaderList& headers);

  /// The header lines of the next request: the user's, and that of a bearer token, read again where it has changed.
  /// "Name: value", or "Name;" for an empty value.
  [[nodiscard]] Result<std::vector<std::string>> request_lines();
  const std::optional<Credentials>& credentials() const { return credentials_; }
  const std::string& user_agent() const { return user_agent_; }

  bool has_credentials() const { return credentials_.has_value() || token_.has_value(); }
  bool has_own_authority() const { return !ca_file_.empty(); }
  /// The proxy given by the user, without secrets; empty where there is none.
  const std::string& proxy_display() const { return proxy_display_; }
  /// The variable of the environment that may put a proxy in between ("http_proxy"); empty where none applies.
  const std::string& proxy_variable() const { return proxy_variable_; }
  /// Whether a proxy is, or may be, in between.
  bool may_meet_proxy() const { return !proxy_.empty() || !proxy_variable_.empty(); }
  /// All that must not come back from the target onto a screen.
  const Secrets& secrets() const { return secrets_; }

 private:
  Access() = default;
  void apply_tls(EasyHandle& handle) const;
  void apply_proxy(EasyHandle& handle) const;

  std::vector<std::string> header_lines_;  ///< as libcurl takes them: "Name: value", "Name;" for an empty value
  std::optional<Credentials> credentials_;
  std::optional<BearerToken> token_;
  std::string ca_file_, certificate_file_, key_file_;
  bool insecure_ = false;
  bool direct_ = false;  ///< a loopback target: no proxy of the environment
  std::string proxy_, proxy_display_, proxy_variable_;
  std::string socket_path_;
  std::string user_agent_;
  Secrets secrets_;
};

}  // namespace lf::target
