#include "target/url.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include <arpa/inet.h>
#include <sys/un.h>

#include "base/format.h"
#include "base/text.h"

// The grammar is RFC 3986's, read as people type it: no scheme means http, a space in a path is encoded, the last "@"
// of the authority ends the credentials. What could put part of a password into the host or the path is refused, not
// guessed at.

namespace lf::target {
namespace {

constexpr std::string_view kPprofPath = "/debug/pprof";
constexpr std::array<std::string_view, 12> kProfileNames = {"allocs",        "block",        "cmdline", "goroutine",
                                                            "goroutineleak", "heap",         "mutex",   "profile",
                                                            "symbol",        "threadcreate", "trace",   "index"};
constexpr std::size_t kShownLength = 200;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}
char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

std::string cut_to_line(std::string text) {
  if (text.size() <= kShownLength) return text;
  std::size_t end = kShownLength;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text + "…";
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = to_lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// "a%2Fb" as "a/b"; nothing where a "%" is not followed by two hex digits or a control character results.
std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) return std::nullopt;
      c = static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    }
    if (is_control(c)) return std::nullopt;
    out += c;
  }
  return out;
}

/// `text` with what may not stand in a path or query encoded; existing %XX stay, a lone "%" becomes "%25".
std::string percent_encode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool escape = c == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0;
    const bool plain = static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F &&
                       std::string_view("\"<>\\^`{|}%#").find(c) == std::string_view::npos;
    if (plain || escape) {
      out += c;
    } else {
      out += format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

/// The scheme before "://" or, for unix, before ":"; empty where there is none.
std::string_view scheme_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_alpha(text[0])) return {};
  const std::string_view scheme = text.substr(0, colon);
  const bool valid = std::ranges::all_of(
      scheme, [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
  const bool slashes = text.substr(colon).starts_with("://");
  return valid && (slashes || (lower(scheme) == "unix" && text.substr(colon).starts_with(":/"))) ? scheme
                                                                                                 : std::string_view{};
}

std::uint16_t default_port(Scheme scheme) {
  return scheme == Scheme::kHttp ? 80 : scheme == Scheme::kHttps ? 443 : 0;
}

struct Authority {
  std::optional<Credentials> credentials;
  std::string host;
  std::optional<std::uint16_t> port;
};

std::unexpected<Error> usage(std::string_view what, std::string_view url) {
  return fail(ErrorCode::kUsage, format("{} in the URL \"{}\"", what, without_credentials(url)));
}

bool is_ipv6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

Result<std::string> read_host(std::string_view text, std::string_view url) {
  if (!text.starts_with('[')) {
    if (text.empty()) return usage("no host", url);
    for (const char c : text) {
      if (static_cast<unsigned char>(c) >= 0x80) {
        return usage("a host name with other than ASCII letters (write it as xn--…)", url);
      }
      if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '.' && c != '_') return usage("no valid host name", url);
    }
    return lower(text);
  }
  std::string_view inner = text.substr(1, text.size() - 2);
  const std::size_t percent = inner.find('%');
  std::string zone;
  if (percent != std::string_view::npos) {
    std::string_view name = inner.substr(percent + 1);
    if (name.starts_with("25")) name.remove_prefix(2);
    const bool valid = !name.empty() && name.size() < 16 &&
                       std::ranges::all_of(
                           name, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; });
    if (!valid) return usage("no valid IPv6 zone", url);
    zone = format("%25{}", name);
    inner = inner.substr(0, percent);
  }
  if (!is_ipv6(std::string(inner))) return usage("no valid IPv6 address", url);
  return lower(inner) + zone;
}

