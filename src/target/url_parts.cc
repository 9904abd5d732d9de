#include "target/url_parts.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <arpa/inet.h>

#include "base/format.h"
#include "base/text.h"
#include "target/ascii.h"

// The grammar is RFC 3986's, read as people type it: a space in a path is encoded, the last "@" of the authority ends
// the credentials.

namespace lf::target {
namespace {

constexpr std::size_t kShownLength = 200;

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = to_lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool is_ipv6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

Result<std::string> read_host(std::string_view text, std::string_view url) {
  if (!text.starts_with('[')) {
    if (text.empty()) return broken_url("no host", url);
    for (const char c : text) {
      if (static_cast<unsigned char>(c) >= 0x80) {
        return broken_url("a host name with other than ASCII letters (write it as xn--…)", url);
      }
      if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '.' && c != '_')
        return broken_url("no valid host name", url);
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
    if (!valid) return broken_url("no valid IPv6 zone", url);
    zone = format("%25{}", name);
    inner = inner.substr(0, percent);
  }
  if (!is_ipv6(std::string(inner))) return broken_url("no valid IPv6 address", url);
  return lower(inner) + zone;
}

}  // namespace

std::string cut_to_line(std::string text) {
  if (text.size() <= kShownLength) return text;
  std::size_t end = kShownLength;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text + "…";
}

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

std::unexpected<Error> broken_url(std::string_view what, std::string_view url) {
  return fail(ErrorCode::kUsage, format("{} in the URL \"{}\"", what, without_credentials(url)));
}

Result<Authority> read_authority(std::string_view text, std::string_view url) {
  Authority out;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = text.substr(0, at);
    text.remove_prefix(at + 1);
    const std::size_t colon = login.find(':');
    const auto user = percent_decode(login.substr(0, colon));
    if (!user || user->contains(':')) return broken_url("a user name that can't be sent", url);
    out.credentials = Credentials{*user, std::nullopt};
    if (colon != std::string_view::npos) {
      out.credentials->password = percent_decode(login.substr(colon + 1));
      if (!out.credentials->password) return broken_url("a password that can't be sent (\"%\" is written %25)", url);
    }
  }
  std::string_view port;
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  if (text.starts_with('[') && bracket == std::string_view::npos) return broken_url("a \"[\" without \"]\"", url);
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (bracket != std::string_view::npos && bracket + 1 != text.size() && colon != bracket + 1) {
    return broken_url("something after \"]\"", url);
  }
  if (colon != std::string_view::npos) {
    port = text.substr(colon + 1);
    text = text.substr(0, colon);
    if (port.contains(':')) return broken_url("an IPv6 address without brackets (write [::1]:6060)", url);
  }
  auto host = read_host(text, url);
  if (!host) return std::unexpected(host.error());
  out.host = *std::move(host);
  if (!port.empty()) {
    std::uint16_t value = 0;
    const auto [end, code] = std::from_chars(port.data(), port.data() + port.size(), value);
    if (code != std::errc{} || end != port.data() + port.size() || value == 0) {
      return broken_url("no valid port (1 to 65535)", url);
    }
    out.port = value;
  }
  return out;
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
  if (std::ranges::any_of(text, is_control)) return broken_url("a control character", url);
  const std::string scheme = lower(scheme_of(text));
  constexpr std::array<std::string_view, 7> kKnown = {"", "http", "https", "socks4", "socks4a", "socks5", "socks5h"};
  if (std::ranges::find(kKnown, scheme) == kKnown.end()) {
    return broken_url(
        format("the proxy scheme \"{}\" (http, https, socks4, socks4a, socks5 and socks5h are known)", scheme), url);
  }
  if (!scheme.empty()) text.remove_prefix(scheme.size() + 3);
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.find_first_of("/?#") != std::string_view::npos)
    return broken_url("a path (a proxy has only a host and a port)", url);
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
