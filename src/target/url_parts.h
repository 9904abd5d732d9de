#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace lf::target {

/// Basic auth as it stands in a URL, percent-decoded. Never shown.
struct Credentials {
  std::string user;
  std::optional<std::string> password;
};

/// `[user[:password]@]host[:port]`, taken apart.
struct Authority {
  std::optional<Credentials> credentials;
  std::string host;  ///< lower case, IPv6 without brackets and with its zone as "%25eth0"
  std::optional<std::uint16_t> port;
};

/// Reads an authority. Fails with kUsage; the message quotes `url`, the whole, without its secrets.
[[nodiscard]] Result<Authority> read_authority(std::string_view text, std::string_view url);

/// The scheme before "://" (or, for unix, before ":/"); empty where there is none.
std::string_view scheme_of(std::string_view text);

/// "a%2Fb" as "a/b"; nothing where a "%" is not followed by two hex digits or a control character results.
std::optional<std::string> percent_decode(std::string_view text);

/// `text` with what may not stand in a path or query encoded; existing %XX stay, a lone "%" becomes "%25".
std::string percent_encode(std::string_view text);

/// The usage error "`what` in the URL …", which quotes `url` without its secrets.
std::unexpected<Error> broken_url(std::string_view what, std::string_view url);

/// `text` cut to a length that fits a message.
std::string cut_to_line(std::string text);

/// Whether a positional argument is a target rather than a file: a URL of any scheme, `host:port` or `:port`, each with
/// or without a path.
bool looks_like_target(std::string_view argument);

/// Checks what `-proxy` takes: http, https, socks4, socks4a, socks5 or socks5h (none means http), host, port. Fails
/// with kUsage; the message shows no credentials.
[[nodiscard]] Result<void> check_proxy_url(std::string_view text);

/// `text`, meant as a URL of any kind (`-proxy`, `-notify`, a broken one), without what may be secret: user, password,
/// query and fragment become "***", controls become visible, and it is cut to a line.
std::string without_credentials(std::string_view text);

}  // namespace lf::target