Result<Authority> read_authority(std::string_view text, std::string_view url) {
  Authority out;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = text.substr(0, at);
    text.remove_prefix(at + 1);
    const std::size_t colon = login.find(':');
    const auto user = percent_decode(login.substr(0, colon));
    if (!user || user->contains(':')) return usage("a user name that can't be sent", url);
    out.credentials = Credentials{*user, std::nullopt};
    if (colon != std::string_view::npos) {
      out.credentials->password = percent_decode(login.substr(colon + 1));
      if (!out.credentials->password) return usage("a password that can't be sent (\"%\" is written %25)", url);
    }
  }
  std::string_view port;
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  if (text.starts_with('[') && bracket == std::string_view::npos) return usage("a \"[\" without \"]\"", url);
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (bracket != std::string_view::npos && bracket + 1 != text.size() && colon != bracket + 1) {
    return usage("something after \"]\"", url);
  }
  if (colon != std::string_view::npos) {
    port = text.substr(colon + 1);
    text = text.substr(0, colon);
    if (port.contains(':')) return usage("an IPv6 address without brackets (write [::1]:6060)", url);
  }
  auto host = read_host(text, url);
  if (!host) return std::unexpected(host.error());
  out.host = *std::move(host);
  if (!port.empty()) {
    std::uint16_t value = 0;
    const auto [end, code] = std::from_chars(port.data(), port.data() + port.size(), value);
    if (code != std::errc{} || end != port.data() + port.size() || value == 0) {
      return usage("no valid port (1 to 65535)", url);
    }
    out.port = value;
  }
  return out;
}

std::string_view without_fragment(std::string_view text) {
  return text.substr(0, text.find('#'));
}

/// The query without the parameters that a profile request brings itself.
std::string keep_extra_query(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::string_view name = pair.substr(0, pair.find('='));
    if (pair.empty() || name == "debug" || name == "seconds" || name == "gc") continue;
    if (!out.empty()) out += '&';
    out += percent_encode(pair);
  }
  return out;
}

/// "token=***&y=***" of "token=x&y=z".
std::string mask_query(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (!out.empty()) out += '&';
    out += pair.contains('=') ? format("{}=***", pair.substr(0, pair.find('='))) : "***";
  }
  return out;
}

/// Whether a path relative to the base leaves it.
bool climbs(std::string_view path) {
  path = path.substr(0, path.find('?'));
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const auto segment = percent_decode(path.substr(0, end));
    if (!segment || *segment == ".." || *segment == ".") return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

}  // namespace

Result<TargetUrl> TargetUrl::parse(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) return fail(ErrorCode::kUsage, "the URL is empty (try -url=http://localhost:6060)");
  if (text.size() > 8192) return fail(ErrorCode::kUsage, "the URL is longer than 8192 bytes");
  if (std::ranges::any_of(text, is_control)) return usage("a control character", text);

  const std::string_view url = text;
  TargetUrl out;
  const std::string scheme = lower(scheme_of(text));
  if (!scheme.empty()) text.remove_prefix(scheme.size() + 1);
  text = without_fragment(text);
  if (scheme == "unix") {
    out.scheme_ = Scheme::kUnix;
    out.host_ = "localhost";
    if (text.starts_with("//")) text.remove_prefix(2);
    if (!text.starts_with('/')) return usage("a socket path that is not absolute (write unix:///path.sock)", url);
    const std::size_t prefix = text.rfind(":/");
    const auto path = percent_decode(text.substr(0, prefix));
    if (!path) return usage("no valid socket path", url);
    if (path->size() >= sizeof(sockaddr_un::sun_path)) return usage("a socket path of more than 107 bytes", url);
    out.socket_path_ = *path;
    text = prefix == std::string_view::npos ? std::string_view{} : text.substr(prefix + 1);
  } else {
    if (!scheme.empty() && scheme != "http" && scheme != "https") {
      return usage(format("the scheme \"{}\" (http, https and unix are known)", cut_to_line(scheme)), url);
    }
    out.scheme_ = scheme == "https" ? Scheme::kHttps : Scheme::kHttp;
    if (text.starts_with("//")) text.remove_prefix(2);
    const std::size_t end = std::min(text.find_first_of("/?"), text.size());
    std::string authority(text.substr(0, end));
    text.remove_prefix(end);
    if (scheme.empty() && authority.starts_with(':')) authority.insert(0, "localhost");
    if (!authority.contains('@') && text.substr(0, text.find('?')).contains('@')) {
      return usage("an \"@\" in the path (in a password, \"/\" is written %2F; in a path, \"@\" is written %40)", url);
    }
    auto parts = read_authority(authority, url);
    if (!parts) return std::unexpected(parts.error());
    out.credentials_ = std::move(parts->credentials);
    out.host_ = std::move(parts->host);
    out.port_ = parts->port.value_or(default_port(out.scheme_));
  }
  const std::size_t question = text.find('?');
  if (question != std::string_view::npos) out.extra_query_ = keep_extra_query(text.substr(question + 1));
  out.split_path(text.substr(0, question));
  return out;
}

