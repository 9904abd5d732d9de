#include "target/url.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <sys/un.h>

#include "base/format.h"
#include "base/text.h"
#include "target/ascii.h"

// No scheme means http. What could put part of a password into the host or the path is refused, not guessed at.

namespace lf::target {
namespace {

constexpr std::string_view kPprofPath = "/debug/pprof";
constexpr std::array<std::string_view, 12> kProfileNames = {"allocs",        "block",        "cmdline", "goroutine",
                                                            "goroutineleak", "heap",         "mutex",   "profile",
                                                            "symbol",        "threadcreate", "trace",   "index"};

std::uint16_t default_port(Scheme scheme) {
  return scheme == Scheme::kHttp ? 80 : scheme == Scheme::kHttps ? 443 : 0;
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
  if (std::ranges::any_of(text, is_control)) return broken_url("a control character", text);

  const std::string_view url = text;
  TargetUrl out;
  const std::string scheme = lower(scheme_of(text));
  if (!scheme.empty()) text.remove_prefix(scheme.size() + 1);
  text = without_fragment(text);
  if (scheme == "unix") {
    out.scheme_ = Scheme::kUnix;
    out.host_ = "localhost";
    if (text.starts_with("//")) text.remove_prefix(2);
    if (!text.starts_with('/')) return broken_url("a socket path that is not absolute (write unix:///path.sock)", url);
    const std::size_t prefix = text.rfind(":/");
    const auto path = percent_decode(text.substr(0, prefix));
    if (!path) return broken_url("no valid socket path", url);
    if (path->size() >= sizeof(sockaddr_un::sun_path)) return broken_url("a socket path of more than 107 bytes", url);
    out.socket_path_ = *path;
    text = prefix == std::string_view::npos ? std::string_view{} : text.substr(prefix + 1);
  } else {
    if (!scheme.empty() && scheme != "http" && scheme != "https") {
      return broken_url(format("the scheme \"{}\" (http, https and unix are known)", cut_to_line(scheme)), url);
    }
    out.scheme_ = scheme == "https" ? Scheme::kHttps : Scheme::kHttp;
    if (text.starts_with("//")) text.remove_prefix(2);
    const std::size_t end = std::min(text.find_first_of("/?"), text.size());
    std::string authority(text.substr(0, end));
    text.remove_prefix(end);
    if (scheme.empty() && authority.starts_with(':')) authority.insert(0, "localhost");
    if (!authority.contains('@') && text.substr(0, text.find('?')).contains('@')) {
      return broken_url("an \"@\" in the path (in a password, \"/\" is written %2F; in a path, \"@\" is written %40)",
                        url);
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

}  // namespace lf::target
