#include "target/plain_request.h"

#include <algorithm>

#include "target/ascii.h"

namespace lf::target {
namespace {

/// The line as it is sent, with its end.
std::string sent(std::string_view line) {
  std::string out(line);
  if (const std::size_t end = name_of(line).size(); line.substr(end) == ";") out[end] = ':';
  return out + "\r\n";
}

bool has(std::span<const std::string> lines, std::string_view name) {
  return std::ranges::any_of(lines, [&](std::string_view line) { return same_name(name_of(line), name); });
}

}  // namespace

std::string without_dots(std::string_view path) {
  const std::size_t question = std::min(path.find('?'), path.size());
  const std::string_view query = path.substr(question);
  path = path.substr(0, question);
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    if (segment == "/..") out.erase(std::min(out.rfind('/'), out.size()));
    if (segment != "/." && segment != "/..") {
      out += segment;
    } else if (path.empty()) {
      out += '/';
    }
  }
  return out + std::string(query);
}

std::string plain_request(std::string_view url, std::span<const std::string> lines, const Access& access) {
  url.remove_prefix(std::min(url.find("://") + 3, url.size()));
  const std::size_t slash = std::min(url.find_first_of("/?"), url.size());
  const std::string_view authority = url.substr(0, slash);
  std::string path(url.substr(slash));
  if (!path.starts_with('/')) path.insert(0, "/");

  std::string out = "GET " + without_dots(path) + " HTTP/1.1\r\n";
  const auto host = std::ranges::find_if(lines, [](std::string_view line) { return same_name(name_of(line), "host"); });
  out += "Host" + (host == lines.end() ? ": " + std::string(authority) + "\r\n" : sent(*host).substr(4));
  if (access.credentials() && !has(lines, "authorization")) {
    out += "Authorization: Basic " + basic_token(*access.credentials()) + "\r\n";
  }
  if (!has(lines, "user-agent")) out += "User-Agent: " + access.user_agent() + "\r\n";
  if (!has(lines, "accept")) out += "Accept: */*\r\n";
  for (const std::string& line : lines) {
    if (!same_name(name_of(line), "host")) out += sent(line);
  }
  return out + "\r\n";
}

}  // namespace lf::target