void TargetUrl::split_path(std::string_view given) {
  std::string path = percent_encode(given);
  if (!path.starts_with('/')) path.insert(0, "/");
  const std::string closed = path.ends_with('/') ? path : path + "/";
  if (const std::size_t at = closed.find(format("{}/", kPprofPath)); at != std::string::npos) {
    root_path_ = closed.substr(0, at + 1);
    pprof_path_ = closed.substr(0, at + kPprofPath.size() + 1);
    return;
  }
  const std::string open = closed.substr(0, closed.size() - 1);
  const std::string last = open.substr(open.rfind('/') + 1 <= open.size() ? open.rfind('/') + 1 : 0);
  const std::string above = open.substr(0, open.size() - last.size());
  if (last == "pprof") {
    root_path_ = "/";
    pprof_path_ = closed;
  } else if (above.ends_with("/pprof/") && std::ranges::find(kProfileNames, last) != kProfileNames.end()) {
    root_path_ = "/";
    pprof_path_ = above;
  } else if (last == "debug") {
    root_path_ = above;
    pprof_path_ = closed + "pprof/";
  } else {
    root_path_ =
        open.ends_with("/debug/vars") ? open.substr(0, open.size() - std::string_view("debug/vars").size()) : closed;
    pprof_path_ = root_path_ + "debug/pprof/";
  }
}

std::string TargetUrl::origin() const {
  if (scheme_ == Scheme::kUnix) return "http://localhost";
  const std::string host = host_.contains(':') ? format("[{}]", host_) : host_;
  const std::string port = port_ == default_port(scheme_) ? "" : format(":{}", port_);
  return format("{}://{}{}", scheme_ == Scheme::kHttps ? "https" : "http", host, port);
}

std::string TargetUrl::address() const {
  if (scheme_ == Scheme::kUnix) return visible(socket_path_);
  return host_.contains(':') ? format("[{}]:{}", host_, port_) : format("{}:{}", host_, port_);
}

std::string TargetUrl::display() const {
  return display(ProfileRequest{});
}

std::string TargetUrl::display(const ProfileRequest& request) const {
  std::string out = origin();
  if (scheme_ == Scheme::kUnix) out = format("unix://{}:", visible(socket_path_));
  if (credentials_) out.insert(out.find("://") + 3, "***@");
  out += (request.from_root ? root_path_ : pprof_path_) + percent_encode(request.path);
  if (!extra_query_.empty()) out += (request.path.contains('?') ? "&" : "?") + mask_query(extra_query_);
  return visible(out);
}

Result<std::string> TargetUrl::request_url(const ProfileRequest& request) const {
  if (request.path.starts_with('/') || climbs(request.path) || std::ranges::any_of(request.path, is_control)) {
    return fail(ErrorCode::kMalformed,
                format("the profile name \"{}\" can't be asked for", cut_to_line(visible(request.path))));
  }
  std::string out = origin() + (request.from_root ? root_path_ : pprof_path_) + percent_encode(request.path);
  if (!extra_query_.empty()) out += (request.path.contains('?') ? "&" : "?") + extra_query_;
  return out;
}

bool TargetUrl::has_origin(std::string_view scheme, std::string_view authority) const {
  const Scheme other = lower(scheme) == "https" ? Scheme::kHttps : Scheme::kHttp;
  const Scheme own = scheme_ == Scheme::kUnix ? Scheme::kHttp : scheme_;
  const auto parts = read_authority(authority, "");
  if (!parts || other != own || parts->host != host_) return false;
  return parts->port.value_or(default_port(other)) == (scheme_ == Scheme::kUnix ? 80 : port_);
}

