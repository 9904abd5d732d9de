#include "target/secrets.h"

#include <algorithm>
#include <cstdint>

namespace lf::target {
namespace {

constexpr std::string_view kMask = "***";

/// RFC 4648, section 4.
std::string base64(std::string_view text) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    const std::string_view group = text.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= group.size() ? kAlphabet[bits >> (18 - 6 * k) & 0x3f] : '=';
    }
  }
  return out;
}

}  // namespace

std::string basic_token(const Credentials& credentials) {
  return base64(credentials.user + ":" + credentials.password.value_or(""));
}

void Secrets::add(std::string_view secret) {
  if (secret.size() < kShortest || std::ranges::find(secrets_, secret) != secrets_.end()) return;
  secrets_.emplace_back(secret);
  std::ranges::sort(secrets_, std::ranges::greater{}, &std::string::size);
}

void Secrets::add(const Credentials& credentials) {
  const std::string password = credentials.password.value_or("");
  add(credentials.user);
  add(password);
  add(basic_token(credentials));
}

void Secrets::add_header(std::string_view line) {
  std::string_view value = line.substr(std::min(line.find(':'), line.size()));
  value.remove_prefix(std::min(value.find_first_not_of(": "), value.size()));
  add(value);
  while (!value.empty()) {
    const std::size_t end = std::min(value.find_first_of(" ;,=\""), value.size());
    add(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

void Secrets::add_query(std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const std::string_view value = pair.substr(pair.find('=') + 1);  // without "=": all of it
    add(value);
    if (const auto decoded = percent_decode(value)) add(*decoded);
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
}

void Secrets::add_webhook(std::string_view url) {
  if (const std::size_t at = url.find("://"); at != std::string_view::npos) url.remove_prefix(at + 3);
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  if (const auto authority = read_authority(url.substr(0, end), {}); authority && authority->credentials) {
    add(*authority->credentials);
  }
  std::string_view rest = url.substr(end);
  rest = rest.substr(0, rest.find('#'));
  add(rest);
  const std::size_t question = std::min(rest.find('?'), rest.size());
  std::string_view path = rest.substr(0, question);
  add_query(rest.substr(std::min(question + 1, rest.size())));
  add(path);
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    add(segment);
    if (const auto decoded = percent_decode(segment)) add(*decoded);
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
  }
}

void Secrets::add_proxy(std::string_view url) {
  url.remove_prefix(scheme_of(url).empty() ? 0 : scheme_of(url).size() + 3);
  const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  if (const auto proxy = read_authority(authority, {}); proxy && proxy->credentials) add(*proxy->credentials);
}

std::string Secrets::mask(std::string text) const {
  for (const std::string& secret : secrets_) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kMask.size())) {
      text.replace(at, secret.size(), kMask);
    }
  }
  for (const std::string& secret : secrets_) {
    for (std::size_t size = std::min(secret.size() - 1, text.size()); size >= kShortest; --size) {
      if (!text.ends_with(std::string_view(secret).substr(0, size))) continue;
      text.replace(text.size() - size, size, kMask);
      break;
    }
  }
  return text;
}

}  // namespace lf::target
