#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "target/source.h"
#include "target/url_parts.h"

namespace lf::target {

enum class Scheme : std::uint8_t { kHttp, kHttps, kUnix };

/// Where a target is: what a user may write after `-url`, taken apart.
///
///     http://localhost:6060                          base of a service: profiles are under /debug/pprof/
///     https://h/admin/debug/pprof/goroutine?debug=2  any page under a pprof path: the path is the base
///     http://h/dev/pprof/                            a path whose last element is "pprof": likewise
///     unix:///run/app.sock  unix:///run/app.sock:/prefix/
///     host:6060   :6060   [::1]:6060   host/prefix   no scheme: http
///
/// Queries other than pprof's own (debug, seconds, gc) go with every request; their values are never shown.
class TargetUrl {
 public:
  /// Reads `text`. Fails with kUsage; the message shows neither credentials nor query values.
  [[nodiscard]] static Result<TargetUrl> parse(std::string_view text);

  Scheme scheme() const { return scheme_; }
  const std::string& host() const { return host_; }  ///< lower case, IPv6 without brackets; "localhost" for unix
  std::uint16_t port() const { return port_; }       ///< the scheme's own where none was given; 0 for unix
  const std::string& socket_path() const { return socket_path_; }  ///< of a unix socket, else empty
  const std::optional<Credentials>& credentials() const { return credentials_; }

  /// The query that goes with every request, whose values are secrets.
  const std::string& secret_query() const { return extra_query_; }

  /// The pprof base for people: "http://***@host:6060/debug/pprof/".
  std::string display() const;
  /// What a request asks for, for people: `display()` with the profile and its parameters.
  std::string display(const ProfileRequest& request) const;
  /// "localhost:6060" or the socket's path, for messages.
  std::string address() const;
  /// The URL of `request`, percent-encoded, without credentials. Fails with kMalformed where the path has control
  /// characters or climbs out of the base ("..").
  [[nodiscard]] Result<std::string> request_url(const ProfileRequest& request) const;
  /// Where `location`, the answer to a request of `from_url`, leads: an absolute URL of the same origin (scheme, host,
  /// port). Fails with kUnreachable for another origin, its message naming where it pointed, safe to print.
  [[nodiscard]] Result<std::string> resolve_redirect(std::string_view from_url, std::string_view location) const;
  /// Whether the host is this machine by name or by number: such targets are never reached through a proxy of the
  /// environment.
  bool is_loopback() const;

 private:
  std::string origin() const;
  bool has_origin(std::string_view scheme, std::string_view authority) const;
  void split_path(std::string_view path);

  Scheme scheme_ = Scheme::kHttp;
  std::string host_;
  std::uint16_t port_ = 0;
  std::string socket_path_;
  std::optional<Credentials> credentials_;
  std::string pprof_path_;   ///< "/prefix/debug/pprof/"
  std::string root_path_;    ///< "/prefix/"
  std::string extra_query_;  ///< "token=x&y=z", without pprof's own parameters
};

}  // namespace lf::target