Result<std::string> TargetUrl::resolve_redirect(std::string_view from_url, std::string_view location) const {
  const std::string_view whole = location;
  if (location.empty() || location.size() > 8192 || std::ranges::any_of(location, is_control)) {
    return fail(ErrorCode::kUnreachable,
                format("answered with a redirect to \"{}\", which is no URL", without_credentials(whole)));
  }
  location = without_fragment(location);
  std::string_view scheme = scheme_of(location);
  if (!scheme.empty() || location.starts_with("//")) {
    const bool known = scheme.empty() || lower(scheme) == "http" || lower(scheme) == "https";
    if (!scheme.empty()) location.remove_prefix(scheme.size() + 1);
    if (scheme.empty()) scheme = scheme_ == Scheme::kHttps ? "https" : "http";
    location.remove_prefix(std::min<std::size_t>(2, location.size()));
    const std::size_t end = std::min(location.find_first_of("/?"), location.size());
    if (!known || !has_origin(scheme, location.substr(0, end))) {
      return fail(ErrorCode::kUnreachable,
                  format("answered with a redirect to \"{}\", which is another origin and is not followed",
                         without_credentials(whole)));
    }
    location.remove_prefix(end);
    const bool rooted = location.starts_with('/');
    return origin() + (rooted ? "" : "/") + percent_encode(location);
  }
  if (location.starts_with('/')) return origin() + percent_encode(location);
  std::string_view from = without_fragment(from_url);
  from = from.substr(0, from.find('?'));
  if (location.starts_with('?')) return std::string(from) + percent_encode(location);
  const std::size_t authority = from.find("://") == std::string_view::npos ? 0 : from.find("://") + 3;
  const std::size_t slash = from.rfind('/');
  const bool has_path = slash != std::string_view::npos && slash >= authority;
  return std::string(has_path ? from.substr(0, slash) : from) + "/" + percent_encode(location);
}

bool TargetUrl::is_loopback() const {
  if (scheme_ == Scheme::kUnix || host_ == "localhost" || host_.ends_with(".localhost") || host_ == "localhost.")
    return true;
  in_addr four{};
  if (inet_aton(host_.c_str(), &four) != 0) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  if (inet_pton(AF_INET6, host_.c_str(), &six) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
}

bool looks_like_target(std::string_view argument) {
  if (!scheme_of(argument).empty()) return true;
  const std::string_view authority = argument.substr(0, argument.find_first_of("/?"));
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view port = authority.substr(colon + 1);
  const std::string_view host = authority.substr(0, colon);
  if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return false;
  if (host.empty() || (host.starts_with('[') && host.ends_with(']'))) return true;
  return std::ranges::all_of(host, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '@' || c == ':';
  });
}

Result<void> check_proxy_url(std::string_view text) {
  const std::string_view url = text;
  if (std::ranges::any_of(text, is_control)) return usage("a control character", url);
  const std::string scheme = lower(scheme_of(text));
  constexpr std::array<std::string_view, 7> kKnown = {"", "http", "https", "socks4", "socks4a", "socks5", "socks5h"};
  if (std::ranges::find(kKnown, scheme) == kKnown.end()) {
    return usage(format("the proxy scheme \"{}\" (http, https, socks4, socks4a, socks5 and socks5h are known)", scheme),
                 url);
  }
  if (!scheme.empty()) text.remove_prefix(scheme.size() + 3);
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.find_first_of("/?#") != std::string_view::npos)
    return usage("a path (a proxy has only a host and a port)", url);
  if (auto authority = read_authority(text, url); !authority) return std::unexpected(authority.error());
  return {};
}

std::string without_credentials(std::string_view text) {
  std::string out;
  if (const std::string_view scheme = scheme_of(text); text.substr(scheme.size()).starts_with("://")) {
    out = text.substr(0, scheme.size() + 3);
    text.remove_prefix(scheme.size() + 3);
  }
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    out += "***@";
    text.remove_prefix(at + 1);
  }
  const std::size_t secret = text.find_first_of("?#");
  out += text.substr(0, secret);
  if (secret != std::string_view::npos) out += format("{}***", text[secret]);
  return cut_to_line(visible(out));
}

}  // namespace lf::target
